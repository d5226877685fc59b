"""Canceling an instance, a group, or one run."""

from typing import Any

from core_story import BEGIN, Story, criterion, group

from courier_backend.model.times import to_text
from courier_backend.orchestrator.revive import revive


def test_what_is_pending_is_canceled_at_once_what_runs_when_its_node_says_so() -> None:
    story = Story(group("abc", batch=2)).start()
    story.working("a")
    story.cancel(reason="wrong fleet")
    assert story.statuses() == {
        "a": "running: operator",
        "b": "dispatched: operator",
        "c": "canceled: operator",
    }
    assert story.stopped == ["a", "b"]
    assert story.end == "running"
    assert story.ledger.cancel_reason == "wrong fleet"
    assert story.run("c").reason == "canceled by an operator: wrong fleet"
    story.finish("a", "canceled")
    story.finish("b", "canceled", code="operator", reason="stopped")
    assert story.statuses() == {
        "a": "canceled: operator",
        "b": "canceled: operator",
        "c": "canceled: operator",
    }
    assert (story.verdict(), story.end) == ("canceled: operator", "canceled")
    assert story.dispatched == ["a", "b"]
    assert {run.reason for run in story.state.in_order} == {
        "canceled by an operator: wrong fleet"
    }, "each says why"
    assert story.ledger.groups[0]["reason"] == "canceled by an operator: wrong fleet"


def test_a_group_and_a_run_say_why_they_were_canceled_also_after_a_restart() -> None:
    story = Story(group("a"), group("b"), parallel=True).start()
    story.cancel(group=0, reason="not here")
    story.cancel("b", group=1, reason="nor here")
    story.state = revive(story.ledger.row())
    story.finish("a", "canceled")
    story.finish("b", "canceled", group=1)
    assert story.run("a").reason == "canceled by an operator: not here"
    assert story.run("b", 1).reason == "canceled by an operator: nor here"
    assert story.ledger.groups[0]["reason"] == "canceled by an operator: not here"


def test_the_moment_of_the_request_is_recorded_without_a_change_of_status() -> None:
    story = Story(group("a")).start()
    story.wait(5)
    story.cancel()
    data = story.last("run-changed").data
    assert (data["from"], data["status"]) == ("dispatched", "dispatched")
    assert data["reasonCode"] == "operator"
    assert data["cancelRequestedAt"] == to_text(story.now) != to_text(BEGIN)


def test_asking_again_changes_nothing() -> None:
    story = Story(group("ab"), group("c"), parallel=True).start()
    asks: list[dict[str, Any]] = [{"node": "a"}, {"group": 0}, {"group": 1}, {}]
    for asked in asks:
        assert story.cancel(**asked) != []
        assert story.cancel(**asked) == []
    story.finish("a", "canceled")
    assert story.cancel() == [], "it is final"


def test_a_run_that_ends_by_itself_before_the_node_stops_it_keeps_its_end() -> None:
    story = Story(group("ab", batch=2)).start()
    story.cancel()
    story.finish("a", "success")
    story.finish("b", "failure", code="exit-code")
    assert story.statuses() == {"a": "success", "b": "failure: exit-code"}
    assert story.end == "canceled", "it was canceled as a whole"


def test_a_node_that_does_not_confirm_in_time() -> None:
    story = Story(group("a")).start()
    story.wait(10)
    story.cancel()
    story.wait(50)
    assert story.status("a") == "canceled: cancel-unconfirmed"
    assert story.end == "canceled"
    assert story.stopped == ["a", "a"]


def test_a_confirmation_that_comes_late_changes_nothing_but_is_recorded() -> None:
    story = Story(group("a")).start()
    story.cancel()
    story.wait(60)
    story.finish("a", "canceled", code="operator")
    assert story.status("a") == "canceled: cancel-unconfirmed"
    data = story.last("run-finished").data
    assert (data["from"], data["status"], data["reasonCode"]) == (
        "canceled",
        "canceled",
        "cancel-unconfirmed",
    )
    assert story.run("a").finished_on_node


def test_canceled_is_final_whatever_the_node_tells_later() -> None:
    story = Story(group("a")).start()
    story.cancel()
    story.wait(60)
    story.finish("a", "success")
    assert story.status("a") == "canceled: cancel-unconfirmed"
    assert story.state.late_completions == 0


