"""The screens: what they show, and where keys lead."""

from __future__ import annotations

import time
from typing import Any

import pytest
from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import Input
from tui_backend import FakeBackend, event
from tui_pilot import (
    listing_of,
    name_of,
    press,
    running,
    screen_of,
    settle,
    shown,
    table_of,
    told,
    until,
)
from tui_world import HOSTILE, attempt, instance, job, node, run, small_world, step

from courier_backend.client import calls
from courier_backend.model.errors import CourierError
from courier_tui.rows import PAGE
from courier_tui.widgets.listing import FilterInput

pytestmark = pytest.mark.anyio


def current(pilot: Pilot[int], selector: str = "") -> Any:
    return table_of(pilot, selector).current


def row(pilot: Pilot[int], place: int) -> Any:
    return listing_of(pilot).rows.at(place)


async def test_the_first_screen_says_what_goes_on() -> None:
    async with running(small_world()) as pilot:
        text = shown(pilot)
        assert "rolling-update" in text
        assert "7/12" in text
        assert "kernel-patch" in text
        assert "12 reachable" in text
        assert "live" in text


async def test_an_empty_installation_says_what_to_press() -> None:
    backend = FakeBackend()
    backend.nodes = [node(0, builtin=True)]
    async with running(backend) as pilot:
        text = shown(pilot)
        assert "Nothing has run here yet" in text
        for key in ("n", "ctrl+s", "d"):
            assert f"{key} " in text


async def test_sections_keep_their_place() -> None:
    async with running(small_world()) as pilot:
        await press(pilot, "3", "enter")
        assert name_of(pilot) == "InstanceScreen"
        await press(pilot, "4")
        assert name_of(pilot) == "Nodes"
        await press(pilot, "3")
        assert name_of(pilot) == "InstanceScreen"
        await press(pilot, "3")
        assert name_of(pilot) == "Instances"


async def test_enter_goes_deeper_and_escape_back() -> None:
    async with running(small_world()) as pilot:
        await press(pilot, "2", "enter")
        assert name_of(pilot) == "JobScreen"
        await press(pilot, "enter", "enter")
        assert name_of(pilot) == "RunScreen"
        assert "Jobs › rolling-update › instance" in shown(pilot)
        await press(pilot, "escape", "escape", "escape", "escape")
        assert name_of(pilot) == "Jobs"


async def test_an_instance_tells_of_ends_that_came_late() -> None:
    world = small_world()
    for each in world.instances:
        each["lateCompletions"] = 2
    async with running(world) as pilot:
        await press(pilot, "3", "enter")
        assert "2 runs ended late: the verdict stands" in shown(pilot)


async def test_a_click_on_the_way_goes_back_there() -> None:
    async with running(small_world()) as pilot:
        await press(pilot, "2", "enter", "enter")
        await pilot.click("Crumbs", offset=(3, 0))
        await settle(pilot)
        assert name_of(pilot) == "Jobs"


async def test_sections_and_keys_can_be_clicked() -> None:
    async with running(small_world()) as pilot:
        await pilot.click("Sections", offset=(27, 0))
        await settle(pilot)
        assert name_of(pilot) == "Jobs"
        await pilot.click("Footer", offset=(2, 0))
        await settle(pilot)
        assert name_of(pilot) == "JobScreen"


async def test_a_filter_takes_words_and_forbids_words() -> None:
    async with running(small_world()) as pilot:
        await press(pilot, "3", "slash", *"kernel", "space", "exclamation_mark", *"canceled")
        assert "1 of 6 instances" in shown(pilot)
        await press(pilot, "enter")
        assert table_of(pilot).has_focus
        await press(pilot, "escape")
        assert "6 instances" in shown(pilot)
        assert "of 6" not in shown(pilot)
        assert name_of(pilot) == "Instances"


async def test_what_is_typed_while_a_screen_comes_up_waits_for_it() -> None:
    async with running(small_world()) as pilot:
        for key, character in (("2", "2"), ("slash", "/"), *zip("kernel", "kernel", strict=True)):
            pilot.app.post_message(Key(key, character))
        pilot.app.post_message(Key("enter", "\r"))
        await settle(pilot)
        assert screen_of(pilot).query_one(FilterInput).value == "kernel"
        assert current(pilot)["name"] == "kernel-patch"


async def test_a_filter_without_a_match_says_so() -> None:
    async with running(small_world()) as pilot:
        await press(pilot, "2", "slash", *"nope")
        assert "No job has 'nope'." in shown(pilot)


