"""Groups one after another and all at once; verdicts; the end of an instance."""

from core_story import Story, criterion, group

from courier_backend.orchestrator.revive import revive


def test_one_success_from_dispatch_to_the_end() -> None:
    story = Story(group("a")).start()
    assert (story.status("a"), story.verdict()) == ("dispatched", "running")
    story.received("a")
    assert story.status("a") == "received"
    story.working("a")
    assert story.status("a") == "running"
    story.finish("a")
    assert (story.status("a"), story.verdict(), story.end) == (
        "success",
        "success: criteria-met",
        "success",
    )
    assert story.due_in is None


def test_sequential_groups_start_when_all_runs_of_the_one_before_are_final() -> None:
    story = Story(
        group("ab", batch=2, successCriteria=[criterion("success", 1)]), group("c")
    ).start()
    story.finish("a")
    assert story.verdict(0) == "success: criteria-met"
    assert (story.verdict(1), story.dispatched) == ("pending", ["a", "b"])
    story.finish("b", "failure")
    assert (story.verdict(1), story.dispatched) == ("running", ["a", "b", "c"])
    story.finish("c", group=1)
    assert story.end == "success"


def test_a_sequential_group_that_fails_ends_the_instance_and_skips_the_rest() -> None:
    story = Story(group("ab", batch=2), group("c"), group("")).start()
    story.finish("a", "failure")
    assert story.verdict(0) == "failure: criteria-unreachable"
    assert story.status("c", 1) == "skipped: group-failed"
    assert story.verdict(1) == story.verdict(2) == "skipped: group-failed"
    assert story.end == "running", "b is still at work"
    story.finish("b")
    assert story.end == "failure"
    assert story.dispatched == ["a", "b"]


def test_parallel_groups_start_all_at_once_and_one_failure_does_not_stop_the_others() -> None:
    story = Story(group("ab"), group("c"), parallel=True).start()
    assert story.dispatched == ["a", "c"]
    story.finish("c", "failure", 1)
    story.finish("a")
    assert story.dispatched == ["a", "c", "b"]
    story.finish("b")
    assert (story.verdict(0), story.verdict(1)) == (
        "success: criteria-met",
        "failure: criteria-unreachable",
    )
    assert story.end == "failure"


def test_a_group_without_nodes_fails() -> None:
    story = Story(group(""), group("a")).start()
    assert story.verdict(0) == "failure: no-nodes"
    assert story.status("a", 1) == "skipped: group-failed"
    assert story.end == "failure"
    assert story.last("instance-changed").data["reasonCode"] == "no-nodes"


def test_a_group_without_nodes_holds_up_no_parallel_one() -> None:
    story = Story(group(""), group("a"), parallel=True).start()
    story.finish("a", group=1)
    assert (story.verdict(1), story.end) == ("success: criteria-met", "failure")


UNKNOWN = {"nodeListType": "savedFilter", "filterId": "gone"}


def test_a_group_whose_filter_is_gone_fails_with_that_reason() -> None:
    story = Story(group("", **UNKNOWN), group("a")).start()
    assert story.verdict(0) == "failure: filter-unknown"
    assert story.status("a", 1) == "skipped: group-failed"
    ended = story.last("instance-changed").data
    assert (ended["status"], ended["reasonCode"]) == ("failure", "filter-unknown")
    assert ended["reason"] == "group 0: there is no saved filter gone"


def test_a_group_whose_filter_is_gone_holds_up_no_parallel_one() -> None:
    story = Story(group("", **UNKNOWN), group("a"), parallel=True).start()
    story.finish("a", group=1)
    assert (story.verdict(0), story.verdict(1)) == (
        "failure: filter-unknown",
        "success: criteria-met",
    )
    assert story.end == "failure"


def test_why_a_group_has_no_nodes_outlives_a_restart_before_it_began() -> None:
    story = Story(group("a"), group("", **UNKNOWN))
    story.state = revive(story.ledger.row())
    story.start().finish("a")
    assert story.verdict(1) == "failure: filter-unknown"
    assert story.last("instance-changed").data["reason"].endswith("no saved filter gone")


def test_the_verdict_is_recorded_as_soon_as_it_is_sure() -> None:
    wanted = [criterion("success", 50, percent=True)]
    story = Story(group("abc", batch=3, successCriteria=wanted)).start()
    story.finish("a")
    assert story.verdict() == "running", "half of three is two"
    story.finish("b")
    assert (story.verdict(), story.end) == ("success: criteria-met", "running")
    story.finish("c", "failure")
    assert story.end == "success"


def test_criteria_met_do_not_hold_back_what_is_pending() -> None:
    wanted = [criterion("success", 1)]
    story = Story(group("ab", successCriteria=wanted, earlyTermination=True)).start()
    story.finish("a")
    assert story.dispatched == ["a", "b"]


def test_failures_are_limited_by_a_failure_criterion() -> None:
    allowed = [criterion("failure", 1)]
    story = Story(group("abc", batch=3, successCriteria=allowed)).start()
    story.finish("a", "failure")
    assert story.verdict() == "running"
    story.wait(60)
    assert story.status("b") == "timeout: no-status-in-time"
    assert story.verdict() == "failure: criteria-unreachable"


def test_without_early_termination_everything_goes_out() -> None:
    story = Story(group("abc")).start()
    story.finish("a", "failure")
    story.finish("b")
    assert story.dispatched == ["a", "b", "c"]


def test_early_termination_skips_what_is_pending_and_lets_the_rest_finish() -> None:
    story = Story(group("abcd", batch=2, earlyTermination=True)).start()
    story.finish("a", "failure")
    assert story.statuses() == {
        "a": "failure",
        "b": "dispatched",
        "c": "skipped: criteria-unreachable",
        "d": "skipped: criteria-unreachable",
    }
    assert (story.end, story.stopped) == ("running", [])
    story.finish("b")
    assert (story.end, story.status("b"), story.dispatched) == ("failure", "success", ["a", "b"])


def test_early_termination_dispatches_nothing_when_the_criteria_can_never_hold() -> None:
    wanted = [criterion("success", 3)]
    story = Story(group("ab", earlyTermination=True, successCriteria=wanted)).start()
    assert (story.dispatched, story.end) == ([], "failure")


def test_starting_again_changes_nothing() -> None:
    story = Story(group("ab"), group("c"), parallel=True).start()
    before = list(story.events)
    story.start()
    assert story.events == before


def test_the_end_says_what_was_missing() -> None:
    story = Story(group("abc", batch=3)).start()
    story.finish("a", "failure")
    story.finish("b", "failure")
    story.finish("c")
    data = story.last("instance-changed").data
    assert data["reason"] == "group 0: 2 of 3 runs did not succeed, at least 3 must succeed"
    assert data["finishedAt"] == "2026-03-01T12:00:00Z"
