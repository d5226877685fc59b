"""Stopping work: a job, an instance, a group of it, or one run."""

from typing import Final

from courier_backend.model.errors import Conflict, NotFound, NotYet
from courier_backend.model.status import FINAL_INSTANCE, FINAL_RUN, InstanceStatus, RunStatus
from courier_backend.model.wire import CancelItem, InstanceItem
from courier_backend.orchestrator.driver import Driver
from courier_backend.orchestrator.happening import CancelAsked
from courier_backend.orchestrator.state import InstanceState
from courier_backend.scheduler.scheduler import Scheduler
from courier_backend.store.queries.instances import get_instance
from courier_backend.store.queries.runs import get_run
from courier_backend.store.rehearsal import rehearse
from courier_backend.store.store import Store

EVERYTHING: Final = CancelAsked("", None, None)


class Cancels:
    """Asks the driver to stop, and tells what that will do."""

    def __init__(self, store: Store, driver: Driver, scheduler: Scheduler) -> None:
        self._store = store
        self._driver = driver
        self._scheduler = scheduler

    async def instance(
        self, instance_id: str, *, group_number: int | None = None, reason: str = ""
    ) -> CancelItem:
        """Stop an instance or one of its groups.

        Raises:
            NotFound: there is no such instance or group.
            Conflict: a group is to stop of an instance that has not begun, or the instance is
                executed elsewhere.
        """
        state = self._driver.state_of(instance_id)
        if state is None and self._scheduler.is_pending(instance_id):
            if group_number is not None:
                raise Conflict(
                    f"Instance {instance_id} has not begun, so it has no groups yet.",
                    hint="Cancel it as a whole.",
                )
            if await self._scheduler.cancel_pending(instance_id, reason):
                return _never_began(instance_id)
        state = self._driver.state_of(instance_id)  # it may have begun meanwhile
        if state is None or state.is_final:
            item = await self._store.read(lambda c: get_instance(c, instance_id))
            _refuse_unless(item["status"] in FINAL_INSTANCE, item)
            return _already_final(instance_id, item["status"])
        if group_number is not None and not 0 <= group_number < len(state.groups):
            raise NotFound(
                f"Instance {instance_id} has no group {group_number}; "
                f"its groups are 0 to {len(state.groups) - 1}."
            )
        asked = CancelAsked(reason, group_number, None)
        return await self._ask(state, asked, instance_id)

    async def run(self, run_id: str, *, reason: str = "") -> CancelItem:
        """Stop one run.

        Raises:
            NotFound: there is no such run.
            Conflict: it is executed elsewhere.
        """
        item = await self._store.read(lambda c: get_run(c, run_id))
        state = self._driver.state_of(item["instanceId"])
        if state is None or state.runs[run_id].is_final:
            instance = await self._store.read(lambda c: get_instance(c, item["instanceId"]))
            _refuse_unless(item["status"] in FINAL_RUN, instance)
            return _already_final(run_id, item["status"])
        return await self._ask(state, CancelAsked(reason, None, run_id), run_id)

    async def _ask(self, state: InstanceState, asked: CancelAsked, asked_id: str) -> CancelItem:
        before = _pending(state)
        stopping = _in_scope(state, asked)
        rehearse(_would(asked_id, stopping, _pending(state, asked)))
        await self._driver.cancel(state.id, asked)
        return {
            "id": asked_id,
            "status": state.runs[asked.run_id].status if asked.run_id else state.status,
            "alreadyFinal": False,
            "stopping": stopping,
            "prevented": before - _pending(state),
        }


def _refuse_unless(is_final: bool, instance: InstanceItem) -> None:
    """What is neither in memory nor final is not ours, or being read from the store again."""
    if not is_final and instance["outside"]:
        raise Conflict(
            f"Instance {instance['id']} is executed elsewhere: it cannot be stopped from here.",
            hint="`courier state run complete-run` and `state instance complete-instance` end it.",
        )
    if not is_final:
        raise NotYet("This is being read from the disk again; nothing was canceled yet.")


def _pending(state: InstanceState, asked: CancelAsked = EVERYTHING) -> int:
    """Runs that have not been sent out, of those that a cancel means."""
    return sum(
        run.status is RunStatus.PENDING
        and asked.run_id in {None, run.run_id}
        and asked.group_number in {None, run.group_number}
        for run in state.runs.values()
    )


def _in_scope(state: InstanceState, asked: CancelAsked) -> int:
    """Runs in flight that a cancel asks to stop."""
    return sum(
        run.is_in_flight
        and asked.run_id in {None, run.run_id}
        and asked.group_number in {None, run.group_number}
        for run in state.runs.values()
    )


def _would(asked_id: str, stopping: int, prevented: int) -> str:
    return f"cancel {asked_id}: {stopping} to be stopped, {prevented} will not start"


def _never_began(instance_id: str) -> CancelItem:
    """It was pending, without any run."""
    return {
        "id": instance_id,
        "status": InstanceStatus.CANCELED,
        "alreadyFinal": False,
        "stopping": 0,
        "prevented": 0,
    }


def _already_final(asked_id: str, status: str) -> CancelItem:
    return {"id": asked_id, "status": status, "alreadyFinal": True, "stopping": 0, "prevented": 0}
