"""What a rule leaves open, taken from its start: the day, the weekday, the time of day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from courier_backend.model.errors import BadInput
from courier_backend.recurrence.rule import Frequency
from courier_backend.recurrence.seconds import DAY, HOUR, MINUTE, from_seconds
from courier_backend.recurrence.times_of_day import Times
from courier_backend.recurrence.year_days import DayParts

if TYPE_CHECKING:
    from collections.abc import Mapping

WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_EVERY_MONTH: Final = tuple(range(1, 13))
_IN_A_MONTH: Final = 5
_IN_A_YEAR: Final = 53


def times_of(parts: Mapping[str, str], frequency: Frequency, wall_start: int) -> Times:
    """The times of day; what is slower than the frequency comes from the start.

    Raises:
        BadInput: the only second is a leap second, which no clock here shows.
    """
    hour, within = divmod(wall_start % DAY, HOUR)
    minute, second = divmod(within, MINUTE)
    seconds = _open(parts, "BYSECOND", 60, second if frequency < Frequency.SECONDLY else None)
    seconds = tuple(each for each in seconds if each < MINUTE)
    if not seconds:
        raise BadInput("BYSECOND=60 alone never comes: a minute has the seconds 0 to 59")
    return Times(
        _open(parts, "BYHOUR", 24, hour if frequency < Frequency.HOURLY else None),
        _open(parts, "BYMINUTE", 60, minute if frequency < Frequency.MINUTELY else None),
        seconds,
    )


def days_of(
    parts: Mapping[str, str], frequency: Frequency, wall_start: int, week_start: int
) -> DayParts:
    """The parts that choose days, completed from the start.

    Raises:
        BadInput: a weekday is numbered where it cannot be, or too high.
    """
    months = numbers(parts, "BYMONTH")
    plain, numbered = _weekdays(parts, frequency)
    if numbered and frequency == Frequency.MONTHLY:
        months = months or _EVERY_MONTH
    if numbered:
        plain, numbered = (), _all_numbered(plain, numbered, in_months=bool(months))
    given = DayParts(
        months=months,
        weeks=numbers(parts, "BYWEEKNO"),
        year_days=numbers(parts, "BYYEARDAY"),
        month_days=numbers(parts, "BYMONTHDAY"),
        weekdays=plain,
        numbered=numbered,
        week_start=week_start if "BYWEEKNO" in parts else 0,
    )
    return given if _chooses_days(parts) else _completed(given, frequency, wall_start)


def numbers(parts: Mapping[str, str], name: str) -> tuple[int, ...]:
    """The numbers of a part, ascending, none twice; none when it is not given."""
    return tuple(sorted({int(word) for word in parts[name].split(",")})) if name in parts else ()


def _chooses_days(parts: Mapping[str, str]) -> bool:
    return not parts.keys().isdisjoint({"BYWEEKNO", "BYYEARDAY", "BYMONTHDAY", "BYDAY"})


def _completed(given: DayParts, frequency: Frequency, wall_start: int) -> DayParts:
    start = from_seconds(wall_start)
    match frequency:
        case Frequency.YEARLY:
            return DayParts(months=given.months or (start.month,), month_days=(start.day,))
        case Frequency.MONTHLY:
            return DayParts(months=given.months, month_days=(start.day,))
        case Frequency.WEEKLY:
            return DayParts(months=given.months, weekdays=(start.weekday(),))
        case _:
            return given


def _open(parts: Mapping[str, str], name: str, end: int, start: int | None) -> tuple[int, ...]:
    given = numbers(parts, name)
    if given:
        return given
    return tuple(range(end)) if start is None else (start,)


def _weekdays(
    parts: Mapping[str, str], frequency: Frequency
) -> tuple[tuple[int, ...], tuple[tuple[int, int], ...]]:
    plain, numbered = set(), set()
    for word in parts["BYDAY"].upper().split(",") if "BYDAY" in parts else ():
        name, number = word.strip()[-2:], word.strip()[:-2]
        if number:
            _check_number(word.strip(), int(number), parts, frequency)
            numbered.add((WEEKDAYS.index(name), int(number)))
        else:
            plain.add(WEEKDAYS.index(name))
    return tuple(sorted(plain)), tuple(sorted(numbered))


def _check_number(word: str, number: int, parts: Mapping[str, str], frequency: Frequency) -> None:
    if not number:
        raise BadInput(f"BYDAY={word} counts from 1 (the first) or from -1 (the last)")
    if frequency > Frequency.MONTHLY or "BYWEEKNO" in parts:
        raise BadInput(
            f"BYDAY={word} has a number, which only FREQ=MONTHLY and FREQ=YEARLY without BYWEEKNO"
            f" can count; write BYDAY={word[-2:]}"
        )


def _all_numbered(
    plain: tuple[int, ...], numbered: tuple[tuple[int, int], ...], *, in_months: bool
) -> tuple[tuple[int, int], ...]:
    """`1MO,TU` is the first Monday and every Tuesday: the Tuesdays numbered too."""
    most = _IN_A_MONTH if in_months else _IN_A_YEAR
    every = {(day, number) for day in plain for number in range(1, most + 1)}
    every |= {each for each in numbered if abs(each[1]) <= most}
    if not every:
        period = "month" if in_months else "year"
        raise BadInput(f"BYDAY counts too far: no {period} has more than {most} of a weekday")
    return tuple(sorted(every))
