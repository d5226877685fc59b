"""What flows between steps: inputs, outputs, conditions, values in commands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from courier_backend.model.checking.known_names import EarlierOutputs, Known
from courier_backend.model.checking.output_rules import check_outputs
from courier_backend.model.checking.template_rules import check_templates
from courier_backend.model.checking.values import object_at, objects_at, text_at
from courier_backend.model.patterns import pattern_fault
from courier_backend.model.problems import listed, shown
from courier_backend.model.sealing import is_sealed
from courier_backend.model.suggest import nearest
from courier_backend.model.template import USABLE_NAME
from courier_backend.model.value_types import WANTED, type_named, typed
from courier_backend.model.variables import (
    FACTS,
    LONGEST_TOGETHER,
    LONGEST_VALUE,
    NAME,
    default_of,
    environment_name,
    sensitive_names,
    value_text,
)

if TYPE_CHECKING:
    from courier_backend.model.checking.findings import Findings
    from courier_backend.model.problems import Path


def check_data(findings: Findings) -> None:
    """Report what is wrong, or will not work, in the data of the steps."""
    actions = object_at(findings.document.value, "actions")
    steps = list(objects_at(actions, "steps"))
    sensitive = sensitive_names(step for _, step in steps)
    outputs = EarlierOutputs()
    for number, step in steps:
        path: Path = ("actions", "steps", number)
        known = Known(step, outputs)
        _check_names(findings, step, path)
        _check_variables(findings, step, path, known)
        _check_lengths(findings, step, path)
        _check_expected(findings, step, path, outputs)
        _check_conditions(findings, step, path, known)
        check_templates(findings, step, path, known, sensitive)
        check_outputs(findings, step, path)
        outputs.add(step)


def _check_names(findings: Findings, step: dict[str, Any], path: Path) -> None:
    """Names of inputs and outputs become names of variables."""
    for field in ("inputs", "expectedInputs", "outputFieldRules"):
        for name in object_at(step, field):
            here = (*path, field, name)
            if not NAME.fullmatch(name):
                allowed = "letters, digits and _, beginning with a letter or _"
                findings.error(here, f"{shown(name)} cannot be a name ({allowed})", key=True)
            elif not re.fullmatch(USABLE_NAME, name):
                message = f"{shown(name)} cannot be used as {{{{.{name}}}}} in a command"
                findings.warning(here, message)
            elif name.startswith(FACTS):
                message = f"{shown(name)} hides the fact of the node that is called so"
                findings.warning(here, message)


def _check_variables(findings: Findings, step: dict[str, Any], path: Path, known: Known) -> None:
    """Two names that become the same variable of the environment."""
    taken: dict[str, str] = {}
    for name in known.names:
        other = taken.setdefault(environment_name("INPUT", name), name)
        for field in ("inputs", "expectedInputs"):
            if other != name and name in object_at(step, field):
                variable = environment_name("INPUT", name)
                message = f"{shown(name)} and {shown(other)} are both ${variable}"
                findings.warning((*path, field, name), message)


def _check_lengths(findings: Findings, step: dict[str, Any], path: Path) -> None:
    """Each value becomes a variable of the environment, which takes only so much."""
    values: list[tuple[Path, Any]] = [
        (("inputs", name), value) for name, value in object_at(step, "inputs").items()
    ]
    for name, wanted in object_at(step, "expectedInputs").items():
        if isinstance(wanted, dict):
            values.append((("expectedInputs", name, "default"), default_of(wanted)))
    total = 0
    for here, value in values:
        if value is not None and not is_sealed(value):
            size = len(value_text(value).encode("utf-8", "surrogatepass"))
            if size > LONGEST_VALUE:
                message = f"has {size:,} bytes, of {LONGEST_VALUE:,} at most; use a file"
                findings.error((*path, *here), message)
            total += size
    if total > LONGEST_TOGETHER:
        message = f"have {total:,} bytes together, of {LONGEST_TOGETHER:,} at most; use files"
        findings.error((*path, "inputs" if step.get("inputs") else "expectedInputs"), message)


def _check_expected(
    findings: Findings, step: dict[str, Any], path: Path, outputs: EarlierOutputs
) -> None:
    literals = object_at(step, "inputs")
    for name, wanted in object_at(step, "expectedInputs").items():
        if not isinstance(wanted, dict):
            continue
        here, default = (*path, "expectedInputs", name), default_of(wanted)
        _check_type(findings, wanted, here)
        if default is not None:
            _check_value(findings, default, wanted, (*here, "default"))
        if name in literals:
            _check_value(findings, literals[name], wanted, (*path, "inputs", name))
        elif wanted.get("required") is True and default is None and not outputs.may_give(name):
            message = "is required, and nothing gives it: no input, no default, no earlier step"
            findings.warning(here, message, findings.meant(name, outputs.names))


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


def _check_conditions(findings: Findings, step: dict[str, Any], path: Path, known: Known) -> None:
    """A condition looks at an input of the step, an output of an earlier one, or a fact."""
    for number, condition in objects_at(step, "conditions"):
        here = (*path, "conditions", number)
        matches = condition.get("operator") == "matches"
        if matches and (fault := pattern_fault(condition.get("value"))):
            findings.error((*here, "value"), fault)
        name = text_at(condition, "inputName")
        if name and not known.may_have(name):
            message = f"{shown(name)} is no input of this step, and no earlier step gives it"
            meant = findings.meant(name.strip("{. }"), known.names)
            findings.warning((*here, "inputName"), message, meant, key=False)
