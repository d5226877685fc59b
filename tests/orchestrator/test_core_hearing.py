"""What nodes tell: replays, odd lines, refusals, and the records that are made of them."""

from typing import Any

import pytest
from core_story import Story, group

from courier_backend.model.protocol import STATUS_TYPES


def test_a_line_told_again_changes_nothing() -> None:
    story = Story(group("a")).start()
    story.received("a")
    story.working("a")
    before = list(story.events)
    story.wait(1)
    assert story.tell("a", "received", seq=1, waiting=False, place=0) == []
    assert story.tell("a", "step-started", seq=2, step=1, name="work") == []
    assert story.events == before
    assert story.due_in == 59, "a replay is no sign of life"


def test_a_step_that_waits_for_a_boot_is_a_sign_of_life() -> None:
    story = Story(group("a")).start()
    story.received("a")
    story.working("a")
    story.wait(50)
    story.tell("a", "step-started", step=1, name="boot", interim="active", attempt=1)
    assert story.last("step-started").data["interim"] == "active"
    story.wait(50)
    assert story.status("a") == "running", "its time-out begins anew"
    story.wait(10)
    assert story.status("a").startswith("timeout"), "a machine that does not come back"


def test_the_end_told_twice_counts_once() -> None:
    story = Story(group("ab", batch=2)).start()
    story.finish("a")
    assert story.tell("a", "run-finished", seq=1, status="failure") == []
    assert story.tell("a", "run-finished", seq=2, status="failure", reasonCode="", reason="") == []
    assert story.working("a") == [], "nor does anything follow it"
    assert story.status("a") == "success"
    assert story.state.groups[0].in_flight == 1


def test_a_gap_in_the_lines_does_no_harm() -> None:
    story = Story(group("a")).start()
    story.tell("a", "step-started", seq=5, step=1, name="work")
    story.tell("a", "run-finished", seq=9, status="success", reasonCode="", reason="")
    assert story.end == "success"


def test_a_run_that_never_went_out_cannot_be_told_of() -> None:
    story = Story(group("ab")).start()
    assert story.finish("b") == []
    assert story.status("b") == "pending"


def test_received_said_again_with_another_place_does_not_turn_a_run_back() -> None:
    story = Story(group("a")).start()
    story.received("a", waiting=True)
    story.working("a")
    story.received("a", waiting=True)
    assert story.status("a") == "running"


@pytest.mark.parametrize("told", ["running", "skipped", "pending", "done", ""])
def test_an_end_that_is_none_is_a_failure(told: str) -> None:
    story = Story(group("a")).start()
    story.finish("a", told)
    assert story.status("a") == "failure: refused-by-node"
    assert story.end == "failure"


def test_the_reason_that_a_node_gives_is_kept() -> None:
    story = Story(group("a")).start()
    story.finish("a", "failure", code="step-failed", reason="step 1 failed: exit code 3")
    assert story.status("a") == "failure: step-failed"
    assert story.run("a").reason == "step 1 failed: exit code 3"


def test_a_refused_run_fails_at_once_with_the_reason_given() -> None:
    story = Story(group("ab")).start()
    story.refuse("a", code="node-changed")
    assert story.status("a") == "failure: node-changed"
    assert story.dispatched == ["a", "b"]
    assert story.run("a").finished_on_node


def test_a_refusal_changes_no_end() -> None:
    story = Story(group("a")).start()
    story.wait(60)
    assert story.refuse("a", code="interrupted") == []
    assert story.status("a") == "timeout: no-status-in-time"


LINES: dict[str, dict[str, Any]] = {
    "received": {"waiting": True, "place": 2},
    "step-started": {"step": 1, "name": "work", "interpreter": "shell"},
    "attempt-started": {"step": 1, "attempt": 1, "pid": 7},
    "attempt-finished": {"step": 1, "attempt": 1, "status": "failure", "retryInSeconds": 2.0},
    "step-finished": {"step": 1, "status": "failure", "ignored": False},
    "run-finished": {"status": "failure", "reasonCode": "step-failed", "reason": "so it was"},
}
MOVES = {"received", "step-started", "attempt-started", "run-finished"}


@pytest.mark.parametrize("kind", sorted(STATUS_TYPES))
def test_each_line_becomes_one_record_with_all_it_says(kind: str) -> None:
    story = Story(group("a")).start()
    story.tell("a", kind, **LINES[kind])
    names = {"received": "run-received"}
    event = story.last(names.get(kind, kind))
    assert event.run_id == story.run("a").run_id
    assert event.node_id == "a"
    data = dict(event.data)
    assert (data.pop("nodeSeq"), data.pop("at")) == (1, "2026-03-01T12:00:00Z")
    if kind in MOVES:
        assert data.pop("from") == "dispatched"
    assert data.pop("late", False) is False
    assert LINES[kind].items() <= data.items()
    assert data.keys() - LINES[kind].keys() <= {"status"}
