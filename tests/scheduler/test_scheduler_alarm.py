"""The alarm of the real clock: it wakes in time, when it rings, and never sleeps for long."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from courier_backend.model.times import system_clock
from courier_backend.scheduler import alarm as module
from courier_backend.scheduler.alarm import ClockAlarm

pytestmark = pytest.mark.anyio
YEARS = timedelta(days=1000)


async def test_it_wakes_at_the_moment() -> None:
    alarm = ClockAlarm(system_clock)
    moment = system_clock() + timedelta(milliseconds=30)
    await alarm.wait(moment)
    assert system_clock() >= moment - timedelta(milliseconds=2)


async def test_what_has_been_is_not_waited_for() -> None:
    await asyncio.wait_for(ClockAlarm(system_clock).wait(datetime(2000, 1, 1, tzinfo=UTC)), 5)


async def test_it_wakes_when_it_rings_and_remembers_that_it_rang() -> None:
    alarm = ClockAlarm(system_clock)
    waiting = asyncio.create_task(alarm.wait(None))
    await asyncio.sleep(0)
    assert not waiting.done()
    alarm.ring()
    await asyncio.wait_for(waiting, 5)
    alarm.ring()
    await asyncio.wait_for(alarm.wait(system_clock() + YEARS), 5)


async def test_it_rings_once_for_once() -> None:
    alarm = ClockAlarm(system_clock)
    alarm.ring()
    await alarm.wait(None)
    again = asyncio.create_task(alarm.wait(None))
    await asyncio.sleep(0)
    assert not again.done()
    again.cancel()


async def test_a_long_sleep_is_broken_to_look_at_the_clock(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.01)
    await asyncio.wait_for(ClockAlarm(system_clock).wait(system_clock() + YEARS), 5)
