"""Schedules in words."""

import pytest

from courier_backend.model.schedule_words import in_words


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("immediate", "immediate"),
        ("RRULE:FREQ=MINUTELY", "every minute"),
        ("RRULE:FREQ=MINUTELY;INTERVAL=10;COUNT=5", "every 10 minutes, 5×"),
        ("RRULE:FREQ=DAILY;INTERVAL=1;WKST=MO", "every day"),
        ("RRULE:FREQ=WEEKLY;BYDAY=SU", "every week on Sun"),
        (
            "RRULE:FREQ=WEEKLY;BYDAY=MO,WE,FR;BYHOUR=9;BYMINUTE=0;BYSECOND=0",
            "every week on Mon, Wed and Fri at 09:00 UTC",
        ),
        (
            "RRULE:FREQ=DAILY;BYHOUR=2;BYMINUTE=30;BYSECOND=0;TZID=Europe/Berlin",
            "every day at 02:30 Europe/Berlin",
        ),
        ("RRULE:FREQ=DAILY;BYHOUR=2", "every day at hour 2 UTC"),
        ("RRULE:DTSTART=20230620;FREQ=DAILY", "every day at 00:00 UTC"),
        (
            "DTSTART;TZID=Asia/Tokyo:20230620T083000\nRRULE:FREQ=DAILY",
            "every day at 08:30 Asia/Tokyo",
        ),
        ("RRULE:DTSTART=20230620T083015Z;FREQ=YEARLY", "every year at 08:30:15 UTC"),
        (
            "RRULE:FREQ=MONTHLY;BYMONTHDAY=1,-1;BYHOUR=0,12;BYMINUTE=0;BYSECOND=0",
            "every month on day 1 and the last day at 00:00 and 12:00 UTC",
        ),
        ("RRULE:FREQ=MONTHLY;BYDAY=-1FR,2TU", "every month on the last Fri and the 2nd Tue"),
        (
            "RRULE:FREQ=YEARLY;BYMONTH=3,10;BYDAY=-2SU",
            "every year in Mar and Oct on the 2nd last Sun",
        ),
        ("RRULE:FREQ=HOURLY;BYMINUTE=0,30", "every hour at minutes 0 and 30"),
        ("RRULE:FREQ=MINUTELY;INTERVAL=2;BYSECOND=0", "every 2 minutes"),
        ("RRULE:FREQ=MINUTELY;BYSECOND=0,30", "every minute at seconds 0 and 30"),
        (
            "RRULE:FREQ=DAILY;BYHOUR=8,9,10,11,12;BYMINUTE=5;BYSECOND=0",
            "every day at 08:05, 09:05, 10:05, 11:05 and 1 more UTC",
        ),
        ("RRULE:FREQ=DAILY;UNTIL=20240131", "every day, until 2024-01-31"),
        ("RRULE:FREQ=DAILY;UNTIL=20240131T120000Z", "every day, until 2024-01-31 12:00"),
        ("RRULE:freq=daily;interval=2", "every 2 days"),
    ],
)
def test_plain_schedules(rule: str, words: str) -> None:
    assert in_words(rule) == words


@pytest.mark.parametrize(
    ("rule", "shown"),
    [
        ("RRULE:FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1", "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1"),
        ("RRULE:FREQ=YEARLY;BYWEEKNO=20", "FREQ=YEARLY;BYWEEKNO=20"),
        ("tomorrow", "tomorrow"),
        ("RRULE:FREQ=DAILY;\n\x1b[2J", "FREQ=DAILY; \x1b[2J"),
        ("", ""),
    ],
)
def test_what_is_not_plain_is_shown_as_it_stands(rule: str, shown: str) -> None:
    assert in_words(rule) == shown


@pytest.mark.parametrize("number", range(1, 32))
def test_places(number: int) -> None:
    words = in_words(f"RRULE:FREQ=MONTHLY;BYMONTHDAY=-{number}")
    endings = {1: "last", 2: "2nd last", 3: "3rd last", 11: "11th last", 22: "22nd last"}
    expected = endings.get(number)
    assert words.startswith("every month on the ")
    assert expected is None or words == f"every month on the {expected} day"
