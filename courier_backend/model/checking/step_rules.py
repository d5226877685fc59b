"""What the fields of a step must say together."""

from __future__ import annotations

import re
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

from courier_backend.model.checking.command_rules import check_command
from courier_backend.model.checking.values import (
    list_at,
    number_at,
    object_at,
    objects_at,
    text_at,
)
from courier_backend.model.commands import INTERPRETERS, PYTHON, SHELL
from courier_backend.model.problems import shown
from courier_backend.model.suggest import nearest
from courier_backend.model.versions import LONGEST_VERSION, read_version

if TYPE_CHECKING:
    from courier_backend.model.checking.findings import Findings
    from courier_backend.model.problems import Path

_SHIPPED: Final = (*INTERPRETERS, PYTHON)
_SHORT: Final = {
    "bash": SHELL,
    "powershell": SHELL,
    "sh": SHELL,
    **{
        name.removeprefix("chef-platform/").removesuffix("-interpreter"): name
        for name in INTERPRETERS
    },
}
LEAST_MEMORY: Final = 2**20
_VERSION: Final = re.compile(
    r"(?!.*\.[xX](?:\.|\Z))[vV]?\d+(?:\.\d+)*(?:[-+.][0-9A-Za-z-]+(?:[.+][0-9A-Za-z-]+)*)?\Z",
    re.ASCII,
)
"""As lenient as nodes are, but for ``1.x``, which would mean 1.0.0 there."""


def check_steps(findings: Findings) -> None:
    """Report what is wrong in the steps beyond single fields."""
    actions = object_at(findings.document.value, "actions")
    for number, step in objects_at(actions, "steps"):
        path: Path = ("actions", "steps", number)
        _check_interpreter(findings, step, path)
        check_command(findings, step, path)
        _check_backoff(findings, step, path)
        _check_limits(findings, step, path)


def _check_interpreter(findings: Findings, step: dict[str, Any], path: Path) -> None:
    name = text_at(object_at(step, "interpreter"), "name")
    meant = "" if name in _SHIPPED else _SHORT.get(name) or nearest(name, _SHIPPED)
    if meant:
        message = f"{shown(name)} is no interpreter of Courier; it is taken as your own"
        findings.warning((*path, "interpreter", "name"), message, meant, key=False)
    _check_bounds(
        findings, object_at(step, "interpreter", "skill"), (*path, "interpreter", "skill")
    )


def _check_bounds(findings: Findings, skill: dict[str, Any], path: Path) -> None:
    low, high = (text_at(skill, field).strip() for field in ("minVersion", "maxVersion"))
    wrong = {f: v for f, v in (("minVersion", low), ("maxVersion", high)) if not _is_version(v)}
    for field, version in wrong.items():
        findings.error((*path, field), f"{shown(version)} is not a version like 1.9.99")
    if low and high and not wrong and read_version(low) > read_version(high):
        message = f"{shown(low)} is above maxVersion {shown(high)}: no version is between them"
        findings.warning((*path, "minVersion"), message, key=False)


def _is_version(text: str) -> bool:
    """Whether a bound is one, or none."""
    return not text or (len(text) <= LONGEST_VERSION and _VERSION.match(text) is not None)


def _check_backoff(findings: Findings, step: dict[str, Any], path: Path) -> None:
    strategy = object_at(step, "failureBehavior", "retryBackoffStrategy")
    numbers = all(_is_number(argument) for argument in list_at(strategy, "arguments"))
    if strategy.get("type") == "polynomial" and not numbers:
        here = (*path, "failureBehavior", "retryBackoffStrategy", "arguments")
        message = "are not all numbers, so they are not used: the delay grows with the square"
        findings.warning(here, message)


def _is_number(value: object) -> bool:
    try:
        return isinstance(value, int | float | str) and isfinite(float(value))
    except (ValueError, OverflowError):
        return False


def _check_limits(findings: Findings, step: dict[str, Any], path: Path) -> None:
    limits = object_at(step, "limits")
    cpu, memory = limits.get("cpu"), number_at(limits, "memoryBytes")
    if isinstance(cpu, int | float) and cpu > 1:
        message = "1 is all of the node already; it is the part of its CPUs that the step may use"
        findings.warning((*path, "limits", "cpu"), message, key=False)
    if memory is not None and 0 < memory < LEAST_MEMORY:
        message = f"{memory} is less than 1 MiB ({LEAST_MEMORY}); the unit is bytes"
        findings.error((*path, "limits", "memoryBytes"), message)
