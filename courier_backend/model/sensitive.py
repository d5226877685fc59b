"""What is secret in a job: where it stands, how short it may be, what is told in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from courier_backend.model.variables import sensitive_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

SHORTEST_BYTES: Final = 4
"""A shorter value would be found everywhere; nothing so short can be kept secret."""


def hidden() -> dict[str, Any]:
    """What is told instead of a sensitive value."""
    return {"sensitive": True}


def is_hidden(value: object) -> bool:
    """Whether this stands in the place of a sensitive value."""
    return isinstance(value, dict) and value == hidden()


def is_too_short(value: str) -> bool:
    """Whether a value cannot be kept secret, since masking it would hide everything."""
    return len(value.strip().encode("utf-8", "surrogatepass")) < SHORTEST_BYTES


def sensitive_values(actions: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The sensitive values in the actions of a job (normal form), each with its name."""
    found: list[tuple[str, Any]] = []

    def note(name: str, value: object) -> object:
        found.append((name, value))
        return value

    with_values(actions, note)
    yield from found


def with_values(
    actions: Mapping[str, Any], change: Callable[[str, Any], object]
) -> Mapping[str, Any]:
    """The actions of a job (normal form) with each sensitive value changed.

    The same object where there is none: most jobs have no secrets.
    """
    steps = actions.get("steps") or []
    names = sensitive_names(steps)
    return (
        {**actions, "steps": [_step(step, names, change) for step in steps]} if names else actions
    )


def _step(
    step: Mapping[str, Any], names: frozenset[str], change: Callable[[str, Any], object]
) -> dict[str, Any]:
    inputs = {
        name: change(name, value) if name in names else value
        for name, value in (step.get("inputs") or {}).items()
    }
    expected = {
        name: {**wanted, "default": change(name, wanted["default"])}
        if name in names and wanted.get("default") is not None
        else wanted
        for name, wanted in (step.get("expectedInputs") or {}).items()
    }
    return {**step, "inputs": inputs, "expectedInputs": expected}
