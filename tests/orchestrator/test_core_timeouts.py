"""Time-outs: when they come, what they say, and what comes after them."""

from typing import Any

from core_story import Story, group

from courier_backend.orchestrator.begin import Defaults
from courier_backend.orchestrator.revive import revive


def test_a_run_times_out_so_long_after_its_dispatch_when_nothing_is_heard() -> None:
    story = Story(group("a", timeoutSeconds=60)).start()
    assert story.due_in == 60
    assert story.wait(59.9) == []
    story.wait(0.1)
    assert story.status("a") == "timeout: no-status-in-time"
    assert story.stopped == ["a"], "the node is told to stop"
    assert story.due_in is None


def test_every_status_of_the_node_starts_the_clock_again() -> None:
    story = Story(group("a")).start()
    for tell in (story.received, story.working, story.attempt, story.working):
        story.wait(59)
        tell("a")
        assert story.status("a") in {"received", "running"}
    story.wait(60)
    assert story.status("a") == "timeout: no-status-in-time"


def test_what_a_node_told_while_we_were_away_counts_from_when_it_was_written() -> None:
    story = Story(group("a")).start()
    story.wait(30)
    story.tell("a", "received", waiting=False, place=0, age=20)
    story.wait(40)
    assert story.status("a") == "timeout: no-status-in-time", "60 s after the 10th second"


def test_a_nodes_age_never_shortens_what_was_granted_before() -> None:
    story = Story(group("a")).start()
    story.tell("a", "received", waiting=False, place=0, age=3600)
    assert story.wait(59) == []
    story.wait(1)
    assert story.status("a").startswith("timeout")


def test_a_clock_that_was_set_back_does_not_make_time_outs_late() -> None:
    story = Story(group("a")).start()
    story.wait(-3600)
    story.received("a")
    assert story.due_in == 60
    story.wait(60)
    assert story.status("a").startswith("timeout")


def test_zero_seconds_mean_the_default() -> None:
    story = Story(group("a", timeoutSeconds=0), defaults=Defaults(timeout_seconds=5)).start()
    assert story.due_in == 5


def test_waiting_on_a_busy_node_does_not_count() -> None:
    story = Story(group("a")).start()
    story.received("a", waiting=True)
    story.wait(3600)
    assert story.status("a") == "received"
    story.working("a")
    assert story.due_in == 60, "from here on it does"
    story.wait(60)
    assert story.status("a") == "timeout: no-status-in-time"


def test_waiting_for_too_long_withdraws_the_run() -> None:
    story = Story(group("a")).start()
    story.wait(10)
    story.received("a", waiting=True)
    story.wait(86_399)
    assert story.status("a") == "received"
    story.wait(1)
    assert (story.status("a"), story.stopped) == ("timeout: waiting-for-node", ["a"])


def test_a_group_may_say_how_long_its_runs_wait() -> None:
    story = Story(group("a", queueTimeoutSeconds=100)).start()
    story.received("a", waiting=True)
    story.wait(100)
    assert story.status("a") == "timeout: waiting-for-node"


def test_a_planned_pause_before_a_retry_counts_as_activity() -> None:
    story = Story(group("a")).start()
    story.attempt("a", retry_in=500)
    story.wait(559)
    assert story.status("a") == "dispatched"
    story.wait(1)
    assert story.status("a") == "timeout: no-status-in-time"


def test_what_ends_a_pause_early_starts_the_usual_clock() -> None:
    story = Story(group("a")).start()
    story.attempt("a", retry_in=3600)
    story.wait(100)
    story.working("a")
    assert story.due_in == 60


def test_a_node_that_could_not_be_reached_times_out_as_unreachable() -> None:
    story = Story(group("a")).start()
    story.unreachable("a", "connection refused by a")
    story.wait(60)
    assert story.status("a") == "timeout: unreachable"
    assert story.run("a").reason == "connection refused by a"


def test_a_node_that_was_reached_again_is_not_unreachable_any_more() -> None:
    story = Story(group("a")).start()
    story.unreachable("a")
    story.received("a")
    story.wait(60)
    assert story.status("a") == "timeout: no-status-in-time"


def test_a_run_says_that_its_node_cannot_be_reached() -> None:
    story = Story(group("a")).start()
    story.unreachable("a", "connection refused by a")
    assert story.status("a") == "dispatched: unreachable"
    assert story.run("a").reason == "connection refused by a; it is tried again"
    assert story.unreachable("a", "connection refused by a") == [], "said once"
    story.reached("a")
    assert story.status("a") == "dispatched"
    assert story.reached("a") == []
    assert story.due_in == 60, "an answer is no status"


