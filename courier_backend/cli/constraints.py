"""Constraints on the command line: ``--attribute role=web --skill "chef-gohai <= 1.0.66"``."""

from __future__ import annotations

import re
from functools import wraps
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import click

from courier_backend.model.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

F = TypeVar("F", bound="Callable[..., Any]")

_ATTRIBUTE: Final = re.compile(
    r"(?:(?P<space>agent|gohai|ohai|aws|azure|tags):)?(?P<name>[^\s=!]+)"
    r"\s*(?P<operator>!=|=|\s(?i:MATCHES|CONTAINS)\s)(?P<value>.*)",
    re.DOTALL,
)
_SKILL: Final = re.compile(r"(?P<name>[^\s<>=!]+)\s*(?P<bounds>.*)", re.DOTALL)

_OPTIONS: Final = (
    click.option("--enrollment", multiple=True, metavar="LEVEL", help="Enrolled so: enrolled."),
    click.option(
        "--health",
        multiple=True,
        type=click.Choice(["reachable", "offline", "unknown"]),
        help="As well as this.",
    ),
    click.option(
        "--skill",
        "skills",
        multiple=True,
        metavar="SKILL",
        help='With this skill: NAME, or "NAME >= 1.0, <= 1.9".',
    ),
    click.option(
        "--attribute",
        "attributes",
        multiple=True,
        metavar="CONSTRAINT",
        help='With this attribute: role=web, tags:zone!=a|b, "hostname MATCHES ^web".',
    ),
)


def with_constraints(function: F) -> F:
    """Options that together make a filter; `constraints` is None when none was given."""

    @wraps(function)
    def run(
        *arguments: Any,  # noqa: ANN401  handed through
        attributes: Sequence[str],
        skills: Sequence[str],
        health: Sequence[str],
        enrollment: Sequence[str],
        **rest: Any,  # noqa: ANN401  handed through
    ) -> Any:  # noqa: ANN401  handed through
        made = constraints_of(attributes, skills, health, enrollment)
        return function(*arguments, constraints=made or None, **rest)

    for option in _OPTIONS:
        run = option(run)
    return cast("F", run)


def constraints_of(
    attributes: Sequence[str],
    skills: Sequence[str] = (),
    health: Sequence[str] = (),
    enrollment: Sequence[str] = (),
) -> dict[str, Any]:
    """The constraints of a filter, as a file has them.

    Raises:
        BadInput: one cannot be read.
    """
    made: dict[str, Any] = {}
    if attributes:
        made["attributes"] = [_attribute(text) for text in attributes]
    if skills:
        made["skills"] = [_skill(text) for text in skills]
    for key, words in (("healthStatus", health), ("enrollmentLevel", enrollment)):
        if words:
            made[key] = {"operator": "=", "value": list(words)}
    return made


def _attribute(text: str) -> dict[str, Any]:
    found = _ATTRIBUTE.fullmatch(text.strip())
    if found is None:
        raise BadInput(
            f"--attribute {text!r} is no constraint.",
            hint='It looks like role=web, tags:zone!=a|b or "hostname MATCHES ^web".',
        )
    operator, value = found["operator"].strip().upper(), found["value"].strip()
    # Of a pattern, a bar is a part; elsewhere it stands between alternatives.
    values = [value] if operator == "MATCHES" else [part.strip() for part in value.split("|")]
    made: dict[str, Any] = {"name": found["name"], "operator": operator, "value": values}
    if found["space"]:
        made["namespace"] = [found["space"]]
    return made


def _skill(text: str) -> dict[str, Any]:
    found = _SKILL.fullmatch(text.strip())
    if found is None:
        raise BadInput(
            f"--skill {text!r} is no skill.", hint='It looks like "chef-gohai >= 1.0, <= 1.9".'
        )
    bounds = [bound.strip() for bound in found["bounds"].split(",") if bound.strip()]
    return {"name": found["name"], "version": bounds}
