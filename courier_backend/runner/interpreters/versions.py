"""Version bounds of a step, read leniently: ``19`` is ``19.0.0``, empty is no bound."""

import re
from typing import Any, Final

from courier_backend.model.protocol import Skill
from courier_backend.model.status import ReasonCode
from courier_backend.runner.interpreters.interpreter import StepFault

_NUMBERS: Final = re.compile(r"\d+")
_PARTS: Final = 4


def check_bounds(skill: Skill, wanted: dict[str, Any]) -> None:
    """See that the installed version is within the bounds of a step, both inclusive.

    Raises:
        StepFault: it is not, or a bound is no version.
    """
    installed = _version(skill["version"])
    low, high = str(wanted.get("minVersion") or ""), str(wanted.get("maxVersion") or "")
    if (low and installed < _version(low)) or (high and installed > _version(high)):
        bounds = " and ".join(
            [f"at least {low}"] * bool(low) + [f"at most {high}"] * bool(high),
        )
        raise StepFault(
            ReasonCode.VERSION_OUT_OF_BOUNDS,
            f"{skill['name']} {skill['version']} is installed, the step wants {bounds}",
        )


def is_version(text: str) -> bool:
    """Whether bounds can be compared with it."""
    try:
        _version(text)
    except StepFault:
        return False
    return True


def _version(text: str) -> tuple[int, ...]:
    """The numbers of a version; what follows ``+`` or ``-`` does not count."""
    release = re.split(r"[+-]", text.strip().removeprefix("v"), maxsplit=1)[0]
    numbers = [int(number) for number in _NUMBERS.findall(release)[:_PARTS]]
    if not numbers:
        raise StepFault(ReasonCode.VERSION_OUT_OF_BOUNDS, f'"{text}" is no version')
    return tuple(numbers + [0] * (_PARTS - len(numbers)))
