"""A story that checks, after everything that happens, all that must always be so.

Beside the state that lives on uninterrupted it holds a twin that was brought back from the records
at some point; both must decide the same.
"""

from dataclasses import replace
from typing import Any

from core_ledger import DECIDED
from core_reference import (
    FINAL,
    IN_FLIGHT,
    check_batches,
    check_order,
    end_of,
    runs_of,
    verdict,
)
from core_story import Story

from courier_backend.orchestrator.decide import decide
from courier_backend.orchestrator.decision import Decision, Dispatch, Record, Stop
from courier_backend.orchestrator.happening import CancelAsked, Happening, Refused, Started
from courier_backend.orchestrator.revive import revive
from courier_backend.orchestrator.state import FAILED, PENDING, SUCCEEDED, InstanceState
from courier_backend.orchestrator.state import IN_FLIGHT as OUT
from courier_backend.orchestrator.watch import due_of, next_due


class CheckedStory(Story):
    """Checks itself."""

    def __init__(self, *groups: dict[str, Any], **more: Any) -> None:
        super().__init__(*groups, **more)
        self.started = False
        self.log: list[Decision] = []
        self.twin = self.revived()
        self._ordered: set[str] = set()
        self._verdicts: dict[int, str] = {}
        self._canceled: set[int] = set()

    def happen(self, happening: Happening) -> list[Decision]:
        """Let something happen to the state and to its twin."""
        self.started |= isinstance(happening, Started)
        if isinstance(happening, Refused):
            self.ledger.note_refusal(happening.run_id)
        self._note_cancel(happening)
        was_final = self.state.is_final
        decisions = super().happen(happening)
        assert decisions == decide(self.twin, happening, self.now), "the twin decides the same"
        self.log += decisions
        self._check_decisions(decisions, was_final=was_final)
        self.check()
        return decisions

    def revived(self) -> InstanceState:
        """The state as it would be read again after a crash."""
        lost = {run.run_id: run.unreachable for run in self.state.in_order if run.unreachable}
        return revive(self.ledger.row(lost))

    def crash(self) -> None:
        """From here on the twin is the one that was read again."""
        self.twin = self.revived()
        for run, again in zip(self.state.in_order, self.twin.in_order, strict=True):
            assert replace(run, watched=None) == replace(again, watched=None)
        for group, group_again in zip(self.state.groups, self.twin.groups, strict=True):
            assert group.counts == group_again.counts
            assert (group.status, group.over) == (group_again.status, group_again.over)
        assert self.state.open_groups == self.twin.open_groups

    def check(self) -> None:
        """All invariants."""
        self._check_counts()
        self._check_due()
        if not self.started:
            return
        for number in self.ledger.groups:
            self._check_group(number)
        check_order(self.ledger, parallel=self.state.parallel)
        assert self.ledger.status == end_of(self.ledger) == self.state.status
        assert decide(self.state, Started(), self.now) == [], "nothing is left to be done"

    # ---- decisions

    def _note_cancel(self, happening: Happening) -> None:
        """Groups that were asked to stop before their verdict stood."""
        if isinstance(happening, CancelAsked) and happening.run_id is None:
            number = happening.group_number
            numbers = self.ledger.groups if number is None else [number]
            self._canceled |= {n for n in numbers if n not in self._verdicts}

    def _check_decisions(self, decisions: list[Decision], *, was_final: bool) -> None:
        recorded: set[tuple[str | None, str]] = set()
        for decision in decisions:
            match decision:
                case Record(event):
                    recorded.add((event.run_id, str(event.data.get("status"))))
                case Dispatch(run_id):
                    assert not was_final
                    assert run_id not in self._ordered, "no run is dispatched twice"
                    assert (run_id, "dispatched") in recorded, "and never without its record"
                    self._ordered.add(run_id)
                case Stop(run_id):
                    assert run_id in self._ordered, "what never went out need not be stopped"

    # ---- groups and runs

    def _check_counts(self) -> None:
        for group in self.state.groups:
            statuses = [str(run.status) for run in group.runs]
            rows = runs_of(self.ledger, group.number)
            assert statuses == [row.status for row in rows]
            recount = [0, 0, 0, 0]
            recount[PENDING] = statuses.count("pending")
            recount[OUT] = sum(status in IN_FLIGHT for status in statuses)
            recount[SUCCEEDED] = statuses.count("success")
            recount[FAILED] = len(statuses) - sum(recount)
            assert group.counts == recount

    def _check_due(self) -> None:
        times = [due_of(self.state, run) for run in self.state.in_flight()]
        wanted = min((due for due in times if due is not None), default=None)
        due = next_due(self.state)
        assert (due is None) == (wanted is None)
        assert due is None or (wanted is not None and due <= wanted), "may be early, is never late"

    def _check_group(self, number: int) -> None:
        group = self.ledger.groups[number]
        rows = runs_of(self.ledger, number)
        check_batches(group, rows)
        if number not in self._verdicts:
            self._judge(number, group, [row.status for row in rows])
        expected = self._verdicts.get(number)
        assert (group["status"] in DECIDED) == (expected is not None)
        assert expected is None or group["status"] == expected
        if expected == "failure" and group["earlyTermination"]:
            assert all(row.status != "pending" for row in rows)
        if group["status"] in {"skipped", "canceled"}:
            assert all(row.status != "pending" for row in rows)

    def _judge(self, number: int, group: dict[str, Any], statuses: list[str]) -> None:
        """The first verdict that is sure is the one that must be recorded."""
        if group["status"] == "skipped":
            before = [self.ledger.groups[n]["status"] for n in range(number)]
            assert not self.state.parallel
            assert {"failure", "canceled"} & set(before)
            self._verdicts[number] = "skipped"
        elif group["status"] == "canceled" and number in self._canceled:
            assert (
                all(s in FINAL for s in statuses) or verdict(group["criteria"], statuses) is False
            )
            self._verdicts[number] = "canceled"
        elif group["status"] != "pending":
            holds = verdict(group["criteria"], statuses)
            if holds is not None:
                failed = "canceled" if number in self._canceled else "failure"
                self._verdicts[number] = "success" if holds else failed
