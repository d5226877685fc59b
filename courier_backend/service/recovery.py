"""Taking up again what was in flight when the backend ended, from the store."""

import logging
from collections import defaultdict
from datetime import timedelta
from typing import Final

from courier_backend.delivery.directory import KnownNode, NodeDirectory
from courier_backend.delivery.releases import Releases
from courier_backend.evidence.keeper import EvidenceKeeper, Wanted
from courier_backend.model.errors import NotFound
from courier_backend.model.protocol import Skill
from courier_backend.model.status import FINAL_RUN, InstanceStatus, ReasonCode, RunStatus
from courier_backend.model.times import Clock
from courier_backend.orchestrator.begin import Defaults
from courier_backend.orchestrator.driver import AWAITED, Driver, Resumed
from courier_backend.orchestrator.revive import GroupRow, InstanceRow, RunRow, revive
from courier_backend.store.queries.evidence import StoredEvidence, pending_evidence
from courier_backend.store.queries.recovery import (
    StoredGroup,
    StoredInstance,
    StoredNode,
    StoredRun,
    newest_moment,
    nodes_for_delivery,
    unfinished,
    unfinished_instance,
    unreleased,
)
from courier_backend.store.store import Store

UNRELEASED: Final = timedelta(minutes=10)
"""Releases go out within a minute; only what ended shortly before the end can be missing."""


_log = logging.getLogger(__name__)


class Recovery:
    """Reads the store and fills the parts that live in memory."""

    def __init__(
        self,
        store: Store,
        directory: NodeDirectory,
        driver: Driver,
        keeper: EvidenceKeeper,
        releases: Releases,
        *,
        defaults: Defaults,
        clock: Clock,
    ) -> None:
        self._store = store
        self._directory = directory
        self._driver = driver
        self._keeper = keeper
        self._releases = releases
        self._defaults = defaults
        self._clock = clock
        driver.reload = self.reload

    async def load_nodes(self) -> None:
        """Fill the directory."""
        for node in await self._store.read(nodes_for_delivery):
            self._directory.put(_known(node))

    async def take_up(self) -> None:
        """Drive on what is not final, fetch evidence that is missing, release what is done."""
        since = self._clock() - AWAITED
        found = await self._store.read(lambda c: unfinished(c, awaited_since=since))
        wanted = _by_run(await self._store.read(pending_evidence))
        for instance in found:
            if instance.status == InstanceStatus.PENDING:  # it waits in the scheduler
                continue
            try:
                await self._take_up(instance, wanted)
            except Exception:  # noqa: BLE001  one faulty instance must not keep the others down
                _log.exception("instance %s could not be taken up", instance.id)
        for left in wanted.values():
            for each in left:
                self._keeper.want(each)
        ended = await self._store.read(newest_moment) - UNRELEASED
        for run in await self._store.read(lambda c: unreleased(c, ended)):
            self._releases.add(run.node_id, run.run_id)

    async def reload(self, instance_id: str) -> None:
        """Take up one instance that was dropped from memory.

        Raises:
            NotFound: it is not in the store (its creation was never written).
        """
        found = await self._store.read(lambda c: unfinished_instance(c, instance_id))
        if found is None:
            raise NotFound(f"There is no instance {instance_id}.")
        owed = await self._store.read(pending_evidence)
        pending = _by_run([each for each in owed if each.instance_id == instance_id])
        await self._take_up(found, pending)
        # What ended meanwhile is not followed any more; its evidence is fetched all the same.
        for left in pending.values():
            for each in left:
                self._keeper.want(each)

    async def _take_up(self, instance: StoredInstance, wanted: dict[str, list[Wanted]]) -> None:
        """Drive an instance on; takes what its followed runs still owe out of `wanted`."""
        state = revive(_instance_row(instance, self._defaults))
        self._driver.take_up(state, instance.action_spec)
        followed = [
            Resumed(run.run_id, run.journal_id, wanted.pop(run.run_id, []))
            for group in instance.groups
            for run in group.runs
            if _is_followed(run)
        ]
        self._driver.resume(instance.id, followed)
        await self._driver.start(instance.id)


def _is_followed(run: StoredRun) -> bool:
    """Whether the node may still tell something of this run."""
    if run.dispatched_at is None or run.ended_on_node:
        return False
    if run.status in FINAL_RUN:
        return run.status == RunStatus.TIMEOUT or run.reason_code == ReasonCode.CANCEL_UNCONFIRMED
    return True


def _by_run(pending: list[StoredEvidence]) -> dict[str, list[Wanted]]:
    found: dict[str, list[Wanted]] = defaultdict(list)
    for each in pending:
        found[each.run_id].append(
            Wanted(
                run_id=each.run_id,
                instance_id=each.instance_id,
                job_id=each.job_id,
                node_id=each.node_id,
                step=each.step,
                attempt=each.attempt,
                bytes=each.bytes,
                sha256=each.sha256,
            )
        )
    return found


def _instance_row(instance: StoredInstance, defaults: Defaults) -> InstanceRow:
    specs = instance.target_spec["groups"]
    return InstanceRow(
        id=instance.id,
        job_id=instance.job_id,
        parallel=instance.target_spec["executionType"] == "parallel",
        status=instance.status,
        cancel_asked=instance.cancel_requested_at is not None,
        late_completions=instance.late_completions,
        groups=[
            _group_row(group, specs[group.group_number].get("queueTimeoutSeconds"), defaults)
            for group in instance.groups
        ],
        runs=[_run_row(run) for group in instance.groups for run in group.runs],
        cancel_reason=instance.cancel_reason,
    )


def _group_row(group: StoredGroup, queue_timeout: int | None, defaults: Defaults) -> GroupRow:
    return GroupRow(
        number=group.group_number,
        status=group.status,
        reason_code=group.reason_code,
        batch_size=group.batch_size,
        rolling=group.distribution_method == "rolling",
        timeout_seconds=group.timeout_seconds,
        queue_timeout_seconds=queue_timeout or defaults.queue_timeout_seconds,
        criteria=group.criteria,
        early_termination=group.early_termination,
        reason=group.reason,
    )


def _run_row(run: StoredRun) -> RunRow:
    return RunRow(
        run_id=run.run_id,
        node_id=run.node_id,
        group_number=run.group_number,
        batch_number=run.batch_number,
        status=run.status,
        reason_code=run.reason_code,
        reason=run.reason,
        heard_at=run.heard_at or run.dispatched_at,
        last_seq=run.last_seq,
        waiting=run.waiting_place > 0,
        pause_seconds=run.pause_seconds,
        cancel_requested_at=run.cancel_requested_at,
        finished_on_node=run.ended_on_node,
    )


def _known(node: StoredNode) -> KnownNode:
    return KnownNode(
        id=node.id,
        name=node.name,
        url=node.url,
        token=node.token,
        journal_id=node.journal_id,
        facts=node.facts,
        facts_revision=node.facts_revision,
        tags=node.tags,
        attributes=node.attributes,
        skills=[Skill(name=skill["name"], version=skill["version"]) for skill in node.skills],
        version=node.version,
        capacity=node.capacity,
        archived=node.archived,
        builtin=node.builtin,
        lab=node.lab,
        health=node.health,
        health_reason=node.health_reason,
        health_since=node.health_since,
        last_contact=node.last_contact_at,
        latency_seconds=node.latency_seconds,
        clock_skew_seconds=node.clock_skew_seconds,
    )
