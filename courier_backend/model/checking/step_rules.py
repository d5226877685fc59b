"""What the fields of a step must say together; the shape of its command by interpreter."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from courier_backend.model.checking.values import object_at, objects_at, text_at
from courier_backend.model.patterns import pattern_fault
from courier_backend.model.problems import listed, shown
from courier_backend.model.suggest import nearest

if TYPE_CHECKING:
    from courier_backend.model.checking.findings import Findings
    from courier_backend.model.problems import Path

PLATFORMS: Final = ("linux", "windows", "darwin")
SHELL: Final = "chef-platform/shell-interpreter"
INTERPRETERS: Final = (
    SHELL,
    "chef-platform/restart-interpreter",
    "chef-platform/chef-client-interpreter",
    "chef-platform/inspec-interpreter",
    "chef-platform/ansible-interpreter",
)
_PLATFORM_NAMES: Final = {"macos": "darwin", "mac": "darwin", "osx": "darwin", "win": "windows"}
_FACTS: Final = "node."
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_POSSIBLE_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}\Z")
_VERSION: Final = re.compile(r"[vV]?\d+(?:\.\d+){0,3}(?:[-+.][0-9A-Za-z.+-]+)?\Z", re.ASCII)


def check_steps(findings: Findings) -> None:
    """Report what is wrong in the steps beyond single fields."""
    actions = object_at(findings.document.value, "actions")
    outputs: set[str] = set()
    for number, step in objects_at(actions, "steps"):
        path: Path = ("actions", "steps", number)
        _check_interpreter(findings, step, path)
        _check_command(findings, step, path)
        _check_names(findings, step, path)
        _check_outputs(findings, step, path)
        _check_conditions(findings, step, path)
        _check_variables(findings, step, path, outputs)
        outputs.update(object_at(step, "outputFieldRules"))


def _check_interpreter(findings: Findings, step: dict[str, Any], path: Path) -> None:
    name = text_at(object_at(step, "interpreter"), "name")
    meant = "" if name in INTERPRETERS else nearest(name, INTERPRETERS)
    if meant:
        message = f"{shown(name)} is no interpreter of Courier; it is taken as your own"
        findings.warning((*path, "interpreter", "name"), message, meant, key=False)
    skill = object_at(step, "interpreter", "skill")
    for field in ("minVersion", "maxVersion"):
        version = text_at(skill, field).strip()
        if version and not _VERSION.match(version):
            here = (*path, "interpreter", "skill", field)
            findings.error(here, f"{shown(version)} is not a version like 1.9.99")


def _check_command(findings: Findings, step: dict[str, Any], path: Path) -> None:
    command, here = step.get("command"), (*path, "command")
    name = text_at(object_at(step, "interpreter"), "name")
    if command in ({}, []):
        findings.error(here, "is empty")
    elif isinstance(command, list):
        _check_lines(findings, command, here)
        if name == SHELL:
            message = "is a list, the older form: it is used on every platform"
            findings.warning(here, message)
    elif isinstance(command, dict) and name == SHELL:
        _check_platforms(findings, command, here)
    elif isinstance(command, dict) and name in INTERPRETERS:
        _check_exec(findings, command, here)


def _check_platforms(findings: Findings, command: dict[str, Any], path: Path) -> None:
    unknown = [platform for platform in command if platform not in PLATFORMS]
    if len(unknown) == len(command):
        message = f"has no command for any of {listed(PLATFORMS)}"
        findings.error(path, message, _platform_meant(unknown[0]))
        return
    for platform in unknown:
        message = f"is not one of {listed(PLATFORMS)}"
        findings.warning((*path, platform), message, _platform_meant(platform))
    for platform, lines in command.items():
        _check_platform(findings, lines, (*path, platform))


def _check_platform(findings: Findings, lines: object, path: Path) -> None:
    if not isinstance(lines, list):
        findings.error(path, f"must be a list of command lines, not {shown(lines)}")
    elif not lines:
        findings.error(path, "is empty; at least one command line is needed")
    else:
        _check_lines(findings, lines, path)


def _platform_meant(name: str) -> str:
    return _PLATFORM_NAMES.get(name.casefold()) or nearest(name, PLATFORMS)


def _check_lines(findings: Findings, lines: list[Any], path: Path) -> None:
    for number, line in enumerate(lines):
        if not isinstance(line, str):
            findings.error((*path, number), f"{shown(line)} is not a command line (text)")
        elif not line.strip():
            findings.error((*path, number), "is an empty command line")


def _check_exec(findings: Findings, command: dict[str, Any], path: Path) -> None:
    if "exec" not in command:
        findings.error((*path, "exec"), "is missing (text: what the interpreter shall do)")
    elif not isinstance(command["exec"], str) or not command["exec"].strip():
        findings.error(
            (*path, "exec"), f"{shown(command['exec'])} is not text that says what to do"
        )
    if not isinstance(command.get("args", {}), dict | list):
        findings.error((*path, "args"), f"must be an object, not {shown(command['args'])}")
    for key in command:
        if key not in {"exec", "args"}:
            meant = nearest(key, [word for word in ("exec", "args") if word not in command])
            findings.warning((*path, key), "is no field that is known here", meant)


def _check_names(findings: Findings, step: dict[str, Any], path: Path) -> None:
    """Names of inputs and outputs become names of variables."""
    for field in ("inputs", "expectedInputs", "outputFieldRules"):
        for name in object_at(step, field):
            here = (*path, field, name)
            if not _POSSIBLE_NAME.match(name):
                allowed = "letters, digits and _, beginning with a letter or _"
                findings.error(here, f"{shown(name)} cannot be a name ({allowed})", key=True)
            elif not _NAME.match(name):
                findings.warning(
                    here, f"{shown(name)} cannot be used as {{{{.{name}}}}} in a command"
                )


def _check_outputs(findings: Findings, step: dict[str, Any], path: Path) -> None:
    for name, rule in object_at(step, "outputFieldRules").items():
        if isinstance(rule, dict):
            _check_output(findings, rule, (*path, "outputFieldRules", name))


def _check_output(findings: Findings, rule: dict[str, Any], path: Path) -> None:
    kind, source = text_at(rule, "sourceType"), text_at(rule, "source")
    if kind in {"file", "artifact"} and not source:
        what = "the path of the file" if kind == "file" else "the name of the artifact"
        findings.error((*path, "source"), f"is missing ({what})")
    if kind == "output" and source not in {"", "stdout", "stderr"}:
        message = f"{shown(source)} is not one of stdout, stderr"
        findings.error((*path, "source"), message, nearest(source, ("stdout", "stderr")))
    _check_extraction(findings, rule, path)


def _check_extraction(findings: Findings, rule: dict[str, Any], path: Path) -> None:
    method, expression = text_at(rule, "extractMethod"), text_at(rule, "expression")
    if method in {"regEx", "jsonPath"} and not expression:
        findings.error((*path, "expression"), f"is missing: extractMethod is {method}")
    if method == "regEx" and (fault := pattern_fault(expression)):
        findings.error((*path, "expression"), fault)
    if "extractMethod" not in rule and expression:
        message = "is missing: there is an expression (one of content, regEx, jsonPath)"
        findings.error((*path, "extractMethod"), message)


def _check_conditions(findings: Findings, step: dict[str, Any], path: Path) -> None:
    for number, condition in objects_at(step, "conditions"):
        if condition.get("operator") != "matches":
            continue
        if fault := pattern_fault(condition.get("value")):
            findings.error((*path, "conditions", number, "value"), fault)


def _check_variables(
    findings: Findings, step: dict[str, Any], path: Path, outputs: set[str]
) -> None:
    """A condition looks at an input of the step, an output of an earlier one, or a fact."""
    known = {*object_at(step, "inputs"), *object_at(step, "expectedInputs"), *outputs}
    for number, condition in objects_at(step, "conditions"):
        name = text_at(condition, "inputName")
        if name and name not in known and not name.startswith(_FACTS):
            message = f"{shown(name)} is no input of this step, and no earlier step gives it"
            here = (*path, "conditions", number, "inputName")
            findings.warning(here, message, nearest(name, known), key=False)
