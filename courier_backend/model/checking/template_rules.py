"""Values in commands: templates that cannot be understood, names without a value, secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from courier_backend.model.checking.values import object_at, objects_at
from courier_backend.model.problems import shown
from courier_backend.model.template import TemplateFault, references_in, texts_in, undotted_in
from courier_backend.model.variables import environment_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from courier_backend.model.checking.findings import Findings
    from courier_backend.model.checking.known_names import Known
    from courier_backend.model.problems import Path


def check_templates(
    findings: Findings, step: dict[str, Any], path: Path, known: Known, sensitive: frozenset[str]
) -> None:
    """Report what will not work in the templates of a step."""
    for here, text in texts_in(step.get("command"), (*path, "command")):
        try:
            names = dict.fromkeys(reference.name for reference in references_in(text))
        except TemplateFault as fault:
            findings.error(here, str(fault))
            continue
        for name in dict.fromkeys(undotted_in(text)):
            if name in known.names:
                message = f"{{{{{name}}}}} stays as it is: the value is written {{{{.{name}}}}}"
                findings.warning(here, message, key=False)
        for name in names:
            if name in sensitive and not _is_private(here):
                findings.warning(here, _spliced(name, here), key=False)
            if not known.may_have(name):
                meant = findings.meant(name, known.names)
                findings.warning(here, _without_value(name, meant), meant, key=False)
    _check_elsewhere(findings, step, path)


def _without_value(name: str, meant: str) -> str:
    """Nothing gives the name: a slip, or it is a template for another program."""
    written = f"{{{{.{name}}}}}"
    told = f"{written} has no value: it is no input of this step, and no earlier step gives it"
    return told if meant else f"{told}; for another program write {{{{`{written}`}}}}"


def _is_private(path: Path) -> bool:
    """Whether it is an argument that reaches its program in a file, or by the environment."""
    if "args" not in path:
        return False
    name, *inner = path[path.index("args") + 1 :] or ("",)
    return name in {"extraVars", "licenseKey"} or (name == "input" and bool(inner))


def _spliced(name: str, path: Path) -> str:
    told = f"{shown(name)} is sensitive"
    if "args" in path:
        return f"{told}: whoever lists the node's processes sees it in this argument"
    if "script" in path:
        return f"{told}: do not put it into a script, use inputs[{shown(name)}]"
    variable = environment_name("INPUT", name)
    instead = f"$env:{variable}" if "windows" in path else f'"${variable}"'
    return f"{told}: do not put it into a command line, use {instead}"


def _check_elsewhere(findings: Findings, step: dict[str, Any], path: Path) -> None:
    """Templates where they are not replaced."""
    for here, text in _texts_beside(step, path):
        try:
            is_one = bool(references_in(text))
        except TemplateFault:
            continue
        if is_one:
            message = "values are put into commands alone: this stays as it is written"
            findings.warning(here, message, key=False)


def _texts_beside(step: dict[str, Any], path: Path) -> Iterator[tuple[Path, str]]:
    yield from texts_in(object_at(step, "inputs"), (*path, "inputs"))
    for name, rule in object_at(step, "outputFieldRules").items():
        if isinstance(rule, dict):
            here = (*path, "outputFieldRules", name, "source")
            yield from texts_in(rule.get("source"), here)
    for number, condition in objects_at(step, "conditions"):
        yield from texts_in(condition.get("value"), (*path, "conditions", number, "value"))
