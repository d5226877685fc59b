"""A schedule in a few words, for tables and head lines. What is not plain is shown as it stands."""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING, Final

from courier_backend.model.checking.rule_form import IMMEDIATE, START_LINE, rule_fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_UNITS: Final = {
    "SECONDLY": "second",
    "MINUTELY": "minute",
    "HOURLY": "hour",
    "DAILY": "day",
    "WEEKLY": "week",
    "MONTHLY": "month",
    "YEARLY": "year",
}
_SLOW: Final = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
_DAYS: Final = dict(
    zip(
        ("MO", "TU", "WE", "TH", "FR", "SA", "SU"),
        ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
        strict=True,
    )
)
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun",
                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")  # fmt: skip
_SAID: Final = frozenset(
    {"FREQ", "INTERVAL", "COUNT", "UNTIL", "DTSTART", "TZID", "WKST",
     "BYMONTH", "BYMONTHDAY", "BYDAY", "BYHOUR", "BYMINUTE", "BYSECOND"}
)  # fmt: skip
_MOST_TIMES: Final = 4
_TIME: Final = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?", re.IGNORECASE)


def in_words(rule: str) -> str:
    """``immediate``; ``every 10 minutes, 5 times``; ``every day at 02:30 Europe/Berlin``.

    >>> in_words("RRULE:FREQ=MONTHLY;BYDAY=-1FR;BYHOUR=9;BYMINUTE=0;TZID=Europe/Berlin")
    'every month on the last Fri at 09:00 Europe/Berlin'
    """
    if rule == IMMEDIATE:
        return rule
    if rule_fault(rule) is None:
        parts = _parts_of(rule.strip())
        if parts.keys() <= _SAID and not (_numbered(parts) and parts["FREQ"] == "WEEKLY"):
            return "".join(_said(parts))
    return " ".join(rule.split()).removeprefix("RRULE:")


def _parts_of(rule: str) -> dict[str, str]:
    *lines, last = rule.splitlines()
    named = (part.split("=", 1) for part in last.partition(":")[2].rstrip("; ").split(";"))
    parts = {name.strip().upper(): value.strip().upper() for name, value in named}
    for line in lines:
        match = START_LINE.match(line.strip())
        if match:
            parts.setdefault("DTSTART", match["moment"].upper())
            if match["zone"]:
                parts.setdefault("TZID", match["zone"])
    zone = re.search(r"TZID\s*=\s*\"?([^;:\"\s]+)", rule, re.IGNORECASE)
    return parts | ({"TZID": zone[1]} if zone else {})  # as it was written


def _said(parts: Mapping[str, str]) -> Iterator[str]:
    unit, interval = _UNITS[parts["FREQ"]], parts.get("INTERVAL", "1")
    yield f"every {unit}" if int(interval) == 1 else f"every {int(interval)} {unit}s"
    if "BYMONTH" in parts:
        yield f" in {_joined([_MONTHS[int(month) - 1] for month in _list(parts, 'BYMONTH')])}"
    if "BYMONTHDAY" in parts:
        yield f" on {_joined([_month_day(int(day)) for day in _list(parts, 'BYMONTHDAY')])}"
    if "BYDAY" in parts:
        yield f" on {_joined([_weekday(day) for day in _list(parts, 'BYDAY')])}"
    yield _time_of_day(parts)
    if "COUNT" in parts:
        yield f", {parts['COUNT']}×"
    if "UNTIL" in parts:
        yield f", until {_moment(parts['UNTIL'])}"


def _time_of_day(parts: Mapping[str, str]) -> str:
    """When on its days; a part that neither rule nor start give is left unsaid."""
    if parts["FREQ"] not in _SLOW:
        return "".join(_filters(parts))
    start = _TIME.match(parts.get("DTSTART", ""))
    at_start = [start[n] or "00" for n in (4, 5, 6)] if start else []
    given = [
        _list(parts, name) or at_start[place : place + 1]
        for place, name in enumerate(("BYHOUR", "BYMINUTE", "BYSECOND"))
    ]
    hours, minutes, seconds = given
    if not hours or not minutes:
        return "".join(_filters(parts))
    times = [":".join(each) for each in product(*(_two(part) for part in given if part))]
    if seconds in (["0"], ["00"]):
        times = [time[:5] for time in times]
    more = f" and {len(times) - _MOST_TIMES} more" if len(times) > _MOST_TIMES else ""
    shown = ", ".join(times[:_MOST_TIMES]) + more if more else _joined(times)
    return f" at {shown} {_zone(parts, start)}"


def _filters(parts: Mapping[str, str]) -> Iterator[str]:
    """Hours, minutes and seconds that are admitted, one kind after the other."""
    for name, word in (("BYHOUR", "hour"), ("BYMINUTE", "minute"), ("BYSECOND", "second")):
        found = _list(parts, name)
        if found and not (name == "BYSECOND" and found in (["0"], ["00"])):
            yield f" at {word}{'s' if len(found) > 1 else ''} {_joined(found)}"
    if "BYHOUR" in parts:
        yield f" {_zone(parts, _TIME.match(parts.get('DTSTART', '')))}"


def _zone(parts: Mapping[str, str], start: re.Match[str] | None) -> str:
    return parts.get("TZID", "UTC") if not (start and start[7] and "TZID" not in parts) else "UTC"


def _moment(value: str) -> str:
    match = _TIME.match(value)
    if match is None:
        return value
    day = "-".join(match[n] for n in (1, 2, 3))
    return f"{day} {match[4]}:{match[5]}" if match[4] else day


def _weekday(day: str) -> str:
    place, name = day[:-2], _DAYS[day[-2:]]
    return f"the {_place(int(place))} {name}" if place else name


def _month_day(day: int) -> str:
    return f"day {day}" if day > 0 else f"the {_place(day)} day"


def _place(number: int) -> str:
    """``1st``, ``22nd``; from the end: ``last``, ``3rd last``."""
    if number == -1:
        return "last"
    size = abs(number)
    teen = size % 100 in range(11, 14)
    ending = "th" if teen else {1: "st", 2: "nd", 3: "rd"}.get(size % 10, "th")
    return f"{size}{ending}" + (" last" if number < 0 else "")


def _numbered(parts: Mapping[str, str]) -> bool:
    return any(len(day) > 2 for day in _list(parts, "BYDAY"))  # noqa: PLR2004  MO


def _list(parts: Mapping[str, str], name: str) -> list[str]:
    return [part.strip() for part in parts[name].split(",")] if name in parts else []


def _two(numbers: Sequence[str]) -> list[str]:
    return [number.zfill(2) for number in numbers]


def _joined(words: Sequence[str]) -> str:
    """``Mon, Wed and Fri``."""
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))
