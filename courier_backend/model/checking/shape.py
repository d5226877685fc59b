"""Which fields there are: unknown ones are reported and taken away, null means not given."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import UnionType
from typing import TYPE_CHECKING, Any, Final, Literal, get_args, get_origin

from courier_backend.model.definition import Definition
from courier_backend.model.suggest import folded, nearest

if TYPE_CHECKING:
    from courier_backend.model.checking.findings import Findings
    from courier_backend.model.problems import Path

_SENSITIVE: Final = "sensitive"
_SECRETIVE: Final = frozenset({"secret", "issecret", "confidential", "hidden", "masked", "private"})
_SERVERS_OWN: Final = {
    "id": "the server gives it",
    "createdAt": "the server keeps it",
    "modifiedAt": "the server keeps it",
    "creationDateTime": "the server keeps it",
    "lastModifiedDateTime": "the server keeps it",
    "status": "the server keeps it",
    "displayStatus": "the server keeps it",
    "executionCount": "the server counts",
    "ExecutionCount": "the server counts",
    "nextExecutionTime": "the server works it out",
    "exceptionReasons": "the server works it out",
    "JobOccurrenceExceptionReasons": "the server works it out",
    "lastInstance": "the server keeps it",
    "missedExecutions": "the server keeps it",
    "skippedExecutions": "the server keeps it",
}
"""What answers about a stored job hold beside its definition."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field: what it holds (`shape`, when that has fields itself), alone or in numbers.

    `may_lack`: it is a word that has a default, so that an empty one is none, as in Chef's echo.
    """

    allowed: str
    form: Literal["one", "list", "map"]
    shape: type[Definition] | None
    may_lack: bool = False


@cache
def fields_of(model: type[Definition]) -> dict[str, Field]:
    """The fields of a part of the definition, by their name on the wire."""
    return {
        info.alias or name: _field(info.annotation, has_default=not info.is_required())
        for name, info in model.model_fields.items()
    }


def _field(annotation: Any, *, has_default: bool = False) -> Field:  # noqa: ANN401  anything
    if isinstance(annotation, UnionType):
        annotation = next(part for part in get_args(annotation) if part is not type(None))
    origin = get_origin(annotation)
    if origin is Literal:
        words = get_args(annotation)
        told = ", ".join(word for word in words if word)
        return Field(f"one of {told}", "one", None, has_default and "" not in words)
    if origin is list:
        return Field("a list", "list", _model(get_args(annotation)[0]))
    if origin is dict:
        return Field("an object", "map", _model(get_args(annotation)[1]))
    model = _model(annotation)
    return Field("an object" if model else _KINDS.get(annotation, ""), "one", model)


_KINDS: Final[dict[Any, str]] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
}


def _model(annotation: Any) -> type[Definition] | None:  # noqa: ANN401  annotations are anything
    is_part = isinstance(annotation, type) and issubclass(annotation, Definition)
    return annotation if is_part else None


def field_at(root: type[Definition], path: Path) -> Field | None:
    """The field that a path leads to."""
    model: type[Definition] | None = root
    found: Field | None = None
    is_name = True
    for part in path:
        if is_name:
            found = fields_of(model).get(str(part)) if model else None
            if found is None:
                return None
            model = found.shape
        # What follows a list or a map is a position or a name of the user's, not a field.
        is_name = not (is_name and found and found.form != "one")
    return found


def check_shape(findings: Findings, root: type[Definition]) -> None:
    """Report unknown fields and drop them, so that what is left can be checked on its own."""
    _check(findings, findings.document.value, root, ())


def _check(findings: Findings, value: object, model: type[Definition], path: Path) -> None:
    if not isinstance(value, dict):
        return
    fields = fields_of(model)
    for key in [key for key in value if key not in fields]:
        _unknown(findings, value, key, fields, path)
    for key in [key for key in fields if key in value]:
        if value[key] is None or (value[key] == "" and fields[key].may_lack):
            del value[key]
            continue
        _check_inside(findings, value[key], fields[key], (*path, key))


def _check_inside(findings: Findings, value: object, field: Field, path: Path) -> None:
    if field.shape is None:
        return
    if field.form == "one":
        _check(findings, value, field.shape, path)
    elif field.form == "list" and isinstance(value, list):
        for number, item in enumerate(value):
            _check(findings, item, field.shape, (*path, number))
    elif field.form == "map" and isinstance(value, dict):
        for name, item in value.items():
            _check(findings, item, field.shape, (*path, name))


def _secrecy(key: str, free: list[str]) -> str:
    """The field that a key means which asks for secrecy in other letters or words.

    Left out, as others are, it would have the value kept and shown in the clear.
    """
    if _SENSITIVE not in free:
        return ""
    asks = folded(key) in _SECRETIVE or nearest(key, free) == _SENSITIVE
    return _SENSITIVE if asks else ""


def _unknown(
    findings: Findings, value: dict[str, Any], key: str, fields: dict[str, Field], path: Path
) -> None:
    given = value.pop(key)
    here = (*path, key)
    if not path and key in _SERVERS_OWN:
        findings.warning(here, f"is ignored: {_SERVERS_OWN[key]}")
        return
    free = [name for name in fields if name not in value]
    plain = folded(key)
    meant = next((name for name in free if folded(name) == plain), "")
    if meant or (meant := _secrecy(key, free)):
        findings.warning(here, f"is read as {meant}")
        findings.document.moved[*path, meant] = here
        value[meant] = given
        return
    near = "" if findings.is_full("warning") else nearest(key, free)
    if findings.is_strict:
        findings.error(here, "is no field that is known here", near, key=True)
        return
    without = ", so the filter admits more nodes" if "constraints" in path else ""
    if folded(key) == folded(_SENSITIVE):
        without = ", and hides nothing: it belongs to names in expectedInputs and outputFieldRules"
    findings.warning(here, f"is no field that is known here; it is ignored{without}", near)
