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
_EXAMPLE: Final = "RRULE:FREQ=DAILY;BYHOUR=2"
START_LINE: Final = re.compile(
    r"DTSTART(?:;VALUE=DATE(?:-TIME)?|;TZID=(?P<quote>\"?)(?P<zone>[^:\"]+)(?P=quote))*"
    r":(?P<moment>.+)\Z",
    re.IGNORECASE,
)
"""A start on a line before the rule, as calendars write it."""

_NOT_TAKEN: Final = {
    "RDATE": "a schedule is one rule",
    "EXDATE": "exceptionRules say when nothing is executed",
    "EXRULE": "exceptionRules say when nothing is executed",
}
_MOST_SHOWN: Final = 60
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
    *before, text = [line.strip() for line in rule.splitlines() if line.strip()] or [""]
    fault = _lines_fault([*before, text])
    if fault:
        return fault
    for line in before:
        fault = _start_line_fault(line)
        if fault:
            return fault
    if not text.upper().startswith(_PREFIX):
        meant = _PREFIX + text if text.upper().startswith(("FREQ=", "DTSTART=")) else ""
        return RuleFault(f'{shown(text)} does not begin with "{_PREFIX}"', meant)
    return _parts_fault(text[len(_PREFIX) :])


def as_given(name: str, value: str) -> str:
    """A part in a sentence: as it was written, or so much of it as can be shown on a line."""
    text = f"{name}={value}"
    return text if text.isprintable() and len(text) <= _MOST_SHOWN else shown(text)


def _lines_fault(lines: list[str]) -> RuleFault | None:
    """What is wrong with which lines there are, and with their order."""
    names = [re.split("[:;=]", line, maxsplit=1)[0].upper() for line in lines]
    for name in names:
        if name in _NOT_TAKEN:
            return RuleFault(f"{name} is not understood: {_NOT_TAKEN[name]}")
    if names.count("RRULE") > 1:
        return RuleFault("RRULE is given twice: a schedule is one rule")
    if "RRULE" in names[:-1]:
        return RuleFault(f"{shown(lines[-1])} stands after the rule; a start stands before it")
    if lines[-1].upper().startswith(("DTSTART:", "DTSTART;")):
        return RuleFault(f"{shown(lines[-1])} has no rule on the line after it", "")
    return None


def schedule_fault(rule: str) -> RuleFault | None:
    """What is wrong with a `scheduleRule` (None: nothing)."""
    if rule == IMMEDIATE:
        return None
    if rule.strip().casefold() == IMMEDIATE:
        return RuleFault(f"{shown(rule)} must be written {IMMEDIATE}", IMMEDIATE)
    if not rule.upper().startswith((_PREFIX, "DTSTART", "FREQ=", *_NOT_TAKEN)):
        message = f"{shown(rule)} is neither {IMMEDIATE} nor a rule ({_EXAMPLE})"
        return RuleFault(message, nearest(rule, [IMMEDIATE]))
    return rule_fault(rule)


def _start_line_fault(line: str) -> RuleFault | None:
    match = START_LINE.match(line)
    if match is None:
        return RuleFault(f"{shown(line)} is not a DTSTART line (DTSTART:20240131T120000Z)")
    zone = match["zone"]
    return _part_fault("DTSTART", match["moment"]) or (_part_fault("TZID", zone) if zone else None)


def _parts_fault(text: str) -> RuleFault | None:
    given: dict[str, str] = {}
    text = text.strip().rstrip("; ")
    for part in text.split(";") if text else ():
        name, equals, value = (each.strip() for each in part.partition("="))
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
    return RuleFault(
        f"{as_given(name, value)} is not one of {listed(words)}", nearest(value, words)
    )


def _form_fault(name: str, value: str) -> RuleFault | None:
    pattern, form = _FORMS[name]
    words = value.split(",") if name == "BYDAY" else [value]
    if all(pattern.match(word.strip()) for word in words):
        return None
    return RuleFault(f"{as_given(name, value)} is not {form}")


def _numbers_fault(name: str, value: str) -> RuleFault | None:
    bounds = _RANGES[name]
    for word in value.split(","):
        if not _is_within(word.strip(), bounds):
            signs = " (or the same with a minus, from the end)" if bounds.signed else ""
            numbers = f"a number from {bounds.least} to {bounds.most}{signs}"
            return RuleFault(f"{as_given(name, word or value)} is not {numbers}")
    return None


def _is_within(word: str, bounds: _Range) -> bool:
    match = re.fullmatch(r"([+-]?)(\d{1,3})", word, re.ASCII)
    if match is None or (match[1] == "-" and not bounds.signed):
        return False
    return bounds.least <= int(match[2]) <= bounds.most
