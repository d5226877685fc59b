"""What flows between steps: inputs, outputs, conditions, values in commands."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from courier_backend.model.checking.values import object_at, objects_at, text_at
from courier_backend.model.commands import INTERPRETERS
from courier_backend.model.json_paths import path_fault
from courier_backend.model.patterns import pattern_fault
from courier_backend.model.problems import listed, shown
from courier_backend.model.sealing import is_sealed
from courier_backend.model.suggest import nearest
from courier_backend.model.template import USABLE_NAME, TemplateFault, references_in, texts_in
from courier_backend.model.value_types import WANTED, type_named, typed
from courier_backend.model.variables import (
    FACTS,
    environment_name,
    sensitive_names,
    value_text,
)

if TYPE_CHECKING:
    from courier_backend.model.checking.findings import Findings
    from courier_backend.model.problems import Path

_POSSIBLE_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}\Z")
_STREAMS: Final = ("stdout", "stderr")


class _Outputs:
    """What earlier steps give.

    One with an interpreter of somebody's own (`open`) may give outputs that no rule names.
    """

    def __init__(self) -> None:
        self.names: dict[str, None] = {}
        self.open = False

    def add(self, step: dict[str, Any]) -> None:
        """The outputs of one more step."""
        self.names |= dict.fromkeys(object_at(step, "outputFieldRules"))
        self.open |= text_at(object_at(step, "interpreter"), "name") not in INTERPRETERS

    def may_give(self, name: str) -> bool:
        """Whether a value may come from there."""
        return self.open or name in self.names


def check_data(findings: Findings) -> None:
    """Report what is wrong, or will not work, in the data of the steps."""
    actions = object_at(findings.document.value, "actions")
    steps = list(objects_at(actions, "steps"))
    sensitive = sensitive_names(step for _, step in steps)
    outputs = _Outputs()
    for number, step in steps:
        path: Path = ("actions", "steps", number)
        known = {**object_at(step, "inputs"), **object_at(step, "expectedInputs")}
        known |= outputs.names
        _check_names(findings, step, path)
        _check_variables(findings, step, path, known)
        _check_expected(findings, step, path, outputs)
        _check_conditions(findings, step, path, known, outputs)
        _check_command(findings, step, path, known, outputs, sensitive)
        _check_outputs(findings, step, path)
        outputs.add(step)


def _check_names(findings: Findings, step: dict[str, Any], path: Path) -> None:
    """Names of inputs and outputs become names of variables."""
    for field in ("inputs", "expectedInputs", "outputFieldRules"):
        for name in object_at(step, field):
            here = (*path, field, name)
            if not _POSSIBLE_NAME.match(name):
                allowed = "letters, digits and _, beginning with a letter or _"
                findings.error(here, f"{shown(name)} cannot be a name ({allowed})", key=True)
            elif not re.fullmatch(USABLE_NAME, name):
                message = f"{shown(name)} cannot be used as {{{{.{name}}}}} in a command"
                findings.warning(here, message)
            elif name.startswith(FACTS):
                message = f"{shown(name)} hides the fact of the node that is called so"
                findings.warning(here, message)


def _check_variables(
    findings: Findings, step: dict[str, Any], path: Path, known: dict[str, Any]
) -> None:
    """Two names that become the same variable of the environment."""
    taken: dict[str, str] = {}
    for name in known:
        other = taken.setdefault(environment_name("INPUT", name), name)
        for field in ("inputs", "expectedInputs"):
            if other != name and name in object_at(step, field):
                variable = environment_name("INPUT", name)
                message = f"{shown(name)} and {shown(other)} are both ${variable}"
                findings.warning((*path, field, name), message)


def _check_expected(
    findings: Findings, step: dict[str, Any], path: Path, outputs: _Outputs
) -> None:
    literals = object_at(step, "inputs")
    for name, wanted in object_at(step, "expectedInputs").items():
        if not isinstance(wanted, dict):
            continue
        here, default = (*path, "expectedInputs", name), wanted.get("default")
        _check_type(findings, wanted, here)
        if default is not None:
            _check_value(findings, default, wanted, (*here, "default"))
        if name in literals:
            _check_value(findings, literals[name], wanted, (*path, "inputs", name))
        elif wanted.get("required") is True and default is None and not outputs.may_give(name):
            message = "is required, and nothing gives it: no input, no default, no earlier step"
            findings.warning(here, message, nearest(name, outputs.names))


def _check_type(findings: Findings, wanted: dict[str, Any], path: Path) -> None:
    word = text_at(wanted, "type")
    if word and not type_named(word):
        message = f"{shown(word)} is no type that is known here; it is taken as text"
        meant = nearest(word, WANTED)
        findings.warning((*path, "type"), f"{message} (there are {listed(WANTED)})", meant)


def _check_value(findings: Findings, value: object, wanted: dict[str, Any], path: Path) -> None:
    kind = type_named(text_at(wanted, "type"))
    if kind and not is_sealed(value) and typed(value_text(value), kind) is None:
        secret = wanted.get("sensitive") is True
        told = "the value" if secret else shown(value)
        findings.error(path, f"{told} is not {WANTED[kind]}, as the type of the input asks")


def _check_conditions(
    findings: Findings, step: dict[str, Any], path: Path, known: dict[str, Any], outputs: _Outputs
) -> None:
    """A condition looks at an input of the step, an output of an earlier one, or a fact."""
    for number, condition in objects_at(step, "conditions"):
        here = (*path, "conditions", number)
        matches = condition.get("operator") == "matches"
        if matches and (fault := pattern_fault(condition.get("value"))):
            findings.error((*here, "value"), fault)
        name = text_at(condition, "inputName")
        if name and not _may_have(name, known, outputs):
            message = f"{shown(name)} is no input of this step, and no earlier step gives it"
            findings.warning((*here, "inputName"), message, nearest(name, known), key=False)


def _check_command(
    findings: Findings,
    step: dict[str, Any],
    path: Path,
    known: dict[str, Any],
    outputs: _Outputs,
    sensitive: frozenset[str],
) -> None:
    """The values that the command uses."""
    for here, text in texts_in(step.get("command"), (*path, "command")):
        try:
            names = dict.fromkeys(reference.name for reference in references_in(text))
        except TemplateFault as fault:
            findings.error(here, str(fault))
            continue
        for name in names:
            if name in sensitive:
                findings.warning(here, _spliced(name, here), key=False)
            if not _may_have(name, known, outputs):
                message = (
                    f"{{{{.{name}}}}} has no value: it is no input of this step, and no earlier "
                    "step gives it"
                )
                findings.warning(here, message, nearest(name, known), key=False)


def _may_have(name: str, known: dict[str, Any], outputs: _Outputs) -> bool:
    return name in known or outputs.may_give(name) or name.startswith(FACTS)


def _spliced(name: str, path: Path) -> str:
    variable = environment_name("INPUT", name)
    instead = f"$env:{variable}" if "windows" in path else f'"${variable}"'
    return f"{shown(name)} is sensitive: do not put it into a command line, use {instead}"


def _check_outputs(findings: Findings, step: dict[str, Any], path: Path) -> None:
    for name, rule in object_at(step, "outputFieldRules").items():
        if isinstance(rule, dict):
            _check_source(findings, rule, (*path, "outputFieldRules", name))
            _check_extraction(findings, rule, (*path, "outputFieldRules", name))


def _check_source(findings: Findings, rule: dict[str, Any], path: Path) -> None:
    kind, source = text_at(rule, "sourceType"), text_at(rule, "source")
    here = (*path, "source")
    if kind in {"file", "artifact"} and not source:
        what = "the path of the file" if kind == "file" else "the name of the artifact"
        findings.error(here, f"is missing ({what})")
    elif kind == "artifact" and _leaves_its_folder(source):
        message = f"{shown(source)} leads out of $COURIER_EVIDENCE_DIR, where artifacts are"
        findings.error(here, message)
    elif kind == "output" and source not in {"", *_STREAMS}:
        message = f"{shown(source)} is not one of {listed(_STREAMS)}"
        findings.error(here, message, nearest(source, _STREAMS))
    elif kind == "exitCode" and source:
        findings.warning(here, "is not used: there is one exit code")


def _leaves_its_folder(source: str) -> bool:
    path = PurePosixPath(source.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts


def _check_extraction(findings: Findings, rule: dict[str, Any], path: Path) -> None:
    method, expression = text_at(rule, "extractMethod"), text_at(rule, "expression")
    here = (*path, "expression")
    if method in {"regEx", "jsonPath"} and not expression:
        findings.error(here, f"is missing: extractMethod is {method}")
    elif method == "regEx" and (fault := pattern_fault(expression)):
        findings.error(here, fault)
    elif method == "jsonPath" and (fault := path_fault(expression)):
        meant = "" if expression.startswith("$") else f"$.{expression.lstrip('.')}"
        findings.error(here, fault, meant)
    elif method == "content" and expression:
        findings.warning(here, "is not used: extractMethod is content")
    elif "extractMethod" not in rule and expression:
        message = "is missing: there is an expression (one of content, regEx, jsonPath)"
        findings.error((*path, "extractMethod"), message)
