"""A fleet that never existed: nodes, a network and a clock, all made from one seed.

Lines are late, lost, repeated and reordered; nodes are dead, deaf, busy, or tell their end after
their time-out; operators cancel; the backend crashes; its clock jumps. A failing seed is a bug
report: `Fleet(seed).live()` tells the same story again.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import count
from random import Random
from typing import Any

from core_checked import CheckedStory
from core_story import BEGIN, criterion, group, linux_nodes

from courier_backend.orchestrator.begin import Defaults
from courier_backend.orchestrator.decide import next_due
from courier_backend.orchestrator.decision import Dispatch, Stop
from courier_backend.orchestrator.happening import Tick
from courier_backend.targeting.view import NodeView

MOST_STEPS = 5_000
STEP_STARTED = {
    "name": "work",
    "interpreter": "shell",
    "interpreterVersion": "1.0.0",
    "interpreterPath": "/bin/sh",
}
ATTEMPT_FINISHED = {
    "attempt": 1,
    "status": "success",
    "exitCode": 0,
    "signal": None,
    "reasonCode": "",
    "reason": "",
    "startedAt": "2026-03-01T12:00:00Z",
    "durationSeconds": 1.0,
    "stdoutBytes": 0,
    "stderrBytes": 0,
    "outputs": {},
    "evidence": {"state": "none", "bytes": 0, "sha256": "", "inline": False, "reason": ""},
}
STEP_FINISHED = {
    "status": "success",
    "ignored": False,
    "numAttempts": 1,
    "reasonCode": "",
    "reason": "",
    "inputs": {},
    "outputs": {},
}
ENDS = ["success"] * 6 + ["failure"] * 2


@dataclass
class NodeRun:
    """A run on its node. `journal` holds what was written, with when."""

    node: str
    group: int
    deaf: bool
    ended: bool = False
    journal: list[tuple[float, str, dict[str, Any]]] = field(default_factory=list)


class Fleet:
    """One seeded life of one instance."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.story = CheckedStory(
            *self._groups(),
            parallel=self.chance.random() < 0.5,
            nodes=self._nodes(),
            defaults=Defaults(timeout_seconds=40, queue_timeout_seconds=150),
            ids=f"seed-{seed}",
        )
        self.now = 0.0
        self.skew = 0.0
        self._agenda: list[tuple[float, int, Callable[[], object]]] = []
        self._order = count()
        self._runs: dict[str, NodeRun] = {}
        self._seen = 0

    def live(self) -> CheckedStory:
        """From the start to where nothing can happen any more."""
        self._at(self.chance.choice([0.0, 0.0, 5.0]), self.story.start)
        for _ in range(self.chance.choice([0, 0, 1, 2])):
            self._at(self.chance.uniform(0, 120), self._cancel)
        for _ in range(self.chance.randrange(4)):
            self._at(self.chance.uniform(0, 200), self.story.crash)
        for _ in range(self.chance.choice([0, 0, 1, 2])):
            self._at(self.chance.uniform(0, 200), self._jump)
        for _ in range(MOST_STEPS):
            if not self._step():
                return self.story
        raise AssertionError("it never ends")

    # ---- what there is

    def _nodes(self) -> dict[str, NodeView]:
        nodes = linux_nodes("abcdefgh")
        nodes["old"] = NodeView("old", "old", {"os": "linux"}, archived=True)
        nodes["pc"] = NodeView("pc", "pc", {"os": "windows"})
        return nodes

    def _groups(self) -> list[dict[str, Any]]:
        return [self._group() for _ in range(self.chance.choice([1, 1, 2, 3]))]

    def _group(self) -> dict[str, Any]:
        chance = self.chance
        named = chance.choices("abcdefgh", k=chance.choice([0, 1, 2, 3, 5, 8, 8]))
        if chance.random() < 0.3:
            named += chance.choices(["old", "pc", "ghost"], k=2)
            chance.shuffle(named)
        return group(
            named,
            batch=chance.choice([None, 1, 2, 3, 20, "10%", "34%", "50%", "100%"]),
            distributionMethod=chance.choice(["batching", "rolling"]),
            timeoutSeconds=chance.choice([0, 10, 30, 60]),
            earlyTermination=chance.random() < 0.3,
            successCriteria=[self._criterion() for _ in range(chance.choice([0, 0, 1, 1, 2]))],
        )

    def _criterion(self) -> dict[str, Any]:
        status = self.chance.choice(["success", "failure"])
        if self.chance.random() < 0.5:
            return criterion(status, self.chance.choice([0, 1, 2, 4, 20]))
        return criterion(status, self.chance.choice([0, 1, 25, 50, 99, 100]), percent=True)

    # ---- how time passes

    def _at(self, when: float, what: Callable[[], object]) -> None:
        heapq.heappush(self._agenda, (when, next(self._order), what))

    def _soon(self, most: float, what: Callable[[], object]) -> None:
        self._at(self.now + self.chance.uniform(0, most), what)

    def _step(self) -> bool:
        due = next_due(self.story.state)
        due_at = None if due is None else (due - BEGIN).total_seconds() - self.skew
        if due_at is not None and (not self._agenda or due_at <= self._agenda[0][0]):
            late = self.chance.choice([0.0, 0.0, 0.3])
            self._pass_to(max(self.now, due_at) + late)
            self.story.now = max(self.story.now, due or BEGIN)
            self.story.happen(Tick())
        elif self._agenda:
            when, _, what = heapq.heappop(self._agenda)
            self._pass_to(max(self.now, when))
            what()
        else:
            return False
        self._obey()
        return True

    def _pass_to(self, when: float) -> None:
        self.now = when
        self.story.now = BEGIN + timedelta(seconds=when + self.skew)

    def _jump(self) -> None:
        self.skew += self.chance.choice([-3600.0, -20.0, 20.0, 3600.0])

    def _cancel(self) -> None:
        groups = self.story.state.groups
        number = self.chance.randrange(len(groups))
        runs = groups[number].runs
        match self.chance.randrange(3):
            case 0:
                self.story.cancel(reason="enough")
            case 1:
                self.story.cancel(group=number)
            case _ if runs:
                self.story.cancel(self.chance.choice(runs).node_id, group=number)

    # ---- what nodes do

    def _obey(self) -> None:
        """Carry out what was decided."""
        fresh, self._seen = self.story.log[self._seen :], len(self.story.log)
        for decision in fresh:
            if isinstance(decision, Dispatch):
                self._dispatched(decision.run_id)
            elif isinstance(decision, Stop):
                self._soon(5, partial(self._stop, self._runs[decision.run_id]))

    def _dispatched(self, run_id: str) -> None:
        state = self.story.state.runs[run_id]
        run = NodeRun(state.node_id, state.group_number, deaf=self.chance.random() < 0.2)
        self._runs[run_id] = run
        fate = self.chance.random()
        if fate < 0.06:
            self._soon(90, lambda: self.story.refuse(run.node, run.group))
        elif fate < 0.14:
            for _ in range(self.chance.choice([1, 2, 3])):
                self._soon(20, lambda: self.story.unreachable(run.node, group=run.group))
            if self.chance.random() < 0.5:  # it comes back
                self._work(run)
        else:
            self._work(run)

    def _work(self, run: NodeRun) -> None:
        """What the node will write, unless it is stopped before."""
        chance, when = self.chance, self.now
        slow = chance.choice([1, 1, 5, 5, 60])
        waits = chance.random() < 0.2
        plan: list[tuple[str, dict[str, Any]]] = [("received", {"waiting": waits, "place": 1})]
        for step in range(1, chance.choice([1, 1, 2]) + 1):
            plan += self._step_lines(step)
        plan.append(("run-finished", self._end(chance.choice(ENDS))))
        for kind, fields in plan:
            when += chance.expovariate(1 / slow)
            if kind == "step-started" and waits:
                when += chance.uniform(0, 200)
            self._at(when, partial(self._write, run, kind, fields))

    def _step_lines(self, step: int) -> list[tuple[str, dict[str, Any]]]:
        retry = self.chance.choice([None, None, 20.0])
        lines: list[tuple[str, dict[str, Any]]] = [
            ("step-started", {"step": step} | STEP_STARTED),
            ("attempt-started", {"step": step, "attempt": 1, "pid": 1}),
            ("attempt-finished", {"step": step, "retryInSeconds": retry} | ATTEMPT_FINISHED),
            ("step-finished", {"step": step} | STEP_FINISHED),
        ]
        return lines[: self.chance.choice([1, 3, 4, 4, 4])]

    def _end(self, status: str) -> dict[str, Any]:
        code = "" if status == "success" else "step-failed"
        return {"status": status, "reasonCode": code, "reason": ""}

    def _write(self, run: NodeRun, kind: str, fields: dict[str, Any]) -> None:
        """Put a line into the node's journal; it is on its way."""
        if run.ended:
            return
        run.ended = kind == "run-finished"
        run.journal.append((self.now, kind, fields))
        seq = len(run.journal)
        if self.chance.random() < 0.03:
            return
        self._soon(self.chance.choice([0.0, 0.1, 3.0, 100.0]), lambda: self._deliver(run, seq))
        if self.chance.random() < 0.1:
            self._soon(60, lambda: self._resume(run))

    def _stop(self, run: NodeRun) -> None:
        if not run.deaf:
            end = {"status": "canceled", "reasonCode": "", "reason": ""}
            self._soon(10, partial(self._write, run, "run-finished", end))

    def _resume(self, run: NodeRun) -> None:
        """The stream broke: the node tells again from some line on."""
        for seq in range(self.chance.randint(1, len(run.journal)), len(run.journal) + 1):
            self._deliver(run, seq)

    def _deliver(self, run: NodeRun, seq: int) -> None:
        written, kind, fields = run.journal[seq - 1]
        age = self.now - written
        self.story.tell(run.node, kind, run.group, seq=seq, age=age, **fields)