def test_a_waiting_run_that_is_canceled_owes_an_answer_within_the_time_out() -> None:
    story = Story(group("a")).start()
    story.received("a", waiting=True)
    story.wait(1000)
    story.cancel()
    assert story.due_in == 60
    story.wait(60)
    assert story.status("a") == "canceled: cancel-unconfirmed"


def test_a_node_that_refuses_what_was_to_be_canceled_confirms_nothing() -> None:
    story = Story(group("a")).start()
    story.cancel()
    story.refuse("a")
    assert story.status("a") == "canceled: cancel-unconfirmed"


def test_canceling_before_anything_began_ends_the_instance_at_once() -> None:
    story = Story(group("ab"), group("c"))
    story.cancel()
    story.start()
    assert (story.end, story.dispatched) == ("canceled", [])
    assert story.statuses(1) == {"c": "canceled: operator"}


def test_canceling_sequential_groups_cancels_those_to_come() -> None:
    story = Story(group("a"), group("b"), group("c")).start()
    story.cancel()
    assert [story.verdict(n) for n in range(3)] == [
        "running: operator",
        "canceled: operator",
        "canceled: operator",
    ]
    story.finish("a", "canceled")
    assert (story.verdict(0), story.end) == ("canceled: operator", "canceled")


def test_a_group_whose_criteria_were_met_before_the_cancel_keeps_its_verdict() -> None:
    story = Story(group("ab", successCriteria=[criterion("success", 1)])).start()
    story.finish("a")
    story.cancel()
    story.finish("b", "canceled")
    assert (story.verdict(), story.end) == ("success: criteria-met", "canceled")


def test_one_parallel_group_is_canceled_the_other_goes_on() -> None:
    story = Story(group("ab"), group("cd"), parallel=True).start()
    story.cancel(group=0)
    assert story.statuses(0) == {"a": "dispatched: operator", "b": "canceled: operator"}
    story.finish("a", "canceled")
    assert story.verdict(0) == "canceled: operator"
    story.finish("c", group=1)
    story.finish("d", group=1)
    assert story.verdict(1) == "success: criteria-met"
    assert story.end == "canceled", "nothing but the cancel kept it from success"


def test_a_failure_elsewhere_makes_it_a_failure_not_a_cancel() -> None:
    story = Story(group("a"), group("c"), parallel=True).start()
    story.cancel(group=0)
    story.finish("a", "canceled")
    story.finish("c", "failure", group=1)
    assert story.end == "failure"


def test_canceling_a_group_to_come_skips_those_behind_it() -> None:
    story = Story(group("a"), group("b"), group("c")).start()
    story.cancel(group=1)
    assert story.verdict(1) == "canceled: operator"
    assert story.status("b", 1) == "canceled: operator"
    assert story.status("c", 2) == "skipped: group-failed"
    story.finish("a")
    assert (story.verdict(0), story.end) == ("success: criteria-met", "canceled")


def test_canceling_the_running_sequential_group_skips_those_behind_it() -> None:
    story = Story(group("a"), group("b")).start()
    story.cancel(group=0)
    assert story.verdict(1) == "pending", "it may still succeed"
    story.finish("a", "canceled")
    assert (story.status("b", 1), story.end) == ("skipped: group-failed", "canceled")


def test_one_run_is_canceled_and_the_group_is_judged_as_usual() -> None:
    wanted = [criterion("success", 2)]
    story = Story(group("abc", batch=3, successCriteria=wanted)).start()
    story.cancel("b")
    assert story.stopped == ["b"]
    story.finish("b", "canceled")
    story.finish("a")
    story.finish("c")
    assert (story.status("b"), story.end) == ("canceled: operator", "success")


def test_one_pending_run_is_canceled_and_never_goes_out() -> None:
    story = Story(group("abc")).start()
    story.cancel("b")
    story.finish("a")
    assert story.dispatched == ["a", "c"]
    assert story.verdict() == "failure: criteria-unreachable"


def test_canceling_what_is_final_does_nothing() -> None:
    story = Story(group("ab")).start()
    story.finish("a")
    assert story.cancel("a") == []
    assert story.status("a") == "success"
