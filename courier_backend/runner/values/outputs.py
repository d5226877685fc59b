"""The outputs of an attempt: taken out of what it left, by the rules of its step.

Those that cannot be had are told in a sentence each. Nothing here fails an attempt: who asks
decides what a missing output means.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import orjson

from courier_backend.model.variables import LONGEST_VALUE
from courier_backend.runner.values.json_path import at_path
from courier_backend.runner.values.no_value import NoValue
from courier_backend.runner.values.patterns import SEARCH_SECONDS, PatternFault, search

if TYPE_CHECKING:
    from collections.abc import Mapping

    from courier_backend.runner.values.sources import Sources

ALL_BYTES: Final = 256 * 1024
"""All outputs of an attempt together, as they are told: in JSON, on one line."""
RUN_BYTES: Final = 512 * 1024
"""All outputs of a run together: they go into the environment of one process."""
ALL_SECONDS: Final = 10.0
"""So long may all rules of a step take: meanwhile nobody can stop the run."""
_SEARCHED_BYTES: Final = 40 * 1024 * 1024
_JSON_BYTES: Final = 8 * 1024 * 1024
_LOOKED_AT: Final = {"regEx": _SEARCHED_BYTES, "jsonPath": _JSON_BYTES}

Rules = dict[str, dict[str, Any]]


@dataclass(slots=True)
class Taken:
    """The values, and why those are missing that could not be had."""

    values: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)


def take(rules: Mapping[str, Mapping[str, Any]], sources: Sources, room: int = ALL_BYTES) -> Taken:
    """The output of each rule, as long as there is room and time for them."""
    taken = Taken()
    until = time.monotonic() + ALL_SECONDS
    for name, rule in rules.items():
        try:
            value = _value(rule, sources, until - time.monotonic())
            room -= room_taken(value, room)
        except NoValue as why:
            taken.missing[name] = str(why)
        else:
            taken.values[name] = value
    return taken


def room_for(outputs: Mapping[str, str]) -> int:
    """How much the outputs of an attempt may be, after those of earlier steps."""
    used = sum(len(orjson.dumps(value)) for value in outputs.values())
    return min(ALL_BYTES, RUN_BYTES - used)


def room_taken(value: str, room: int = ALL_BYTES) -> int:
    """The size of a value as it is told, in bytes.

    Raises:
        NoValue: it is too long, or cannot be told or put into an environment.
    """
    try:
        size = len(value.encode())
    except UnicodeEncodeError:
        raise NoValue("it holds half of a surrogate pair, which is not a character") from None
    if size > LONGEST_VALUE:
        raise NoValue(_too_long(f"{size:,}"))
    if "\0" in value:
        raise NoValue("it holds a NUL character, which no variable can take")
    told = len(orjson.dumps(value))
    if told > room:
        raise NoValue(
            f"all outputs together are too long: {ALL_BYTES // 1024} KiB of a step, "
            f"{RUN_BYTES // 1024} KiB of a run"
        )
    return told


def required_missing(rules: Mapping[str, Mapping[str, Any]], missing: Mapping[str, str]) -> str:
    """A sentence about the required outputs that are missing; "" when none is."""
    return "; ".join(
        f"the required output {name} is missing: {why}"
        for name, why in missing.items()
        if rules.get(name, {}).get("required")
    )


def _value(rule: Mapping[str, Any], sources: Sources, seconds: float) -> str:
    if seconds <= 0:
        raise NoValue(f"the rules of the step took longer than {ALL_SECONDS:g} s")
    method = str(rule.get("extractMethod") or "content")
    limit = _LOOKED_AT.get(method, LONGEST_VALUE)
    where, data = sources.bytes_of(rule, limit + 1)
    if method == "jsonPath" and len(data) > limit:
        raise NoValue(f"{where} is longer than {limit:,} bytes, too long for a JSON path")
    if method == "content" and len(data) > limit:
        raise NoValue(f"{where}: {_too_long('more')}")
    text, expression = data.decode(errors="replace"), str(rule.get("expression") or "")
    if method == "content":
        return text
    return _extracted(method, expression, text, where, min(seconds, SEARCH_SECONDS))


def _extracted(method: str, expression: str, text: str, where: str, seconds: float) -> str:
    try:
        if method == "jsonPath":
            return at_path(expression, text, seconds)
        found = search(expression, text, seconds)
    except (NoValue, PatternFault) as why:
        raise NoValue(f"{where}: {why}") from None
    if found is None:
        raise NoValue(f'{where} does not match "{expression}"')
    return found


def _too_long(size: str) -> str:
    return (
        f"a value has {LONGEST_VALUE:,} bytes at most, this one {size}; "
        "keep long ones as files in $COURIER_EVIDENCE_DIR"
    )
