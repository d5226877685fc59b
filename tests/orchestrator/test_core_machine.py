"""Hypothesis plays the world against the decision core, and shrinks what it finds."""

from typing import Any

from core_checked import CheckedStory
from core_story import criterion, group
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from courier_backend.model.status import RunStatus
from courier_backend.orchestrator.begin import Defaults
from courier_backend.orchestrator.state import RunState

criteria = st.builds(
    criterion,
    st.sampled_from(["success", "failure"]),
    st.integers(0, 5) | st.sampled_from([50, 100]),
    percent=st.booleans(),
)
groups = st.builds(
    group,
    st.lists(st.sampled_from("abcdef"), max_size=6),
    batch=st.sampled_from([None, 1, 2, 4, "50%"]),
    distributionMethod=st.sampled_from(["batching", "rolling"]),
    earlyTermination=st.booleans(),
    successCriteria=st.lists(criteria, max_size=2),
)
LINES: list[tuple[str, dict[str, Any]]] = [
    ("received", {"waiting": False, "place": 0}),
    ("received", {"waiting": True, "place": 1}),
    ("step-started", {"step": 1, "name": "work"}),
    ("attempt-finished", {"step": 1, "attempt": 1, "retryInSeconds": 90.0}),
    ("attempt-finished", {"step": 1, "attempt": 1, "retryInSeconds": None}),
]


class World(RuleBasedStateMachine):
    """Everything that may happen, in any order; the story checks itself after each."""

    story: CheckedStory

    @initialize(specs=st.lists(groups, min_size=1, max_size=3), parallel=st.booleans())
    def begin(self, specs: list[dict[str, Any]], *, parallel: bool) -> None:
        defaults = Defaults(queue_timeout_seconds=200)
        self.story = CheckedStory(*specs, parallel=parallel, defaults=defaults)
        self.story.start()

    def _runs(self, *, out: bool) -> list[RunState]:
        runs = self.story.state.in_order
        return [run for run in runs if not out or run.heard_at is not None]

    @precondition(lambda self: self._runs(out=True))
    @rule(data=st.data(), line=st.sampled_from(LINES), age=st.sampled_from([0.0, 5.0, 500.0]))
    def tell(self, data: st.DataObject, line: tuple[str, dict[str, Any]], age: float) -> None:
        run = data.draw(st.sampled_from(self._runs(out=True)))
        self.story.tell(run.node_id, line[0], run.group_number, age=age, **line[1])

    @precondition(lambda self: self._runs(out=True))
    @rule(data=st.data(), status=st.sampled_from(["success", "success", "failure", "canceled"]))
    def finish(self, data: st.DataObject, status: str) -> None:
        run = data.draw(st.sampled_from(self._runs(out=True)))
        self.story.finish(run.node_id, status, run.group_number)

    @precondition(lambda self: any(run.last_seq for run in self._runs(out=True)))
    @rule(data=st.data())
    def replay(self, data: st.DataObject) -> None:
        told = [run for run in self._runs(out=True) if run.last_seq]
        run = data.draw(st.sampled_from(told))
        seq = data.draw(st.integers(1, run.last_seq))
        line = {"status": "success", "reasonCode": "", "reason": ""}
        group = run.group_number
        assert self.story.tell(run.node_id, "run-finished", group, seq=seq, **line) == []

    @precondition(lambda self: self._runs(out=True))
    @rule(data=st.data(), refused=st.booleans())
    def lose(self, data: st.DataObject, *, refused: bool) -> None:
        run = data.draw(st.sampled_from(self._runs(out=True)))
        if refused:
            self.story.refuse(run.node_id, run.group_number)
        else:
            self.story.unreachable(run.node_id, group=run.group_number)

    @precondition(lambda self: self._runs(out=True))
    @rule(data=st.data())
    def reach(self, data: st.DataObject) -> None:
        run = data.draw(st.sampled_from(self._runs(out=True)))
        self.story.reached(run.node_id, group=run.group_number)

    @rule(data=st.data(), part=st.sampled_from(["run", "group", "all"]))
    def cancel(self, data: st.DataObject, part: str) -> None:
        state = self.story.state
        if part == "run" and state.in_order:
            run = data.draw(st.sampled_from(state.in_order))
            self.story.cancel(run.node_id, group=run.group_number)
        elif part == "group":
            self.story.cancel(group=data.draw(st.integers(0, len(state.groups) - 1)))
        elif part == "all":
            self.story.cancel()

    @rule(seconds=st.sampled_from([1.0, 29.0, 60.0, 200.0, 3600.0, -30.0]))
    def pass_time(self, seconds: float) -> None:
        self.story.wait(seconds)

    @rule()
    def crash(self) -> None:
        self.story.crash()

    @invariant()
    def the_end_is_the_end(self) -> None:
        if self.story.state.is_final:
            assert all(run.is_final for run in self.story.state.in_order)

    def teardown(self) -> None:
        """Whatever happened: with patience alone, everything ends."""
        if hasattr(self, "story"):
            for _ in range(len(self.story.state.in_order) + 1):
                self.story.wait(4000)
            assert self.story.state.is_final
            pending = [r for r in self.story.state.in_order if r.status is RunStatus.PENDING]
            assert not pending


TestWorld = World.TestCase
TestWorld.settings = settings(max_examples=250, stateful_step_count=40, deadline=None)
