"""Sensitive values that a changed definition keeps: where it says ``{"sensitive": true}``.

That is what the API tells in place of a value, so that a definition can be read, changed and sent
back. A step keeps its own value, also where it has moved; of several values of a name none is
given to a step that had none, since nobody could tell whose it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from courier_backend.model.checking.sensitive_rules import names_in
from courier_backend.model.checking.values import object_at, objects_at, text_at
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


_Place = tuple[int, str, str]
"""Step from 0, field, name."""


def put_kept(findings: Findings, actions: Mapping[str, Any] | None) -> None:
    """Put kept values in; `actions`: those of the job before, None for a new one."""
    for (number, field, name), value in _values(object_at(findings.document.value, "actions")):
        if is_sealed(value):
            path: Path = ("actions", "steps", number, field, name)
            findings.error(path, "is a value as it is kept on disk; give the value itself")
    now = object_at(findings.document.value, "actions")
    names = names_in(now)
    before = _Before(actions or {}, now)
    for holder, key, place in _hidden(now):
        name = place[2]
        if name in names and (value := before.value(place)) is not None:
            holder[key] = value
            continue
        path = ("actions", "steps", *place)
        message = _UNMARKED.format(name)
        if name in names:
            message = _nothing(name, before.why_not(name, is_new=actions is None))
        findings.error(path if key == name else (*path, key), message)
        holder[key] = ""


class _Before:
    """The values of the job before, and which of them a step `now` may keep."""

    def __init__(self, actions: Mapping[str, Any], now: Mapping[str, Any]) -> None:
        self._values = dict(_values(actions))
        self._steps, self._now = _step_names(actions), _step_names(now)

    def value(self, place: _Place) -> Any | None:  # noqa: ANN401  as it was given
        """The one value of this name, else that of the step of this name, else of this place."""
        number, field, name = place
        all_of_name = [at for at in self._values if at[2] == name]
        mine = [at for at in all_of_name if at[1] == field and self._is_named(at[0], number)]
        for found in (all_of_name, mine):
            if len(found) == 1:
                return self._values[found[0]]
        return self._values.get(place) if self._stayed(number) else None

    def _is_named(self, before: int, now: int) -> bool:
        return self._steps.get(before) == self._now.get(now)

    def _stayed(self, number: int) -> bool:
        """Whether the step at this place is the one that was there, be it by another name."""
        was = self._steps.get(number)
        as_many = len(self._steps) == len(self._now)
        return as_many and (self._is_named(number, number) or was not in self._now.values())

    def why_not(self, name: str, *, is_new: bool) -> str:
        """Why there is nothing to keep."""
        if is_new:
            return "this is a new job"
        if any(each[2] == name for each in self._values):
            return "the job has several of this name, and this step had none of them"
        return "the job has none of this name"


def _step_names(actions: Mapping[str, Any]) -> dict[int, str]:
    return {number: text_at(step, "name") for number, step in objects_at(actions, "steps")}


def _nothing(name: str, why: str) -> str:
    return (
        f'{{"sensitive": true}} keeps the value that there is, but {why}; '
        f"give the value (--set {name}=@FILE)"
    )


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
