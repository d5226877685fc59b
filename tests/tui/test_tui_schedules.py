"""What the app shows of schedules: when next, what will not happen, what did not, jobs at rest."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tui_backend import FakeBackend
from tui_pilot import name_of, press, running, settle, shown, table_of, told
from tui_world import NOW, good_plan, instance, job, small_world

from courier_backend.model.times import ZERO_TIME, to_text
from courier_tui.text import Span
from courier_tui.widgets.plan import plan_lines, when_lines
from courier_tui.wording import abridged

pytestmark = pytest.mark.anyio

RULE = "RRULE:FREQ=MINUTELY;INTERVAL=3"


def at(minutes: float) -> str:
    return to_text(NOW + timedelta(minutes=minutes))


def blocked(minutes: float, source: str = "job") -> Any:
    return {"time": at(minutes), "rule": RULE, "source": source, "ruleId": ""}


def text_of(spans: list[Span]) -> str:
    return "".join(text for text, _tone in spans)


def scheduled_world() -> FakeBackend:
    """A job that is executed every minute, but not in every third; and what became of it."""
    backend = small_world()
    minutely = job(
        9,
        "minutely",
        scheduleRule="RRULE:FREQ=MINUTELY",
        exceptionRules=[{"rrule": RULE, "duration": 1}],
        displayStatus="active",
        nextExecutionTime=at(1),
        missed="run-all",
        overlap="skip",
        missedExecutions=4,
        skippedExecutions=2,
    )
    backend.jobs.append(minutely)
    backend.estimate = {
        "estimates": [at(1), at(2), at(4)],
        "blockedByExceptions": [blocked(3)],
    }
    none: dict[str, Any] = {"totalRuns": 0, "runCounts": {}, "groups": []}
    backend.instances += [
        instance(
            21, minutely, "skipped", {}, reasonCode="exception-window",
            reason="It fell into a window of the job.", startedAt=ZERO_TIME, dueAt=at(-3), **none,
        ),
        instance(
            22, minutely, "pending", {}, reasonCode="overlap",
            reason="The one before still runs.", startedAt=ZERO_TIME, **none,
        ),
    ]  # fmt: skip
    return backend


async def test_the_first_screen_says_what_comes_next() -> None:
    async with running(scheduled_world()) as pilot:
        text = shown(pilot)
        assert "Comes next" in text
        assert text.index("every minute") < text.index("in 14:00:00")
        table_of(pilot, "#coming").focus()
        await press(pilot, "enter")
        assert name_of(pilot) == "JobScreen"


async def test_a_schedule_alone_is_no_empty_installation() -> None:
    backend = FakeBackend()
    backend.jobs = scheduled_world().jobs[-1:]
    async with running(backend) as pilot:
        assert "Nothing runs." in shown(pilot)
        assert "minutely" in shown(pilot)
        assert "Welcome" not in shown(pilot)


async def test_a_job_says_when_it_is_next_and_when_it_is_not() -> None:
    async with running(scheduled_world()) as pilot:
        await press(pilot, "2", "enter")
        text = shown(pilot)
        for part in (
            "every minute",
            "every 3 minutes, for 1 minute",
            "in 1:00, ",
            "4   policy: run-all",
            "2   where they overlap: skip",
            "Executions to come",
            "window of the job, every 3 minutes",
        ):
            assert part in text, part
        assert text.count("▸") == 3
        assert text.count("↷ 20") == 1


async def test_an_immediate_job_asks_for_no_estimate() -> None:
    backend = small_world()
    async with running(backend) as pilot:
        await press(pilot, "2", "enter")
        assert "Executions to come" not in shown(pilot)
        assert not backend.asked("/estimate")


async def test_narrow_screens_show_both_below_each_other() -> None:
    async with running(scheduled_world(), (80, 24)) as pilot:
        await press(pilot, "2", "enter")
        text = shown(pilot)
        assert text.index("Schedule") < text.index("Executions to come")
        assert "minutely" in text
        assert "skipped" in text


async def test_instances_without_runs_say_why() -> None:
    async with running(scheduled_world(), (140, 36)) as pilot:
        await press(pilot, "3")
        text = shown(pilot)
        assert "The one before still runs." in text
        assert "exception-window" in text
        await press(pilot, "enter")
        text = shown(pilot)
        assert "pending" in text
        assert "The one before still runs." in text
        assert "0 %" not in text
        assert "recorded" in text


async def test_an_instance_says_when_it_was_due_and_what_was_overridden() -> None:
    backend = scheduled_world()
    backend.instances[-1] |= {"dueAt": at(-2), "overridden": "It is night.", "reason": ""}
    async with running(backend) as pilot:
        await press(pilot, "3", "enter")
        text = shown(pilot)
        assert "due 2026-03-01 11:58:00" in text
        assert "begun all the same: It is night." in text


async def test_what_never_ran_is_not_tried_again() -> None:
    backend = scheduled_world()
    backend.instances = backend.instances[:-1]
    async with running(backend) as pilot:
        await press(pilot, "3", "enter", "R")
        assert not backend.asked("POST")


async def test_a_job_rests_and_wakes() -> None:
    backend = scheduled_world()
    async with running(backend) as pilot:
        await press(pilot, "2", "a")
        assert backend.asked("POST")[-1].path.endswith("/deactivate")
        assert "“minutely”: resting until woken with a." in told(pilot)
        await press(pilot, "enter")
        pilot.app.screen.reload()  # type: ignore[attr-defined]  # a live screen
        await settle(pilot)
        await press(pilot, "a")
        assert backend.asked("POST")[-1].path.endswith("/activate")
        assert "“minutely”: executed by schedule again." in told(pilot)


async def test_a_canceled_job_neither_rests_nor_wakes() -> None:
    backend = scheduled_world()
    backend.jobs[-1] |= {"status": "canceled", "displayStatus": "canceled"}
    async with running(backend) as pilot:
        await press(pilot, "2", "enter", "a")
        assert not backend.asked("POST")


def test_ids_are_cut_short_where_there_is_little_room() -> None:
    text = "instance 49aff13a-f466-4362-8fad-07bd781473ea had not ended"
    assert abridged(text) == "instance 49aff13a had not ended"
    assert abridged("49aff13a-f466") == "49aff13a-f466"


def test_times_and_windows_in_one_order() -> None:
    lines = text_of(when_lines([at(1), at(4)], [blocked(2), blocked(3, "global")])).splitlines()
    assert [line.split()[0] for line in lines] == ["▸", "↷", "↷", "▸"]
    assert lines[2].endswith("window of all jobs, every 3 minutes")


def test_many_that_will_not_happen_are_counted() -> None:
    lines = text_of(when_lines([at(60)], [blocked(n) for n in range(1, 20)])).splitlines()
    assert len(lines) == 5
    assert lines[3] == "    and 16 more that will not happen"


def test_a_plan_shows_when() -> None:
    plan = good_plan(small_world()) | {
        "nextExecutions": [at(1)],
        "blockedByExceptions": [blocked(0)],
    }
    text = text_of(plan_lines(plan))
    assert text.startswith("When\n  ↷ ")
    empty = good_plan(small_world()) | {"nextExecutions": []}
    assert "When" not in text_of(plan_lines(empty))