def test_a_run_that_was_heard_of_says_so_from_the_second_try_on() -> None:
    story = Story(group("a")).start()
    story.working("a")
    assert story.unreachable("a", "the stream broke") == []
    story.unreachable("a", "connection refused by a")
    assert story.status("a") == "running: unreachable"
    story.working("a")
    assert story.status("a") == "running"


def test_a_run_that_waits_on_a_node_that_was_lost_waits_again() -> None:
    story = Story(group("a")).start()
    story.received("a", waiting=True)
    story.unreachable("a")
    story.unreachable("a")
    story.reached("a")
    assert story.status("a") == "received: waiting-for-node"


def test_who_is_lost_and_times_out_keeps_that_end() -> None:
    story = Story(group("a")).start()
    story.unreachable("a")
    story.unreachable("a")
    story.wait(60)
    assert story.run("a").reason == "connection refused"
    assert story.reached("a") == []
    assert story.status("a") == "timeout: unreachable"


def test_a_restart_remembers_who_was_lost() -> None:
    story = Story(group("a")).start()
    story.unreachable("a")
    story.unreachable("a")
    run = revive(story.ledger.row()).runs[story.run("a").run_id]
    assert (run.lost, run.unreachable) == (True, "connection refused")


def test_a_line_that_came_late_is_recorded_as_heard_when_it_was_written() -> None:
    story = Story(group("a")).start()
    story.wait(30)
    story.tell("a", "received", waiting=False, place=0, age=20)
    assert story.last("run-received").data["heardAt"] == "2026-03-01T12:00:10Z"


def test_a_batch_that_times_out_makes_room_for_the_next_in_the_same_moment() -> None:
    story = Story(group("abcd", batch=2)).start()
    story.wait(60)
    assert story.dispatched == ["a", "b", "c", "d"]
    assert story.due_in == 60


def test_a_late_completion_replaces_the_timeout() -> None:
    story = Story(group("ab")).start()
    story.wait(60)
    story.finish("a", "success")
    assert story.status("a") == "success"
    assert story.last("run-finished").data["late"] is True
    assert story.verdict() == "failure: criteria-unreachable", "a verdict stands"


def test_a_late_completion_counts_while_the_verdict_is_open() -> None:
    allowed = [{"status": "failure", "numRuns": {"type": "number", "value": 1}}]
    story = Story(group("ab", successCriteria=allowed)).start()
    story.wait(60)
    story.finish("a")
    story.finish("b", "failure")
    assert (story.verdict(), story.end) == ("success: criteria-met", "success")


def test_after_the_end_a_late_completion_changes_the_run_alone_and_is_counted() -> None:
    story = Story(group("ab", batch=2)).start()
    story.wait(60)
    assert (story.end, story.verdict()) == ("failure", "failure: criteria-unreachable")
    story.finish("b", "failure", code="step-failed")
    story.finish("a")
    assert story.statuses() == {"a": "success", "b": "failure: step-failed"}
    assert (story.end, story.verdict()) == ("failure", "failure: criteria-unreachable")
    assert story.last("instance-changed").data == {"lateCompletions": 2}


def test_the_canceled_that_our_own_stop_brought_about_leaves_the_timeout() -> None:
    story = Story(group("a")).start()
    story.wait(60)
    story.finish("a", "canceled", code="operator", reason="stopped")
    assert story.status("a") == "timeout: no-status-in-time"
    data = story.last("run-finished").data
    assert (data["from"], data["status"], data["late"]) == ("timeout", "timeout", False)
    assert data["reasonCode"] == "no-status-in-time", "what the row says stays true"
    assert story.last("instance-changed").data["status"] == "failure", "and is not counted as late"


def test_what_a_node_tells_of_a_run_that_timed_out_is_still_recorded() -> None:
    story = Story(group("a")).start()
    story.wait(60)
    story.working("a")
    data = story.last("step-started").data
    assert (data["from"], data["status"], story.status("a")) == (
        "timeout",
        "timeout",
        "timeout: no-status-in-time",
    )


def test_what_was_stopped_after_a_time_out_was_not_stopped_by_an_operator() -> None:
    story = Story(group("a")).start()
    story.working("a")
    story.wait(60)
    told: dict[str, Any] = {"step": 1, "attempt": 1, "retryInSeconds": None, "status": "canceled"}
    story.tell("a", "attempt-finished", reasonCode="operator", reason="on request", **told)
    data = story.last("attempt-finished").data
    assert data["reasonCode"] == "no-status-in-time"
    assert data["reason"] == "stopped, as the run had timed out"
