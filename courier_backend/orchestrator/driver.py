"""The driver: carries out what the decision core decides, for all running instances.

Every change follows one path: something happens, the core decides, the records are appended to
the log, and only once they are on disk are orders sent and stops asked for. If the disk refuses,
what was in memory is dropped and read again from the store.
"""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, cast

from courier_backend.delivery.follow import Pursuit, follow
from courier_backend.delivery.node import DeliveryError, NodeAddress
from courier_backend.delivery.pauses import growing_pauses
from courier_backend.delivery.transport import Transport
from courier_backend.evidence.keeper import Wanted
from courier_backend.fleet.fleet import Fleet
from courier_backend.model.errors import CourierError, OutOfSpace
from courier_backend.model.event import NewEvent
from courier_backend.model.protocol import STATUS_TYPES, NodeIdentity, StatusLine
from courier_backend.model.status import ReasonCode, RunStatus
from courier_backend.model.times import Clock
from courier_backend.orchestrator.decide import decide, next_due
from courier_backend.orchestrator.decision import Decision, Dispatch, Record, Stop
from courier_backend.orchestrator.happening import (
    CancelAsked,
    Happening,
    Reached,
    Refused,
    Started,
    Tick,
    Told,
    Unreachable,
)
from courier_backend.orchestrator.leavings import Leavings
from courier_backend.orchestrator.live import Live, Opened
from courier_backend.orchestrator.state import InstanceState, RunState
from courier_backend.orchestrator.watchdog import TICK_SECONDS, Watchdog
from courier_backend.store.store import Store

RETRY_SECONDS: Final = 5.0
AWAITED: Final = timedelta(days=1)
"""For so long a run that timed out may still tell its own end."""
STRIKES: Final = 3
"""So often may the store refuse what a run tells before the run is given up."""

_log = logging.getLogger(__name__)

Reload = Callable[[str], Awaitable[None]]
"""Reads an instance from the store and takes it up again; raises `CourierError` while it cannot."""


class Dropped(Exception):
    """The instance was dropped from memory; what follows it must end."""


def _is_stopped(run: RunState) -> bool:
    return run.stop_asked


async def _cannot_reload(instance_id: str) -> None:
    raise RuntimeError(f"nobody reads instance {instance_id} again")


@dataclass(frozen=True, slots=True)
class Resumed:
    """A run that was in flight when the backend ended, as the store knows it."""

    run_id: str
    journal_id: str
    wanted: list[Wanted]


