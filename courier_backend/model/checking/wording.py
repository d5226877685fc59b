"""What pydantic finds wrong with a value, in our words. Imports no pydantic."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from courier_backend.model.problems import listed, shown
from courier_backend.model.suggest import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_QUOTED: Final = re.compile(r"'([^']*)'")
_MEANT: Final = {
    "==": "eq",
    "=": "eq",
    "===": "eq",
    ">": "gt",
    ">=": "gte",
    "<": "lt",
    "<=": "lte",
    "=~": "matches",
    "regex": "matches",
    "stdout": "output",
    "stderr": "output",
}
"""Words of other languages that look like none of ours."""
_NEGATED: Final = frozenset({"!=", "<>", "ne", "neq", "noteq", "not eq"})


def worded(fault: Mapping[str, Any], known: Iterable[str] = ()) -> tuple[str, str]:
    """The sentence about a fault, and the nearest valid word ("" for none).

    `known`: the fields that there are, for one that there is not.
    """
    given, context = fault.get("input"), fault.get("ctx", {})
    if fault["type"] == "missing":
        return "is missing", ""
    if fault["type"] == "extra_forbidden":
        return "is not known here", nearest(str(fault["loc"][-1]), known)
    if fault["type"] in {"literal_error", "enum"}:
        words = [word for word in _QUOTED.findall(context["expected"]) if word]
        told = f"{shown(given)} is not one of {listed(words)}"
        return _no_such_word(told, given, words) if isinstance(given, str) else (told, "")
    tell = _SENTENCES.get(fault["type"])
    return (tell(given, context) if tell else f"{shown(given)}: {fault['msg']}"), ""


def _no_such_word(told: str, given: str, words: list[str]) -> tuple[str, str]:
    if given.casefold() in _NEGATED and "eq" in words:
        return f'{told}; write eq, and "negate": true beside it', ""
    meant = _MEANT.get(given.casefold(), "")
    return told, meant if meant in words else nearest(given, words)


def _not_text(given: object, _: dict[str, Any]) -> str:
    if given is None:
        return 'null is not text; write "", or leave it out'
    hint = "" if isinstance(given, dict | list) else "; write it in quotes"
    return f"{shown(given)} is not text{hint}"


def _not_whole(given: object, _: dict[str, Any]) -> str:
    return f"{shown(given)} is not a whole number"


def _not_number(given: object, _: dict[str, Any]) -> str:
    return f"{shown(given)} is not a number"


def _not_boolean(given: object, _: dict[str, Any]) -> str:
    return f"{shown(given)} is neither true nor false"


def _not_object(given: object, _: dict[str, Any]) -> str:
    return f"must be an object with named fields, not {shown(given)}"


_SENTENCES: Final[dict[str, Callable[[Any, dict[str, Any]], str]]] = {
    "string_type": _not_text,
    "int_type": _not_whole,
    "int_from_float": _not_whole,
    "int_parsing": _not_whole,
    "int_parsing_size": _not_whole,
    "float_type": _not_number,
    "float_parsing": _not_number,
    "bool_type": _not_boolean,
    "bool_parsing": _not_boolean,
    "list_type": lambda given, _: f"must be a list, not {shown(given)}",
    "dict_type": _not_object,
    "model_type": _not_object,
    "model_attributes_type": _not_object,
    "greater_than": lambda given, ctx: f"{given} is not more than {ctx['gt']:g}",
    "greater_than_equal": lambda given, ctx: f"{given} is less than {ctx['ge']:g}, the least",
    "less_than_equal": lambda given, ctx: f"{given} is more than {ctx['le']:.0f}, the most",
    "string_too_short": lambda _given, _ctx: "is empty",
    "string_too_long": lambda _, ctx: f"is longer than {ctx['max_length']} characters",
    "string_pattern_mismatch": lambda given, _: f"{shown(given)} has not the form that it needs",
    "too_short": lambda _given, _ctx: "is empty; at least one is needed",
    "too_long": lambda _, ctx: f"has more than {ctx['max_length']}, the most",
    "command_type": lambda given, _: (
        f'must be an object like {{"linux": ["…"]}}, not {shown(given)}'
    ),
}
