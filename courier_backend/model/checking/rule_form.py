"""Whether a schedule rule can be one: `immediate`, or the parts of an RFC 5545 rule.

Only the form is checked; what a rule means is the business of recurrence.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from courier_backend.model.problems import listed, shown
from courier_backend.model.suggest import nearest

IMMEDIATE: Final = "immediate"
_PREFIX: Final = "RRULE:"
_FREQUENCIES: Final = ("SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_START_LINE: Final = re.compile(
    r"DTSTART(?:;TZID=(?P<zone>[^:]+))?:(?P<moment>.+)\Z", re.IGNORECASE
)

_TIME: Final = re.compile(r"\d{8}(?:T\d{6}Z?)?\Z", re.ASCII | re.IGNORECASE)
_WHOLE: Final = re.compile(r"[1-9]\d{0,8}\Z", re.ASCII)
_DAY: Final = re.compile(rf"(?:[+-]?\d{{1,2}})?(?:{'|'.join(_DAYS)})\Z", re.ASCII | re.IGNORECASE)
_ZONE: Final = re.compile(r"[A-Za-z][\w+-]*(?:/[\w+-]+){0,2}\Z", re.ASCII)
_FORMS: Final = {
    "DTSTART": (_TIME, "a time like 20240131 or 20240131T120000Z"),
    "UNTIL": (_TIME, "a time like 20240131 or 20240131T120000Z"),
    "BYDAY": (_DAY, f"days like {listed(_DAYS)}, perhaps with a number before (1MO, -1FR)"),
    "TZID": (_ZONE, "a time zone like Europe/Berlin"),
    "COUNT": (_WHOLE, "a whole number from 1"),
    "INTERVAL": (_WHOLE, "a whole number from 1"),
}


class _Range(NamedTuple):
    """The numbers that a BY part takes; `signed`: also counted from the end."""

    least: int
    most: int
    signed: bool


_RANGES: Final = {
    "BYSECOND": _Range(0, 60, signed=False),
    "BYMINUTE": _Range(0, 59, signed=False),
    "BYHOUR": _Range(0, 23, signed=False),
    "BYMONTHDAY": _Range(1, 31, signed=True),
    "BYYEARDAY": _Range(1, 366, signed=True),
    "BYWEEKNO": _Range(1, 53, signed=True),
    "BYMONTH": _Range(1, 12, signed=False),
    "BYSETPOS": _Range(1, 366, signed=True),
}
_PARTS: Final = ("FREQ", "DTSTART", "TZID", "UNTIL", "COUNT", "INTERVAL", "BYDAY", "WKST", *_RANGES)


class RuleFault(NamedTuple):
    """What is wrong with a rule, and what was perhaps meant."""

    message: str
    did_you_mean: str = ""


def rule_fault(rule: str) -> RuleFault | None:
    """What is wrong with the form of a recurrence rule (None: nothing)."""
    *before, text = rule.strip().splitlines() or [""]
    for line in before:
        fault = _start_line_fault(line)
        if fault:
            return fault
    if not text.upper().startswith(_PREFIX):
        meant = _PREFIX + text if text.upper().startswith(("FREQ=", "DTSTART=")) else ""
        return RuleFault(f'{shown(text)} does not begin with "{_PREFIX}"', meant)
    return _parts_fault(text[len(_PREFIX) :])


def schedule_fault(rule: str) -> RuleFault | None:
    """What is wrong with a `scheduleRule` (None: nothing)."""
    if rule == IMMEDIATE:
        return None
    if rule.strip().casefold() == IMMEDIATE:
        return RuleFault(f"{shown(rule)} must be written {IMMEDIATE}", IMMEDIATE)
    if not rule.upper().startswith((_PREFIX, "DTSTART", "FREQ=")):
        message = f'{shown(rule)} is neither {IMMEDIATE} nor a rule that begins with "{_PREFIX}"'
        return RuleFault(message, nearest(rule, [IMMEDIATE]))
    return rule_fault(rule)


def _start_line_fault(line: str) -> RuleFault | None:
    match = _START_LINE.match(line.strip())
    if match is None:
        return RuleFault(f"{shown(line)} is not a DTSTART line (DTSTART:20240131T120000Z)")
    zone = match["zone"]
    return _part_fault("DTSTART", match["moment"]) or (_part_fault("TZID", zone) if zone else None)


def _parts_fault(text: str) -> RuleFault | None:
    given: dict[str, str] = {}
    for part in text.rstrip(";").split(";"):
        name, equals, value = part.strip().partition("=")
        name = name.upper()
        if not equals or not value:
            return RuleFault(f"{shown(part)} is not of the form NAME=VALUE")
        if name in given:
            return RuleFault(f"{name} is given twice")
        given[name] = value
        fault = _part_fault(name, value)
        if fault:
            return fault
    return _whole_fault(given)


def _whole_fault(given: dict[str, str]) -> RuleFault | None:
    if "FREQ" not in given:
        return RuleFault(f"FREQ is missing (one of {listed(_FREQUENCIES)})")
    if "UNTIL" in given and "COUNT" in given:
        return RuleFault("UNTIL and COUNT exclude each other; take one away")
    return None


def _part_fault(name: str, value: str) -> RuleFault | None:
    if name not in _PARTS:
        return RuleFault(f"{shown(name)} is no part of a rule", nearest(name, _PARTS))
    if name in _RANGES:
        return _numbers_fault(name, value)
    if name in {"FREQ", "WKST"}:
        return _word_fault(name, value, _FREQUENCIES if name == "FREQ" else _DAYS)
    return _form_fault(name, value)


def _word_fault(name: str, value: str, words: tuple[str, ...]) -> RuleFault | None:
    if value.upper() in words:
        return None
    return RuleFault(f"{name}={value} is not one of {listed(words)}", nearest(value, words))


def _form_fault(name: str, value: str) -> RuleFault | None:
    pattern, form = _FORMS[name]
    words = value.split(",") if name == "BYDAY" else [value]
    if all(pattern.match(word.strip()) for word in words):
        return None
    return RuleFault(f"{name}={value} is not {form}")


def _numbers_fault(name: str, value: str) -> RuleFault | None:
    bounds = _RANGES[name]
    for word in value.split(","):
        if not _is_within(word.strip(), bounds):
            signs = " (or the same with a minus, from the end)" if bounds.signed else ""
            return RuleFault(
                f"{name}={word} is not a number from {bounds.least} to {bounds.most}{signs}"
            )
    return None


def _is_within(word: str, bounds: _Range) -> bool:
    match = re.fullmatch(r"([+-]?)(\d{1,3})", word, re.ASCII)
    if match is None or (match[1] == "-" and not bounds.signed):
        return False
    return bounds.least <= int(match[2]) <= bounds.most
