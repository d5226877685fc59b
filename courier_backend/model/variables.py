"""The names of inputs and outputs: what they are called elsewhere, and which are secret."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FACTS: Final = "node."
"""What the name of a fact begins with where inputs are named."""

NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
"""What may be the name of an input or an output."""

LONGEST_VALUE: Final = 64 * 1024
"""Bytes of a value: it has to fit into a variable of the environment."""
LONGEST_TOGETHER: Final = 1024 * 1024
"""Bytes that a step's own values may have: an environment takes little more."""

_NOT_IN_A_NAME: Final = re.compile(r"[^A-Za-z0-9]+")


def environment_name(kind: str, name: str) -> str:
    """The environment variable of an input or a fact.

    Capitals; whatever is no letter or digit becomes one ``_``, and none stands at either end:
    `greeting-word` is found as ``COURIER_INPUT_GREETING_WORD``.
    """
    return f"COURIER_{kind}_{_NOT_IN_A_NAME.sub('_', name).strip('_').upper()}"


def value_text(value: object) -> str:
    """A value as text: text as it is, anything else as JSON on one line."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def default_of(wanted: Mapping[str, Any]) -> Any:  # noqa: ANN401  defaults are any JSON
    """The default of an expected input, None for none.

    Empty text is none: that is what real files have, and answers echo, where there is no default.
    """
    default = wanted.get("default")
    return None if default == "" else default


def sensitive_names(steps: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """The names that any step of a job marks sensitive, as an input or as an output.

    What is not of the right shape marks nothing: definitions are asked before they were checked.
    """
    return frozenset(
        name
        for step in steps
        for field in ("expectedInputs", "outputFieldRules")
        for name, marks in _named(step.get(field))
        if isinstance(marks, dict) and marks.get("sensitive") is True
    )


def _named(value: object) -> Iterable[tuple[str, Any]]:
    return value.items() if isinstance(value, dict) else ()
