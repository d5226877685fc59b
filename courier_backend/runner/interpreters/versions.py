"""Version bounds of a step, read leniently: ``19`` is ``19.0.0``, empty is no bound."""

from typing import Any

from courier_backend.model.protocol import Skill
from courier_backend.model.status import ReasonCode
from courier_backend.model.versions import read_version, unmet_bounds
from courier_backend.runner.interpreters.interpreter import StepFault


def check_bounds(skill: Skill, wanted: dict[str, Any]) -> None:
    """See that the installed version is within the bounds of a step, both inclusive.

    Raises:
        StepFault: it is not, or a bound is no version.
    """
    try:
        unmet = unmet_bounds(skill["version"], wanted)
    except ValueError as error:
        raise StepFault(ReasonCode.VERSION_OUT_OF_BOUNDS, str(error)) from error
    if unmet:
        raise StepFault(
            ReasonCode.VERSION_OUT_OF_BOUNDS,
            f"{skill['name']} {skill['version']} is installed, the step wants {unmet}",
        )


def is_version(text: str) -> bool:
    """Whether bounds can be compared with it."""
    try:
        read_version(text)
    except ValueError:
        return False
    return True