async def test_sorting_goes_through_the_columns_and_back() -> None:
    async with running(small_world()) as pilot:
        await press(pilot, "2", "s", "s")
        names = [row(pilot, place)["name"] for place in range(4)]
        assert names == sorted(names)
        await press(pilot, "S")
        assert row(pilot, 0)["name"] == "rolling-update"
        assert "by Name ▼" in shown(pilot)


async def test_a_click_on_a_title_sorts() -> None:
    async with running(small_world()) as pilot:
        await press(pilot, "2")
        await pilot.click("Table", offset=(16, 0))
        await settle(pilot)
        assert "by Name ▲" in shown(pilot)


async def test_marks_survive_a_refresh_and_a_sort() -> None:
    backend = small_world()
    async with running(backend) as pilot:
        await press(pilot, "3", "space", "space")
        marked = set(table_of(pilot).marked)
        assert len(marked) == 2
        backend.tell(event("instance-changed", instance="x"))
        await settle(pilot)
        await press(pilot, "s", "y")
        assert set(table_of(pilot).marked) == marked
        assert "2 marked" in shown(pilot)
        assert pilot.app.clipboard == "\n".join(sorted(marked))


async def test_the_cursor_stays_with_its_row() -> None:
    backend = small_world()
    async with running(backend) as pilot:
        await press(pilot, "3", "down", "down")
        before = current(pilot)["id"]
        backend.instances.append(instance(99, backend.jobs[0], "running", {"running": 1}))
        backend.tell(event("instance-created", instance="new"))
        await settle(pilot)
        assert current(pilot)["id"] == before
        assert table_of(pilot).cursor == 3


def many_runs(count: int) -> FakeBackend:
    backend = small_world()
    live, where = backend.instances[-1], backend.nodes[1]
    backend.runs = [run(n, live, where, "running") for n in range(1, count + 1)]
    return backend


async def test_of_ten_thousand_rows_only_those_in_sight_are_asked_for() -> None:
    backend = many_runs(10_000)
    async with running(backend) as pilot:
        await press(pilot, "3", "enter")
        assert "10,000 runs" in shown(pilot)
        await press(pilot, "end")
        assert table_of(pilot, "#runs Table").cursor == 9_999
        assert current(pilot, "#runs Table")["runId"] == backend.runs[-1]["runId"]
        pages = {call.query["pagination.page"] for call in backend.asked("/runs?")}
        assert len(pages) <= 4
        assert all(call.query["pagination.size"] == str(PAGE) for call in backend.asked("/runs?"))


async def test_a_full_screen_of_ten_thousand_rows_is_drawn_at_once() -> None:
    async with running(many_runs(10_000), size=(160, 48)) as pilot:
        await press(pilot, "3", "enter")
        table = table_of(pilot, "#runs Table")
        begin = time.process_time()
        for line in range(table.size.height):
            table.render_line(line)
        assert time.process_time() - begin < 0.06


async def test_a_filter_looks_through_all_of_ten_thousand_rows() -> None:
    backend = many_runs(10_000)
    backend.runs[7_777]["nodeName"] = "needle"
    async with running(backend) as pilot:
        await press(pilot, "3", "enter", "slash", *"needle")
        assert "1 of 10,000 runs" in shown(pilot)


async def test_many_events_are_one_question() -> None:
    backend = small_world()
    async with running(backend) as pilot:
        await press(pilot, "3")
        asked = len(backend.asked("GET /courier/state-api/v1/instances"))
        for _ in range(200):
            backend.tell(event("run-changed", instance=backend.instances[-1]["id"], run="r"))
        await settle(pilot)
        assert 1 <= len(backend.asked("GET /courier/state-api/v1/instances")) - asked <= 3


async def test_a_screen_that_is_not_seen_asks_nothing() -> None:
    backend = small_world()
    async with running(backend) as pilot:
        await press(pilot, "3", "2")
        asked = len(backend.asked("instances"))
        backend.tell(event("run-changed", instance="i", job="j"))
        await settle(pilot)
        assert len(backend.asked("instances")) == asked
        await press(pilot, "3")
        assert len(backend.asked("instances")) > asked


async def test_what_changes_is_shown() -> None:
    backend = small_world()
    async with running(backend) as pilot:
        await press(pilot, "3")
        backend.instances[-1]["status"] = "success"
        backend.instances[-1]["jobName"] = "renamed"
        backend.tell(event("instance-changed", instance=backend.instances[-1]["id"]))
        await settle(pilot)
        assert "renamed" in shown(pilot)


