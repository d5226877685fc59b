"""Clocks on walls that change, through the whole scheduler: three zones, both ways."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from scheduler_stage import StagedTime, staged

pytestmark = pytest.mark.anyio

SPRING_BERLIN = datetime(2026, 3, 27, 12, tzinfo=UTC)
AUTUMN_NEW_YORK = datetime(2026, 10, 30, 16, tzinfo=UTC)
AUTUMN_LORD_HOWE = datetime(2026, 10, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "rule", "expected"),
    [
        # 02:30 does not exist on 29 March.
        (
            SPRING_BERLIN,
            "FREQ=DAILY;TZID=Europe/Berlin;BYHOUR=2;BYMINUTE=30;BYSECOND=0",
            ["03-28T01:30", "03-30T00:30", "03-31T00:30"],
        ),
        # 01:30 comes twice on 1 November; the first counts.
        (
            AUTUMN_NEW_YORK,
            "FREQ=DAILY;TZID=America/New_York;BYHOUR=1;BYMINUTE=30;BYSECOND=0",
            ["10-31T05:30", "11-01T05:30", "11-02T06:30", "11-03T06:30"],
        ),
        # Half an hour is left out on 4 October; what counts hours goes on evenly.
        (
            AUTUMN_LORD_HOWE,
            "FREQ=HOURLY;INTERVAL=24;TZID=Australia/Lord_Howe",
            ["10-02T00:00", "10-03T00:00", "10-04T00:00", "10-05T00:00", "10-06T00:00"],
        ),
        (
            AUTUMN_LORD_HOWE,
            "FREQ=DAILY;TZID=Australia/Lord_Howe;BYHOUR=2;BYMINUTE=15;BYSECOND=0",
            ["10-02T15:45", "10-04T15:15", "10-05T15:15"],
        ),
    ],
)
async def test_executions_over_a_change_of_the_clocks(
    tmp_path: Path, start: datetime, rule: str, expected: list[str]
) -> None:
    async with staged(tmp_path, StagedTime(start)) as stage:
        job = await stage.add(f"RRULE:{rule}", overlap="parallel", missed="run-all")
        for days in (1, 2, 3, 4):
            await stage.time.leap_to(start + timedelta(days=days))
        due = await stage.due(job)
        assert [f"{at:%m-%dT%H:%M}" for at in due] == expected


async def test_windows_on_the_wall_move_with_it(tmp_path: Path) -> None:
    async with staged(tmp_path, StagedTime(SPRING_BERLIN)) as stage:
        night = "RRULE:FREQ=DAILY;TZID=Europe/Berlin;DTSTART=20260301T000000"
        await stage.schedules.add_exception({"rrule": night, "duration": 6 * 60}, "t")
        rule = "RRULE:FREQ=HOURLY;DTSTART=20260328T000000Z"
        job = await stage.add(rule, overlap="parallel", missed="run-all")
        for days in (1, 2, 3):
            await stage.time.leap_to(SPRING_BERLIN + timedelta(days=days))
        skipped = [f"{at:%d %H}" for at in await stage.due(job, "skipped")]
        # From 23:00 in winter and from 22:00 in summer, six hours each.
        assert skipped[:5] == ["28 00", "28 01", "28 02", "28 03", "28 04"]
        assert skipped[5:11] == ["28 23", "29 00", "29 01", "29 02", "29 03", "29 04"]
        assert skipped[11:17] == ["29 22", "29 23", "30 00", "30 01", "30 02", "30 03"]
