"""What the fields of a step must say together; the shape of its command by interpreter."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from courier_backend.model.checking.values import (
    list_at,
    number_at,
    object_at,
    objects_at,
    text_at,
)
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
LEAST_MEMORY: Final = 2**20
_VERSION: Final = re.compile(r"[vV]?\d+(?:\.\d+){0,3}(?:[-+.][0-9A-Za-z.+-]+)?\Z", re.ASCII)


def check_steps(findings: Findings) -> None:
    """Report what is wrong in the steps beyond single fields."""
    actions = object_at(findings.document.value, "actions")
    for number, step in objects_at(actions, "steps"):
        path: Path = ("actions", "steps", number)
        _check_interpreter(findings, step, path)
        _check_command(findings, step, path)
        _check_backoff(findings, step, path)
        _check_limits(findings, step, path)


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


def _check_backoff(findings: Findings, step: dict[str, Any], path: Path) -> None:
    strategy = object_at(step, "failureBehavior", "retryBackoffStrategy")
    arguments = list_at(strategy, "arguments")
    numbers = all(isinstance(a, int | float) and not isinstance(a, bool) for a in arguments)
    if strategy.get("type") == "polynomial" and not numbers:
        here = (*path, "failureBehavior", "retryBackoffStrategy", "arguments")
        message = "are not all numbers, so they are not used: the delay grows with the square"
        findings.warning(here, message)


def _check_limits(findings: Findings, step: dict[str, Any], path: Path) -> None:
    limits = object_at(step, "limits")
    cpu, memory = limits.get("cpu"), number_at(limits, "memoryBytes")
    if isinstance(cpu, int | float) and cpu > 1:
        message = "1 is all of the node already; it is the part of its CPUs that the step may use"
        findings.warning((*path, "limits", "cpu"), message, key=False)
    if memory is not None and 0 < memory < LEAST_MEMORY:
        message = f"{memory} is less than 1 MiB ({LEAST_MEMORY}); the unit is bytes"
        findings.error((*path, "limits", "memoryBytes"), message)
