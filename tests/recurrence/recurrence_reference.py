"""Slow and obvious: every day, every time and every step is looked at and judged by itself."""

from __future__ import annotations

from calendar import isleap, monthrange
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
STEPS = {
    "HOURLY": timedelta(hours=1),
    "MINUTELY": timedelta(minutes=1),
    "SECONDLY": timedelta(seconds=1),
}
_PERIODS = {
    "YEARLY": timedelta(days=367),
    "MONTHLY": timedelta(days=32),
    "WEEKLY": timedelta(days=8),
    "DAILY": timedelta(days=2),
}


@dataclass
class Sample:
    """A rule in pieces: what a generator draws, what the text says, and what is judged here."""

    frequency: str
    start: datetime  # on the wall, without a zone
    zone: str = "UTC"
    interval: int = 1
    week_start: str = "MO"
    count: int | None = None
    until: datetime | None = None  # in UTC
    by: dict[str, list[int]] = field(default_factory=dict)
    weekdays: list[tuple[int | None, str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        parts = [f"FREQ={self.frequency}", f"INTERVAL={self.interval}", f"WKST={self.week_start}"]
        parts += [f"COUNT={self.count}"] if self.count else []
        parts += [f"UNTIL={self.until:%Y%m%dT%H%M%SZ}"] if self.until else []
        parts += [f"{name}={','.join(map(str, values))}" for name, values in self.by.items()]
        if self.weekdays:
            words = [f"{number or ''}{name}" for number, name in self.weekdays]
            parts.append(f"BYDAY={','.join(words)}")
        return f"DTSTART;TZID={self.zone}:{self.start:%Y%m%dT%H%M%S}\nRRULE:{';'.join(parts)}"

    @property
    def started_at(self) -> datetime:
        return self.start.replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC)

    def occurrences(self, end: datetime, begin: datetime | None = None) -> list[datetime]:
        """All of them in `[begin, end)`, in UTC (a begin after the start only without COUNT)."""
        begin = begin or self.started_at
        moments = self._stepped(begin, end) if self.frequency in STEPS else self._dated(end)
        started = (moment for moment in moments if moment >= self.started_at)
        if self.count:
            started = (moment for moment, _ in zip(started, range(self.count), strict=False))
        if self.until:
            started = (moment for moment in started if moment <= self.until)
        return [moment for moment in started if begin <= moment < end]

    # --- DAILY and slower -------------------------------------------------------------------

    def _dated(self, end: datetime) -> Iterator[datetime]:
        first, last = self._period_start(self.start.date()), end.date() + _PERIODS[self.frequency]
        by_period: dict[date, list[date]] = {}
        for ordinal in range(first.toordinal(), last.toordinal()):
            day = date.fromordinal(ordinal)
            period = self._period_start(day)
            if self._number(period) % self.interval == 0 and self._admits_day(day):
                by_period.setdefault(period, []).append(day)
        for days in by_period.values():
            for wall in self._placed(datetime.combine(d, t) for d in days for t in self._times()):
                moment = wall.replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC)
                back = moment.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)
                if back == wall:  # else the wall never shows it
                    yield moment

    def _placed(self, walls: Iterable[datetime]) -> list[datetime]:
        ordered = sorted(walls)
        positions = self.by.get("BYSETPOS")
        if not positions:
            return ordered
        n = len(ordered)
        return [wall for i, wall in enumerate(ordered) if i + 1 in positions or i - n in positions]

    def _period_start(self, day: date) -> date:
        match self.frequency:
            case "YEARLY":
                return day.replace(month=1, day=1)
            case "MONTHLY":
                return day.replace(day=1)
            case "WEEKLY":
                return week_begin(day, self.week_start)
        return day

    def _number(self, period: date) -> int:
        first = self._period_start(self.start.date())
        match self.frequency:
            case "YEARLY":
                return period.year - first.year
            case "MONTHLY":
                return (period.year - first.year) * 12 + period.month - first.month
            case "WEEKLY":
                return (period - first).days // 7
        return (period - first).days

    def _times(self) -> list[time]:
        hours = self.by.get("BYHOUR", [self.start.hour])
        minutes = self.by.get("BYMINUTE", [self.start.minute])
        seconds = self.by.get("BYSECOND", [self.start.second])
        moments = product(set(hours), set(minutes), set(seconds))
        return [time(h, m, s) for h, m, s in moments if s < 60]

    # --- HOURLY and faster ------------------------------------------------------------------

    def _stepped(self, begin: datetime, end: datetime) -> Iterator[datetime]:
        unit = STEPS[self.frequency]
        step = unit * self.interval
        first = self.started_at - timedelta(
            minutes=self.start.minute if self.frequency == "HOURLY" else 0,
            seconds=self.start.second if self.frequency != "SECONDLY" else 0,
        )
        moment = first + (begin - unit - first) // step * step
        while moment < end:
            yield from self._in_unit(moment)
            moment += step

    def _in_unit(self, moment: datetime) -> Iterator[datetime]:
        wall = moment.astimezone(ZoneInfo(self.zone))
        hour_fits = wall.hour in self.by.get("BYHOUR", range(24))
        if not hour_fits or not self._admits_day(wall.date()):
            return
        found = []
        for minute, second in product(self._minutes(wall), self._seconds(wall)):
            found.append(
                moment + timedelta(minutes=minute - wall.minute, seconds=second - wall.second)
            )
        naive = self._placed(each.replace(tzinfo=None) for each in found)
        yield from (each.replace(tzinfo=UTC) for each in naive)

    def _minutes(self, wall: datetime) -> list[int]:
        if self.frequency == "HOURLY":
            return sorted(set(self.by.get("BYMINUTE", [self.start.minute])))
        return [wall.minute] if wall.minute in self.by.get("BYMINUTE", range(60)) else []

    def _seconds(self, wall: datetime) -> list[int]:
        if self.frequency != "SECONDLY":
            return sorted(set(self.by.get("BYSECOND", [self.start.second])) - {60})
        return [wall.second] if wall.second in self.by.get("BYSECOND", range(60)) else []

    # --- days -------------------------------------------------------------------------------

    def _admits_day(self, day: date) -> bool:
        year_length, month_length = 365 + isleap(day.year), monthrange(day.year, day.month)[1]
        year_day = day.timetuple().tm_yday
        week, weeks = week_number(day, self.week_start)
        counted = {
            "BYMONTH": {day.month},
            "BYMONTHDAY": {day.day, day.day - month_length - 1},
            "BYYEARDAY": {year_day, year_day - year_length - 1},
            "BYWEEKNO": {week, week - weeks - 1},
        }
        by = self._completed()
        fits = all(values & set(by[name]) for name, values in counted.items() if name in by)
        return fits and self._admits_weekday(day)

    def _completed(self) -> dict[str, list[int]]:
        """The parts, and the day of the start where no part chooses days."""
        chooses = self.weekdays or self.by.keys() & {"BYMONTHDAY", "BYYEARDAY", "BYWEEKNO"}
        if chooses or self.frequency not in {"YEARLY", "MONTHLY"}:
            return self.by
        month = {"BYMONTH": [self.start.month]} if self.frequency == "YEARLY" else {}
        return {**month, **self.by, "BYMONTHDAY": [self.start.day]}

    def _admits_weekday(self, day: date) -> bool:
        weekdays = self.weekdays
        if not weekdays and self.frequency == "WEEKLY":
            chooses = self.by.keys() & {"BYMONTHDAY", "BYYEARDAY", "BYWEEKNO"}
            weekdays = [] if chooses else [(None, DAYS[self.start.weekday()])]
        if not weekdays:
            return True
        in_month = self.frequency == "MONTHLY" or "BYMONTH" in self.by
        forward, backward = weekday_numbers(day, in_month=in_month)
        return any(
            name == DAYS[day.weekday()] and number in {None, forward, backward}
            for number, name in weekdays
        )


def week_begin(day: date, week_start: str) -> date:
    while DAYS[day.weekday()] != week_start:
        day -= timedelta(days=1)
    return day


def week_number(day: date, week_start: str) -> tuple[int, int]:
    """The number of a day's week, and of the last week of the year that the week belongs to."""
    middle = week_begin(day, week_start) + timedelta(days=3)
    number = (middle.timetuple().tm_yday - 1) // 7 + 1
    last = date(middle.year, 12, 31)
    while (week_begin(last, week_start) + timedelta(days=3)).year != middle.year:
        last -= timedelta(days=1)
    last_middle = week_begin(last, week_start) + timedelta(days=3)
    return number, (last_middle.timetuple().tm_yday - 1) // 7 + 1


def weekday_numbers(day: date, *, in_month: bool) -> tuple[int, int]:
    """Which of its weekday a day is, from the beginning and from the end of the month or year."""
    length = monthrange(day.year, day.month)[1] if in_month else 365 + isleap(day.year)
    place = day.day if in_month else day.timetuple().tm_yday
    return (place - 1) // 7 + 1, -((length - place) // 7 + 1)
