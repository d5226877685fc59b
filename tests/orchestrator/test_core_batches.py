"""Batching, rolling, and runs that cannot begin."""

import pytest
from core_story import BEGIN, Story, group, linux_nodes

from courier_backend.orchestrator.begin import Cause
from courier_backend.targeting.view import NodeView


def test_empty_batch_size_is_one_node_at_a_time() -> None:
    story = Story(group("abc")).start()
    assert story.dispatched == ["a"]
    story.finish("a")
    assert story.dispatched == ["a", "b"]


def test_the_seeds_three_nodes_that_never_answer_take_three_timeouts() -> None:
    story = Story(group("abc", timeoutSeconds=240)).start()
    for _ in range(3):
        story.wait(239)
        assert story.end == "running"
        story.wait(1)
    assert story.end == "failure"
    assert (story.now - BEGIN).total_seconds() == 720
    assert story.dispatched == ["a", "b", "c"], "later batches still go out after a failure"


def test_a_batch_starts_when_every_run_of_the_one_before_is_final() -> None:
    story = Story(group("abcde", batch=2)).start()
    assert story.dispatched == ["a", "b"]
    story.finish("a")
    assert story.dispatched == ["a", "b"]
    story.finish("b", "failure")
    assert story.dispatched == ["a", "b", "c", "d"]


def test_rolling_keeps_batch_size_runs_in_flight() -> None:
    story = Story(group("abcde", batch=2, distributionMethod="rolling")).start()
    assert story.dispatched == ["a", "b"]
    story.finish("b")
    assert story.dispatched == ["a", "b", "c"]
    story.finish("c")
    story.finish("a")
    assert story.dispatched == ["a", "b", "c", "d", "e"]
    assert story.state.groups[0].in_flight == 2


@pytest.mark.parametrize(
    ("batch", "first"), [("50%", "abcd"), ("1%", "a"), ("15%", "ab"), ("100%", "abcdefg"), (0, "a")]
)
def test_percent_is_of_the_groups_nodes_rounded_up_at_least_one(
    batch: str | int, first: str
) -> None:
    assert story_of_seven(batch).dispatched == list(first)


def story_of_seven(batch: str | int) -> Story:
    return Story(group("abcdefg", batch=batch)).start()


def test_a_batch_size_beyond_the_group_takes_all() -> None:
    assert Story(group("abc", batch=100)).start().dispatched == ["a", "b", "c"]


def test_a_node_named_twice_runs_once_per_group_where_it_is_named_first() -> None:
    story = Story(group("bab", batch=3), group("b"), parallel=True).start()
    assert story.dispatched == ["b", "a", "b"]
    assert list(story.statuses(0)) == ["b", "a"]


def test_runs_that_cannot_begin_fail_at_once_and_hold_up_nobody() -> None:
    nodes = linux_nodes("ac") | {
        "old": NodeView("old", "old", {"os": "linux"}, archived=True),
        "pc": NodeView("pc", "pc", {"os": "windows"}),
    }
    named = ["ghost", "a", "old", "pc", "c"]
    story = Story(group(named, batch=2), nodes=nodes)
    assert story.statuses() == {
        "ghost": "failure: node-unknown",
        "a": "pending",
        "old": "failure: node-archived",
        "pc": "failure: no-command-for-platform",
        "c": "pending",
    }
    story.start()
    assert story.dispatched == ["a"]
    story.finish("a")
    assert story.dispatched == ["a", "c"], "the batch of two that cannot begin is passed over"


def test_runs_that_cannot_begin_count_in_the_criteria() -> None:
    story = Story(group(["ghost", "a"]), nodes=linux_nodes("a")).start()
    assert story.verdict() == "failure: criteria-unreachable"
    story.finish("a")
    assert story.end == "failure"


def test_an_instance_of_nodes_that_cannot_begin_ends_in_the_moment_it_starts() -> None:
    story = Story(group(["ghost", "shade"]), nodes={}).start()
    assert (story.end, story.dispatched, story.due_in) == ("failure", [], None)


def test_the_instance_is_created_whole_in_one_event() -> None:
    story = Story(group("ab", batch=2), group("c", timeoutSeconds=0))
    data = story.created.data
    assert data["status"] == "running"
    assert [(g["nodeCount"], g["batchSize"], g["batchCount"]) for g in data["groups"]] == [
        (2, 2, 1),
        (1, 1, 1),
    ]
    assert [g["timeoutSeconds"] for g in data["groups"]] == [60, 3600]
    assert [(r["nodeId"], r["groupNumber"], r["batchNumber"]) for r in data["runs"]] == [
        ("a", 0, 0),
        ("b", 0, 0),
        ("c", 1, 0),
    ]
    assert data["actionSpec"] is story.job["actions"]
    assert data["triggeredBy"] == Cause().triggered_by
