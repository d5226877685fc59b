"""Sensitive values that a changed definition keeps: where it says ``{"sensitive": true}``.

That is what the API tells in place of a value, so that a definition can be read, changed and sent
back. The value at the same place is kept; where steps have moved, any value of that name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from courier_backend.model.checking.sensitive_rules import names_in
from courier_backend.model.checking.values import object_at, objects_at
from courier_backend.model.sealing import is_sealed
from courier_backend.model.sensitive import is_hidden

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from courier_backend.model.checking.findings import Findings
    from courier_backend.model.problems import Path


_UNMARKED: Final = (
    '{{"sensitive": true}} keeps a sensitive value, but nothing marks {0} sensitive any more; '
    "mark it, or give a value"
)


def put_kept(findings: Findings, actions: Mapping[str, Any] | None) -> None:
    """Put kept values in; `actions`: those of the job before, None for a new one."""
    for (number, field, name), value in _values(object_at(findings.document.value, "actions")):
        if is_sealed(value):
            path: Path = ("actions", "steps", number, field, name)
            findings.error(path, "is a value as it is kept on disk; give the value itself")
    names = names_in(object_at(findings.document.value, "actions"))
    before = dict(_values(actions or {}))
    by_name: dict[str, Any] = {}
    for (_, _, name), value in before.items():
        by_name.setdefault(name, value)
    for holder, key, place in _hidden(object_at(findings.document.value, "actions")):
        name = place[2]
        if name in by_name and name in names:
            holder[key] = before.get(place, by_name[name])
            continue
        path = ("actions", "steps", *place)
        message = _nothing(name, actions) if name in names else _UNMARKED.format(name)
        findings.error(path if key == name else (*path, key), message)
        holder[key] = ""


def _nothing(name: str, actions: Mapping[str, Any] | None) -> str:
    why = "this is a new job" if actions is None else "the job has none of this name"
    return (
        f'{{"sensitive": true}} keeps the value that there is, but {why}; '
        f"give the value (--set {name}=@FILE)"
    )


_Place = tuple[int, str, str]
"""Step from 0, field, name."""


def _values(actions: Mapping[str, Any]) -> Iterator[tuple[_Place, Any]]:
    for number, step in objects_at(actions, "steps"):
        for name, value in object_at(step, "inputs").items():
            yield (number, "inputs", name), value
        for name, wanted in object_at(step, "expectedInputs").items():
            if isinstance(wanted, dict) and wanted.get("default") is not None:
                yield (number, "expectedInputs", name), wanted["default"]


def _hidden(actions: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str, _Place]]:
    for number, step in objects_at(actions, "steps"):
        inputs = object_at(step, "inputs")
        for name in [name for name, value in inputs.items() if is_hidden(value)]:
            yield inputs, name, (number, "inputs", name)
        for name, wanted in object_at(step, "expectedInputs").items():
            if isinstance(wanted, dict) and is_hidden(wanted.get("default")):
                yield wanted, "default", (number, "expectedInputs", name)
