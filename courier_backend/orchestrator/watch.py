"""The watch of time-outs: when a run is due, and which runs are overdue.

A heap holds, for each run in flight, an entry that is never later than its time-out. Most lines of
a node only move a time-out away; the entry then stays where it is, and is put right when its time
comes. Entries of runs that have ended are thrown away when they surface.
"""

import heapq
from collections.abc import Iterator
from datetime import datetime, timedelta

from courier_backend.orchestrator.state import InstanceState, RunState


def due_of(state: InstanceState, run: RunState) -> datetime | None:
    """When a run times out if nothing more is heard; None when it cannot (any more).

    Waiting on a busy node has a clock of its own, and a planned pause is added. Once the node was
    asked to cancel the run, it owes an answer within the time-out, whatever it waits for.
    """
    if run.heard_at is None or not run.is_in_flight:
        return None
    group = state.group_of(run)
    if run.waiting:
        due = run.heard_at + group.queue_timeout
    else:
        due = run.heard_at + group.timeout
        if run.pause_seconds:
            due += timedelta(seconds=run.pause_seconds)
    if run.cancel_asked_at is not None:
        due = min(due, max(run.cancel_asked_at, run.heard_at) + group.timeout)
    return due


def watch(state: InstanceState, run: RunState) -> None:
    """Look at a run not later than its time-out. To be said whenever that may come earlier."""
    due = due_of(state, run)
    if due is not None and (run.watched is None or due < run.watched):
        run.watched = due
        heapq.heappush(state.due, (due, run.index))


def next_due(state: InstanceState) -> datetime | None:
    """When time-outs are to be judged next; may be early, is never late."""
    while state.due:
        moment, index = state.due[0]
        run = state.in_order[index]
        if run.watched == moment and run.is_in_flight:
            return moment
        _drop_first(state, run, moment)
    return None


def overdue(state: InstanceState, now: datetime) -> Iterator[RunState]:
    """Runs whose time-out has come, in the order of their time-outs; the caller ends each."""
    while (moment := next_due(state)) is not None and moment <= now:
        run = state.in_order[state.due[0][1]]
        _drop_first(state, run, moment)
        if due_of(state, run) == moment:
            yield run
        else:
            watch(state, run)


def _drop_first(state: InstanceState, run: RunState, moment: datetime) -> None:
    heapq.heappop(state.due)
    if run.watched == moment:
        run.watched = None
