"""Random rules for the property tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st
from recurrence_reference import DAYS, STEPS, Sample

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Sydney")

SLOW = ("YEARLY", "MONTHLY", "WEEKLY", "DAILY")
WINDOWS = {
    "YEARLY": timedelta(days=9 * 366),
    "MONTHLY": timedelta(days=5 * 366),
    "WEEKLY": timedelta(days=800),
    "DAILY": timedelta(days=800),
    "HOURLY": timedelta(days=40),
    "MINUTELY": timedelta(hours=30),
    "SECONDLY": timedelta(minutes=80),
}
CHANGES = (
    datetime.fromisoformat("2024-03-31T00:30:00"),  # Berlin forward (01:00 UTC)
    datetime.fromisoformat("2024-10-27T00:30:00"),
    datetime.fromisoformat("2024-03-10T01:30:00"),  # New York
    datetime.fromisoformat("2024-11-03T00:30:00"),
    datetime.fromisoformat("2024-04-07T01:30:00"),  # Sydney
    datetime.fromisoformat("2024-10-06T01:30:00"),
)


def signed(most: int, *, zero: bool = False) -> st.SearchStrategy[int]:
    positive = st.integers(0 if zero else 1, most)
    return positive if zero else st.one_of(positive, positive.map(lambda n: -n))


NUMBERS = {
    "BYMONTH": st.integers(1, 12),
    "BYWEEKNO": st.one_of(signed(53), st.sampled_from([1, 2, 52, 53, -1, -2, -52, -53])),
    "BYYEARDAY": st.one_of(signed(366), st.sampled_from([1, 60, 365, 366, -1, -366])),
    "BYMONTHDAY": signed(31),
    "BYHOUR": st.integers(0, 23),
    "BYMINUTE": st.integers(0, 59),
    "BYSECOND": st.integers(0, 59),
    "BYSETPOS": st.one_of(signed(4), signed(366)),
}
MOST = {"BYMONTHDAY": 12, "BYMONTH": 6}


@st.composite
def samples(draw: st.DrawFn, frequencies: tuple[str, ...], zones: tuple[str, ...]) -> Sample:
    frequency = draw(st.sampled_from(frequencies))
    zone = draw(st.sampled_from(zones))
    names = draw(st.lists(st.sampled_from(list(NUMBERS)), max_size=3, unique=True))
    by = {
        name: draw(st.lists(NUMBERS[name], min_size=1, max_size=MOST.get(name, 4), unique=True))
        for name in names
    }
    start = draw(
        st.one_of(
            st.datetimes(
                datetime.fromisoformat("2019-01-01T00:00:00"),
                datetime.fromisoformat("2025-12-31T00:00:00"),
            ),
            st.sampled_from(CHANGES),
        )
    ).replace(microsecond=0)
    count, until = draw(endings(start, WINDOWS[frequency]))
    return Sample(
        frequency=frequency,
        start=start,
        zone=zone,
        interval=draw(st.one_of(st.integers(1, 4), st.integers(1, 100))),
        week_start=draw(st.sampled_from(DAYS)),
        by=by,
        weekdays=draw(weekdays(frequency, by)),
        count=count,
        until=until,
    )


def weekdays(
    frequency: str, by: dict[str, list[int]]
) -> st.SearchStrategy[list[tuple[int | None, str]]]:
    number: st.SearchStrategy[int | None] = st.none()
    if frequency in {"YEARLY", "MONTHLY"} and "BYWEEKNO" not in by:
        most = 5 if frequency == "MONTHLY" or "BYMONTH" in by else 53
        number = st.one_of(st.none(), signed(most))
    words = st.tuples(number, st.sampled_from(DAYS))
    return st.one_of(st.just([]), st.lists(words, min_size=1, max_size=5, unique=True))


def endings(
    start: datetime, window: timedelta
) -> st.SearchStrategy[tuple[int | None, datetime | None]]:
    until = st.integers(0, int(window.total_seconds())).map(
        lambda seconds: (None, start.replace(tzinfo=UTC) + timedelta(seconds=seconds))
    )
    count = st.integers(1, 40).map(lambda count: (count, None))
    return st.one_of(st.just((None, None)), count, until)


FAST = tuple(STEPS)