async def test_an_instance_shows_its_groups() -> None:
    backend = small_world()
    both = backend.instances[-1]["groups"][0]
    backend.instances[-1]["groups"] = [both, {**both, "groupNumber": 1, "status": "pending"}]
    async with running(backend) as pilot:
        await press(pilot, "3", "enter")
        assert "group 0" in shown(pilot)
        assert "group 1" in shown(pilot)


async def test_a_node_shows_its_facts_and_runs() -> None:
    async with running(small_world()) as pilot:
        await press(pilot, "4", "down", "enter")
        text = shown(pilot)
        assert "debian" in text
        assert "courier-runner 0.1.0" in text
        assert "1 run" in text
        await press(pilot, "enter")
        assert name_of(pilot) == "RunScreen"


async def test_what_the_backend_refuses_stands_where_it_was_asked() -> None:
    backend = small_world()
    backend.refuse["/jobs"] = CourierError("The disk of the backend is [full].")
    async with running(backend) as pilot:
        await press(pilot, "2")
        assert "The disk of the backend is [full]." in shown(pilot)


async def test_something_that_is_gone_is_said() -> None:
    backend = small_world()
    async with running(backend) as pilot:
        backend.instances[-1]["id"] = "elsewhere"
        await press(pilot, "1", "enter")
        await until(pilot, lambda: "There is no" in told(pilot))


def hostile_world() -> FakeBackend:
    """Everything has a hostile name; the newest instance has a run on each node."""
    backend = FakeBackend()
    for number, name in enumerate(HOSTILE, 1):
        facts = {"builtin": number == 1, "healthReason": name, "url": name, "tags": {name: name}}
        backend.nodes.append(node(number, name, **facts))
        owner = job(number, name, steps=(name,), description=name, scheduleRule=name)
        backend.jobs.append(owner)
        live = instance(number, owner, "failure", {"failure": 1}, reason=name, triggeredBy=name)
        backend.instances.append(live)
    for number, (name, where) in enumerate(zip(HOSTILE, backend.nodes, strict=True), 1):
        one = run(number, live, where, "failure", reason=name, reasonCode="exit-code")
        backend.runs.append(one)
        failed = attempt(1, "failure", reason=name, signal=name)
        attempts = [failed, attempt(2, reason=name)]
        backend.steps[one["runId"]] = [step(1, name, "failure", attempts)]
        backend.output[one["runId"], 1, 2, "stdout"] = f"{name}\n{name}"
    return backend


async def test_hostile_names_on_the_lists() -> None:
    async with running(hostile_world()) as pilot:
        for key in ("1", "2", "3", "4"):
            await press(pilot, key)
            text = shown(pilot)
            assert "[red]lo" in text
            assert not set(text) & set("\x1b\x07\u200f")


@pytest.mark.parametrize("place", [0, 3, 4])
async def test_hostile_names_in_the_depth(place: int) -> None:
    async with running(hostile_world()) as pilot:
        for keys in (
            ("2", *["down"] * place, "enter"),
            ("enter",),
            ("4", *["down"] * place, "enter"),
        ):
            await press(pilot, *keys)
            assert not set(shown(pilot)) & set("\x1b\x07\u200f")
        await press(pilot, "enter", "2", "2", "c")
        assert name_of(pilot) == "Confirm"
        pilot.app.complain(CourierError(HOSTILE[place], hint=HOSTILE[place]))  # type: ignore[attr-defined]
        await settle(pilot)
        assert pilot.app.is_running


@pytest.mark.parametrize("size", [(80, 24), (40, 10), (200, 60)])
async def test_every_screen_fits_every_size(size: tuple[int, int]) -> None:
    async with running(small_world(), size=size) as pilot:
        for key in ("1", "2", "enter", "3", "enter", "enter", "4", "enter"):
            await press(pilot, key)
            assert len(shown(pilot).splitlines()) <= size[1]


async def test_typing_into_the_filter_is_not_a_command() -> None:
    async with running(small_world()) as pilot:
        await press(pilot, "3", "slash", *"q1n?")
        assert name_of(pilot) == "Instances"
        assert screen_of(pilot).query_one(FilterInput).value == "q1n?"
        assert isinstance(screen_of(pilot).focused, Input)


def test_the_fake_is_asked_as_the_real_one_is() -> None:
    assert calls.list_jobs(page=2, size=5).query["pagination.page"] == "2"
