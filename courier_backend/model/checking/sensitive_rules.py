"""What sensitive values ask of a definition: long enough to be hidden, and in one place alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from courier_backend.model.checking.values import object_at, objects_at
from courier_backend.model.problems import shown
from courier_backend.model.sealing import is_sealed
from courier_backend.model.sensitive import SHORTEST_BYTES, is_too_short
from courier_backend.model.template import texts_in
from courier_backend.model.variables import (
    default_of,
    environment_name,
    sensitive_names,
    value_text,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from courier_backend.model.checking.findings import Findings
    from courier_backend.model.problems import Path

_NOT_SHOWN: Final = "the value (not shown, since it is sensitive)"


def check_plain(findings: Findings, given: Collection[str]) -> None:
    """Warn of sensitive values that were given on a command line."""
    names = names_in(object_at(findings.document.value, "actions"))
    for name in sorted(names.intersection(given)):
        message = (
            f"the sensitive value of {name} stood on a command line, where others could read it "
            f"and the shell's history keeps it; give it as --set {name}=@FILE"
        )
        findings.warning(("actions",), message)


def check_sensitive(findings: Findings) -> None:
    """Report what keeps a sensitive value from being kept secret."""
    actions = object_at(findings.document.value, "actions")
    names = names_in(actions)
    if not names:
        return
    values = list(_values(actions, names))
    for path, name, value in values:
        if findings.has_value_error_within(path) or is_sealed(value):
            continue
        if is_too_short(value_text(value)):
            message = f"is sensitive, and shorter than {SHORTEST_BYTES} bytes: {_too_short(name)}"
            findings.error(path, message)
    for number, step in objects_at(actions, "steps"):
        _check_exit_code(findings, step, ("actions", "steps", number), names)
    _check_copies(findings, values)


def silence(findings: Findings) -> None:
    """Take sensitive values out of what the problems say."""
    actions = object_at(findings.document.value, "actions")
    for _, _, value in _values(actions, names_in(actions)):
        if not isinstance(value, dict | list) and not is_too_short(str(value)):
            for text in (shown(value), str(value)):
                findings.replace(text, _NOT_SHOWN)


def _too_short(name: str) -> str:
    return f"hiding it would hide everything; use a longer {name}, or do not mark it sensitive"


def names_in(actions: dict[str, Any]) -> frozenset[str]:
    """The sensitive names of actions of any shape."""
    steps = [
        {field: object_at(step, field) for field in ("expectedInputs", "outputFieldRules")}
        for _, step in objects_at(actions, "steps")
    ]
    return sensitive_names(steps)


def _values(actions: dict[str, Any], names: frozenset[str]) -> Iterator[tuple[Path, str, Any]]:
    """Every sensitive value of the definition, whatever it is, with its place and name."""
    for number, step in objects_at(actions, "steps"):
        path: Path = ("actions", "steps", number)
        for name, value in object_at(step, "inputs").items():
            if name in names and value is not None:
                yield (*path, "inputs", name), name, value
        for name, wanted in object_at(step, "expectedInputs").items():
            default = default_of(wanted) if isinstance(wanted, dict) else None
            if name in names and default is not None:
                yield (*path, "expectedInputs", name, "default"), name, default


def _check_exit_code(
    findings: Findings, step: dict[str, Any], path: Path, names: frozenset[str]
) -> None:
    for name, rule in object_at(step, "outputFieldRules").items():
        if name in names and isinstance(rule, dict) and rule.get("sourceType") == "exitCode":
            message = (
                f"is sensitive, but an exit code is too short to be hidden: {_too_short(name)}"
            )
            findings.error((*path, "outputFieldRules", name), message)


def _check_copies(findings: Findings, values: list[tuple[Path, str, Any]]) -> None:
    """Elsewhere in the definition the value would be kept and shown in the clear."""
    own = {path for path, _, _ in values}
    wanted = {
        text.strip(): name
        for _, name, value in values
        if not is_sealed(value) and not is_too_short(text := value_text(value))
    }
    for path, text in texts_in(findings.document.value, ()) if wanted else ():
        found = next((name for value, name in wanted.items() if value in text), "")
        if found and path not in own:
            variable = environment_name("INPUT", found)
            message = f"holds the value of {found}, which is sensitive; use ${variable} there"
            findings.error(path, message)
