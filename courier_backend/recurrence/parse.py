"""From the text of a rule to a recurrence that can be asked for its times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from courier_backend.model.checking.rule_form import START_LINE, as_given, rule_fault
from courier_backend.model.errors import BadInput
from courier_backend.model.suggest import nearest
from courier_backend.model.times import to_text
from courier_backend.recurrence.completing import WEEKDAYS, days_of, numbers, times_of
from courier_backend.recurrence.recurrence import Recurrence
from courier_backend.recurrence.rule import Frequency, Rule
from courier_backend.recurrence.search import search_of
from courier_backend.recurrence.seconds import DAY, HORIZON, LAST, from_seconds, to_seconds
from courier_backend.recurrence.stretches import offset_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from courier_backend.recurrence.search import Search

_REACH: Final = 3_653 * DAY
"""Ten years: a rule that has nothing to say in them is a mistake."""

_YEARS: Final = range(1900, 9998)
_FREQUENCY_PARTS: Final = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "DTSTART", "TZID"}
_UTC: Final = ZoneInfo("UTC")
_WHOLE_DAY: Final = timedelta(days=1) - timedelta(seconds=1)


class _Moment(NamedTuple):
    """A second, and what the wall of the rule's zone shows then."""

    utc: int
    wall: int


def parse_rule(text: str, accepted_at: datetime, *, over_is_fine: bool = False) -> Recurrence:
    """Read a rule; where it gives no start, the moment of acceptance is its start.

    Args:
        text: `RRULE:…` with DTSTART, TZID and the rest as parts, or `DTSTART…` on a line before.
        accepted_at: when the rule was accepted; the same text and moment give the same recurrence.
        over_is_fine: take a rule whose last occurrence has been.

    Raises:
        BadInput: it is no rule, contradicts itself, or has no occurrence in the next ten years.
    """
    text = text.strip()
    fault = rule_fault(text)
    if fault:
        raise BadInput(fault.message, hint=fault.did_you_mean)
    accepted = to_seconds(accepted_at)
    rule = _read(_parts_of(text), accepted)
    search = search_of(rule)
    since = rule.start if over_is_fine else max(rule.start, accepted)
    last = _last_in_reach(" ".join(text.split()), rule, search, since, accepted + _REACH)
    return Recurrence(
        text=text,
        starts_at=from_seconds(rule.start),
        ends_at=None if last is None else from_seconds(last),
        eve=from_seconds(max(rule.start, accepted) - 1),
        search=search,
    )


def _parts_of(text: str) -> dict[str, str]:
    """The parts by name, those of a DTSTART line among them."""
    *lines, rule = text.splitlines()
    parts: dict[str, str] = {}
    for line in lines:
        match = START_LINE.fullmatch(line.strip())
        if match:
            _add(parts, "DTSTART", match["moment"])
            if match["zone"]:
                _add(parts, "TZID", match["zone"])
    for part in rule.partition(":")[2].rstrip("; ").split(";"):
        name, _, value = part.partition("=")
        _add(parts, name.strip().upper(), value)
    return parts


def _add(parts: dict[str, str], name: str, value: str) -> None:
    if parts.setdefault(name, value.strip()) != value.strip():
        raise BadInput(f"{name} is given twice: {parts[name]} and {value.strip()}; take one away")


def _read(parts: Mapping[str, str], accepted: int) -> Rule:
    frequency = Frequency[parts["FREQ"].upper()]
    zone = _zone(parts["TZID"]) if "TZID" in parts else _UTC
    if "DTSTART" in parts:
        start = _moment("DTSTART", parts["DTSTART"], zone)
    else:
        start = _Moment(accepted, accepted + offset_at(zone, accepted))
    week_start = WEEKDAYS.index(parts.get("WKST", "MO").upper())
    return Rule(
        frequency=frequency,
        interval=int(parts.get("INTERVAL", "1")),
        zone=zone,
        start=start.utc,
        wall_start=start.wall,
        until=_until(parts["UNTIL"], zone) if "UNTIL" in parts else None,
        count=int(parts["COUNT"]) if "COUNT" in parts else None,
        days=days_of(parts, frequency, start.wall, week_start),
        times=times_of(parts, frequency, start.wall),
        positions=numbers(parts, "BYSETPOS"),
        week_start=week_start,
        plain=parts.keys() <= _FREQUENCY_PARTS,
    )


def _zone(key: str) -> ZoneInfo:
    try:
        return ZoneInfo(key)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        message = f"{as_given('TZID', key)} is no time zone that is known here"
        raise BadInput(message, hint=_meant_zone(key)) from None


def _meant_zone(key: str) -> str:
    """A zone of nearly this name, or of this city; letters alone (CEST) are like too many."""
    if "/" in key:
        return nearest(key, available_timezones())
    ending = f"/{key}".casefold()
    same = [zone for zone in available_timezones() if f"/{zone}".casefold().endswith(ending)]
    return min(same, key=len, default="")


def _moment(name: str, value: str, zone: ZoneInfo) -> _Moment:
    """A time with `Z` is in UTC, another one on the wall of the zone (of two, the first)."""
    shown = _read_time(name, value)
    if shown.year not in _YEARS:
        raise BadInput(f"{name}={value} is not between {_YEARS.start} and {_YEARS.stop - 1}")
    if value.upper().endswith("Z"):
        utc = to_seconds(shown)
        return _Moment(utc, utc + offset_at(zone, utc))
    return _Moment(to_seconds(shown.replace(tzinfo=zone)), to_seconds(shown))


def _until(value: str, zone: ZoneInfo) -> int | None:
    """The last second that counts; of a date, the last second of its day."""
    shown = _read_time("UNTIL", value)
    if shown.year >= _YEARS.stop:
        return None
    if "T" not in value.upper():
        value = f"{shown + _WHOLE_DAY:%Y%m%dT%H%M%S}"
    return _moment("UNTIL", value, zone).utc


def _read_time(name: str, value: str) -> datetime:
    """The time as it stands, its zone aside."""
    pattern = "%Y%m%dT%H%M%S" if "T" in value.upper() else "%Y%m%d"
    try:
        return datetime.strptime(value.upper().rstrip("Z"), pattern).replace(tzinfo=UTC)
    except ValueError:
        raise BadInput(f"{name}={value} is no time of the calendar") from None


def _last_in_reach(shown: str, rule: Rule, search: Search, since: int, limit: int) -> int | None:
    """The last second that counts (None: no end), if anything occurs since a moment.

    Raises:
        BadInput: nothing does.
    """
    limit = min(limit, LAST)
    found = search.at_or_after(since, limit)
    if found is None:
        raise BadInput(
            f"{shown} has no occurrence before {to_text(from_seconds(limit))}",
            hint=_counted_from(rule) if rule.interval > 1 else "",
        )
    last = rule.until
    if rule.count is not None:
        last = search.nth(rule.count, rule.start, min(rule.start + HORIZON, LAST))
    if last is not None and last < found:
        raise BadInput(f"{shown} is over: nothing occurs after {to_text(from_seconds(last))}")
    return last


def _counted_from(rule: Rule) -> str:
    start = to_text(from_seconds(rule.start))
    return f"Its intervals are counted from {start}; DTSTART sets another start."