class Driver:
    """All running instances of one backend. `run` must be running for anything to happen."""

    def __init__(
        self,
        *,
        store: Store,
        transport: Transport,
        fleet: Fleet,
        leavings: Leavings,
        opened: Opened,
        clock: Clock,
    ) -> None:
        """`opened` gives the actions of a job with their sensitive values."""
        self._store = store
        self._transport = transport
        self._fleet = fleet
        self._leavings = leavings
        self._opened = opened
        self._clock = clock
        self._instances: dict[str, Live] = {}
        self._by_run: dict[str, Live] = {}
        self._strikes: Counter[str] = Counter()
        self._watchdog = Watchdog(clock, self._followed)
        self._group: asyncio.TaskGroup | None = None
        self.ready = asyncio.Event()
        self.reload: Reload = _cannot_reload

    # ---- what the rest of the backend asks for

    async def run(self) -> None:
        """Drive until canceled. Runs go on on their nodes; the next backend takes them up again."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            self.ready.set()
            await self._watchdog.run(lambda: not self._instances, self._tick)

    def take_up(self, state: InstanceState, actions: dict[str, Any]) -> None:
        """Hold an instance whose creation is on disk."""
        live = Live.of(state, actions)
        self._instances[state.id] = live
        for run_id in state.runs:
            self._by_run[run_id] = live
        self._watchdog.wake()

    async def start(self, instance_id: str) -> None:
        """Let an instance begin. It is on disk: if the disk refuses now, it begins later."""
        with contextlib.suppress(Dropped):
            await self._happen(self._instances[instance_id], [Started()])

    def resume(self, instance_id: str, runs: Iterable[Resumed]) -> None:
        """Follow again what was in flight; no time-out is judged until each was read once."""
        live = self._instances[instance_id]
        for run in runs:
            self._leavings.owe(run.run_id, run.wanted)
            node_id = live.state.runs[run.run_id].node_id
            body = partial(live.order, run.run_id, self._opened)
            pursuit = Pursuit(
                run.run_id,
                node_id,
                body,
                run.journal_id,
                last_seq=live.state.runs[run.run_id].last_seq,
                # Without a journal the node was never met, so nothing was sent.
                ordered=bool(run.journal_id),
                is_stopped=partial(_is_stopped, live.state.runs[run.run_id]),
            )
            self._pursue(live, pursuit)
            if live.state.runs[run.run_id].stop_asked:
                self._stop(live, run.run_id)
        self._watchdog.hold(live.pursuits)

    async def cancel(self, instance_id: str, asked: CancelAsked) -> bool:
        """Cancel (a part of) an instance; False: it is final already and not in memory.

        Raises:
            OutOfSpace: the disk refuses; nothing was canceled.
        """
        live = self._instances.get(instance_id)
        if live is None or live.state.is_final:
            return False
        try:
            await self._happen(live, [asked])
        except Dropped as dropped:
            raise OutOfSpace("The cancel could not be written; nothing was canceled.") from dropped
        return True

    def state_of(self, instance_id: str) -> InstanceState | None:
        """The state of an instance that is not final, or whose runs are still followed."""
        live = self._instances.get(instance_id)
        return live.state if live else None

    @property
    def active_runs(self) -> int:
        """Runs that are followed now."""
        return sum(len(live.pursuits) for live in self._instances.values())

    @property
    def active_instances(self) -> int:
        """Instances that are not final."""
        return sum(not live.state.is_final for live in self._instances.values())

    def instances_of(self, job_id: str | None) -> list[str]:
        """Instances that are not final, of one job or of all."""
        return [
            live.state.id
            for live in self._instances.values()
            if not live.state.is_final and job_id in {None, live.state.job_id}
        ]

    async def until_quiet(self, seconds: float) -> None:
        """Wait until nothing is followed any more, at most so long."""
        try:
            async with asyncio.timeout(seconds):
                while self.active_instances:  # noqa: ASYNC110  at the end of a life, a poll will do
                    await asyncio.sleep(TICK_SECONDS)
        except TimeoutError:
            _log.warning("%s instances did not end in time", len(self._instances))

    def runs_on(self, node_id: str) -> int:
        """Runs that a node has now."""
        return sum(
            run.node_id == node_id and run.is_in_flight
            for live in self._instances.values()
            for run in map(live.state.runs.__getitem__, live.pursuits)
        )

    # ---- what followed runs tell (`delivery.follow.Listener`)

    async def told(self, run_id: str, lines: list[dict[str, Any]], ages: list[float]) -> None:
        """Take the lines that arrived together as one change."""
        live = self._by_run.get(run_id)
        if live is None:
            raise Dropped
        if self._strikes[run_id] >= STRIKES:
            await self.refused(run_id, ReasonCode.REFUSED, "what the node tells cannot be kept")
            raise Dropped
        run = live.state.runs[run_id]
        self._watchdog.read(run_id)
        self._fleet.heard(run.node_id)
        records, decisions = self._hear(live, run, lines, ages)
        try:
            await self._carry_out(live, records, decisions)
        except Dropped as dropped:
            if not isinstance(dropped.__cause__, OutOfSpace):
                self._strikes[run_id] += 1
            raise
        self._strikes.pop(run_id, None)
        if run.finished_on_node:
            self._leavings.finish(run)

    def _hear(
        self, live: Live, run: RunState, lines: list[dict[str, Any]], ages: list[float]
    ) -> tuple[list[NewEvent], list[Decision]]:
        """What lines of a run mean: the records of one change, and what follows from it."""
        records: list[NewEvent] = []
        decisions: list[Decision] = []
        now = self._clock()
        if run.unreachable:
            decisions += decide(live.state, Reached(run.run_id), now)
            records += (d.event for d in decisions if isinstance(d, Record))
        for line, age in zip(lines, ages, strict=True):
            kind = line["type"]
            if kind == "output":
                self._leavings.output(run.run_id, line)
            elif kind == "evidence":
                records += self._leavings.inline(run.run_id, line)
            elif kind in STATUS_TYPES:
                told = Told(run.run_id, cast(StatusLine, line), age)
                decided = decide(live.state, told, now)
                if decided:
                    self._leavings.note(live.state, run, line)
                    decisions += decided
                    records += (d.event for d in decided if isinstance(d, Record))
        return records, decisions

    async def unreachable(self, run_id: str, reason: str) -> None:
        """The node of a run does not answer now."""
        live = self._by_run.get(run_id)
        if live is None or self._is_given_up(live.state.runs[run_id]):
            raise Dropped
        await self._fleet.lost(live.state.runs[run_id].node_id, reason)
        await self._happen(live, [Unreachable(run_id, reason)])

    def _is_given_up(self, run: RunState) -> bool:
        """Whether a run that ended without its node has been waited for long enough."""
        if not run.is_final or run.heard_at is None:
            return False
        return self._clock() - run.heard_at > AWAITED

    async def refused(self, run_id: str, reason_code: str, reason: str) -> None:
        """The node will never finish this run."""
        live = self._by_run.get(run_id)
        if live is None:
            raise Dropped
        await self._happen(live, [Refused(run_id, reason_code, reason)])
        self._leavings.finish(live.state.runs[run_id])

    def address(self, node_id: str) -> NodeAddress:
        """Where the node is now."""
        return self._fleet.directory.get(node_id).address

    async def met(self, node_id: str, identity: NodeIdentity) -> None:
        """The node told who it is."""
        await self._fleet.met(node_id, identity)

    async def journal(self, run_id: str, journal_id: str) -> None:
        """Remember which journal an order goes into, before it is sent."""
        live = self._by_run.get(run_id)
        if live is None:
            raise Dropped
        run = live.state.runs[run_id]
        data = {
            "from": run.status,
            "status": run.status,
            "reasonCode": "",
            "reason": "",
            "journalId": journal_id,
        }
        event = NewEvent(
            "run-changed",
            self._clock(),
            job_id=live.state.job_id,
            instance_id=live.state.id,
            run_id=run_id,
            node_id=run.node_id,
            data=data,
        )
        await self._carry_out(live, [event], [])

    # ---- deciding, recording, carrying out

    async def _happen(self, live: Live, happenings: Sequence[Happening]) -> None:
        now = self._clock()
        decisions = [d for happening in happenings for d in decide(live.state, happening, now)]
        records = [d.event for d in decisions if isinstance(d, Record)]
        await self._carry_out(live, records, decisions)

    async def _carry_out(
        self, live: Live, records: list[NewEvent], decisions: list[Decision]
    ) -> None:
        """Append the records; then, and only then, order and stop."""
        journals = self._note_journals(records)
        if records:
            try:
                await self._store.append(records)
            except CourierError as error:
                self._drop(live, str(error))
                raise Dropped from error
        for decision in decisions:
            if isinstance(decision, Dispatch):
                self._dispatch(live, decision.run_id, journals[decision.run_id])
            elif isinstance(decision, Stop):
                self._stop(live, decision.run_id)
        if live.state.is_final:
            self._forget_if_done(live)

    def _note_journals(self, records: Iterable[NewEvent]) -> dict[str, str]:
        """Write into each dispatch the journal that its order goes into; by run.

        What is recorded is what is sent: asked again after the append it might be another one.
        """
        journals: dict[str, str] = {}
        for record in records:
            if record.kind == "run-changed" and record.data["status"] == RunStatus.DISPATCHED:
                journal = self._journal_of(record.node_id or "")
                record.data["journalId"] = journals[record.run_id or ""] = journal
        return journals

    def _dispatch(self, live: Live, run_id: str, journal: str) -> None:
        node_id = live.state.runs[run_id].node_id
        body = partial(live.order, run_id, self._opened)
        stopped = partial(_is_stopped, live.state.runs[run_id])
        self._pursue(
            live,
            Pursuit(run_id, node_id, body, journal, met=bool(journal), is_stopped=stopped),
        )

    def _journal_of(self, node_id: str) -> str:
        """The journal of a node that is met; "" for one that must be met first."""
        node = self._fleet.directory.find(node_id)
        return node.journal_id if node is not None and node.met else ""

    # ---- tasks

    def _pursue(self, live: Live, pursuit: Pursuit) -> None:
        task = self._spawn(self._follow(live, pursuit))
        live.pursuits[pursuit.run_id] = task

    async def _follow(self, live: Live, pursuit: Pursuit) -> None:
        """Follow a run; a fault of ours is logged and the run is taken up again."""
        pauses = growing_pauses(1.0, 60.0)
        try:
            while True:
                try:
                    await follow(pursuit, self._transport, self, self._clock)
                except Dropped:
                    return
                except Exception:  # noqa: BLE001  one faulty run must not end the others
                    _log.exception("following run %s failed; it is taken up again", pursuit.run_id)
                    pursuit.met = False
                    await asyncio.sleep(next(pauses))
                else:
                    return
        finally:
            live.pursuits.pop(pursuit.run_id, None)
            self._watchdog.read(pursuit.run_id)
            self._leavings.end_output(pursuit.run_id)
            self._forget_if_done(live)

    def _stop(self, live: Live, run_id: str) -> None:
        task = live.stops.get(run_id)
        if task is None or task.done():
            live.stops[run_id] = self._spawn(self._ask_to_stop(live, run_id))

    async def _ask_to_stop(self, live: Live, run_id: str) -> None:
        """Ask the node until it answers."""
        pauses = growing_pauses()
        node_id = live.state.runs[run_id].node_id
        while run_id in live.pursuits or not live.state.runs[run_id].is_final:
            try:
                await self._transport.stop(self.address(node_id), run_id)
            except (DeliveryError, CourierError) as error:
                _log.info("stopping run %s: %s; asked again", run_id, error)
            except Exception:  # noqa: BLE001  one faulty stop must not end the others
                _log.exception("stopping run %s failed; asked again", run_id)
            else:
                return
            await asyncio.sleep(next(pauses))

    def _spawn(self, work: Any) -> asyncio.Task[None]:  # noqa: ANN401  a coroutine of ours
        if self._group is None:
            raise RuntimeError("the driver is not running")
        return self._group.create_task(work)

    # ---- forgetting and reading again

    def _forget_if_done(self, live: Live) -> None:
        if live.state.is_final and not live.pursuits:
            self._forget(live)

    def _forget(self, live: Live) -> None:
        if self._instances.get(live.state.id) is live:
            del self._instances[live.state.id]
            for run_id in live.state.runs:
                self._by_run.pop(run_id, None)

    def _drop(self, live: Live, why: str) -> None:
        """Memory is ahead of the disk: drop the instance and read it again, later."""
        if self._instances.get(live.state.id) is not live:
            return
        _log.error("instance %s is read again from the store: %s", live.state.id, why)
        self._forget(live)
        current = asyncio.current_task()
        for task in [*live.pursuits.values(), *live.stops.values()]:
            if task is not current:
                task.cancel()
        self._spawn(self._read_again(live.state.id))

    async def _read_again(self, instance_id: str) -> None:
        while True:
            await asyncio.sleep(RETRY_SECONDS)
            try:
                await self.reload(instance_id)
            except CourierError as error:
                _log.warning("instance %s cannot be read yet: %s", instance_id, error)
            except Exception:  # noqa: BLE001  one faulty instance must not end the others
                _log.exception("reading instance %s again failed", instance_id)
            else:
                return

    async def _tick(self, now: datetime) -> None:
        for live in list(self._instances.values()):
            due = next_due(live.state)
            if due is not None and due <= now:
                try:
                    await self._happen(live, [Tick()])
                except Dropped:
                    continue
                except Exception:  # noqa: BLE001  one faulty instance must not end the others
                    _log.exception("judging instance %s failed", live.state.id)

    def _followed(self) -> Iterator[str]:
        return (run_id for live in self._instances.values() for run_id in live.pursuits)
