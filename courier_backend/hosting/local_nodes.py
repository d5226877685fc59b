"""Keeping the nodes of this machine in the fleet: its own, and the lab's."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from courier_backend.delivery.pauses import growing_pauses
from courier_backend.fleet.fleet import Fleet
from courier_backend.hosting.lab_fleet import (
    LabPlan,
    announcements,
    changed_homes,
    end_changed,
    end_lab,
    lab_homes,
    lab_nodes,
    raise_lab,
    read_plan,
    write_plan,
)
from courier_backend.hosting.renewal import let_go, outdated_in
from courier_backend.hosting.runner_process import (
    HostedNode,
    HostedRunner,
    announced_at,
    find_runner,
    start_runner,
)
from courier_backend.model.errors import BadInput, Conflict, CourierError

MOST_LAB_NODES: Final = 5000
KEEP_SECONDS: Final = 2.0
LONGEST_SECONDS: Final = 60.0
_AT_ONCE: Final = 32
_STAYS: Final = (
    "the runner in %s (version %s) is of another build than this program; "
    "another takes its place when its work has ended"
)

_log = logging.getLogger(__name__)


class LocalNodes:
    """Adopts or starts the runners of this machine and adds their nodes."""

    def __init__(
        self,
        fleet: Fleet,
        builtin_home: Path,
        lab_home: Path,
        runs_on: Callable[[str], int],
    ) -> None:
        self._fleet = fleet
        self._runs_on = runs_on
        self._builtin_home = builtin_home
        self._lab_home = lab_home
        self._lab_lock = asyncio.Lock()
        self.builtin_tried = asyncio.Event()
        # When the runners that we know wrote of themselves: one that was started again, by whomever
        # and on whatever port, wrote later.
        self._builtin_seen = 0
        self._lab_seen: list[int] = []
        # Those of another version or build that were at work when they were to be replaced.
        self._outdated: dict[Path, HostedRunner] = {}

    async def keep_builtin(self) -> None:
        """Bring up this machine's own node, and again whenever its runner is gone; for ever."""
        await _keep(self._raise_builtin, self._builtin_is_gone, "this machine's own node")

    async def keep_lab(self) -> None:
        """Bring up the lab as it was planned, and again what is gone of it; for ever."""
        await _keep(self._raise_planned_lab, self._lab_is_short, "the lab")

    async def _raise_builtin(self) -> None:
        try:
            await self._renew([self._builtin_home])
            runner = await asyncio.to_thread(_builtin_runner, self._builtin_home)
            await self._take_in(runner.nodes, builtin=True)
            self._builtin_seen = await asyncio.to_thread(announced_at, self._builtin_home)
        finally:
            self.builtin_tried.set()

    async def _builtin_is_gone(self) -> bool:
        await self._let_outdated_go([self._builtin_home])
        return await asyncio.to_thread(announced_at, self._builtin_home) != self._builtin_seen

    async def _raise_planned_lab(self) -> None:
        async with self._lab_lock:
            plan = await asyncio.to_thread(read_plan, self._lab_home)
            if plan.nodes:
                await self._raise_lab(plan)

    async def _lab_is_short(self) -> bool:
        if self._lab_lock.locked():  # while the lab is changed its runners come and go
            return False
        await self._let_outdated_go([*self._outdated.keys() - {self._builtin_home}])
        return await asyncio.to_thread(announcements, self._lab_home) != self._lab_seen

    async def _renew(self, homes: list[Path]) -> None:
        """See that runners of another build make room: now, or when they are no more at work."""
        found = await asyncio.to_thread(outdated_in, homes)
        for home in homes:
            self._outdated.pop(home, None)
        self._outdated |= found
        await self._let_outdated_go(homes)
        for home in self._outdated.keys() & set(homes):
            _log.warning(_STAYS, home, self._outdated[home].version)

    async def _let_outdated_go(self, homes: list[Path]) -> None:
        idle = [
            home
            for home in homes
            if (runner := self._outdated.get(home))
            and not any(self._runs_on(node.id) for node in runner.nodes)
        ]
        for home, gone in zip(idle, await _let_go(idle), strict=True):
            if gone:
                self._outdated.pop(home, None)

    async def end_idle(self) -> None:
        """End all runners of this machine that are not at work; nobody brings them up any more."""
        await _let_go([self._builtin_home, *await asyncio.to_thread(lab_homes, self._lab_home)])

    async def lab_up(self, count: int, seed: int | None) -> list[HostedNode]:
        """Bring up a lab of `count` nodes; grows or shrinks the one that is there.

        Another seed makes other nodes; None keeps the one that the lab has.

        Raises:
            BadInput: the count cannot be.
            Conflict: nodes that would have to go are at work, or a runner does not start.
        """
        if not 1 <= count <= MOST_LAB_NODES:
            raise BadInput(f"A lab has 1 to {MOST_LAB_NODES} nodes, not {count}.")
        async with self._lab_lock:
            known = await asyncio.to_thread(read_plan, self._lab_home)
            plan = LabPlan(count, known.seed if seed is None else seed)
            homes = await asyncio.to_thread(changed_homes, self._lab_home, plan)
            runners = [find_runner(home) for home in homes]
            self._refuse_if_at_work([n for runner in runners if runner for n in runner.nodes])
            await asyncio.to_thread(end_changed, self._lab_home, plan)
            await asyncio.to_thread(write_plan, self._lab_home, plan)
            nodes = await self._raise_lab(plan)
            for node in nodes:
                if self._fleet.directory.get(node.id).archived:
                    await self._fleet.change(node.id, archived=False)
        return nodes

    async def _raise_lab(self, plan: LabPlan) -> list[HostedNode]:
        await self._renew(await asyncio.to_thread(lab_homes, self._lab_home))
        nodes = await asyncio.to_thread(raise_lab, self._lab_home, plan)
        await self._take_in(nodes, lab=True)
        await self._archive_lab_but({node.id for node in nodes})
        self._lab_seen = await asyncio.to_thread(announcements, self._lab_home)
        return nodes

    async def lab_status(self) -> list[HostedNode]:
        """The nodes of the lab that run now."""
        return await asyncio.to_thread(lab_nodes, self._lab_home)

    async def lab_down(self) -> list[HostedNode]:
        """End the lab; its nodes are archived, their history stays. The nodes that ran.

        Raises:
            Conflict: its nodes are at work.
        """
        async with self._lab_lock:
            nodes = await asyncio.to_thread(lab_nodes, self._lab_home)
            self._refuse_if_at_work(nodes)
            await asyncio.to_thread(end_lab, self._lab_home)
            self._lab_seen = []
            await self._archive_lab_but(set())
        return nodes

    async def _take_in(
        self, nodes: list[HostedNode], *, builtin: bool = False, lab: bool = False
    ) -> None:
        at_once = asyncio.Semaphore(_AT_ONCE)

        async def one(node: HostedNode) -> None:
            async with at_once:
                await self._fleet.add(
                    node.url, node.token, name=node.name, builtin=builtin, lab=lab, keep=True
                )

        failed: list[BaseException] = []
        try:
            async with asyncio.TaskGroup() as group:
                for node in nodes:
                    group.create_task(one(node))
        except* CourierError as errors:
            failed += errors.exceptions
        if failed:
            raise failed[0]

    async def _archive_lab_but(self, kept: set[str]) -> None:
        for node in self._fleet.directory:
            if node.lab and not node.archived and node.id not in kept:
                await self._fleet.change(node.id, archived=True)

    def _refuse_if_at_work(self, nodes: list[HostedNode]) -> None:
        """Ending a runner, or changing its number of nodes, would interrupt its runs."""
        runs = sum(self._runs_on(node.id) for node in nodes)
        if runs:
            raise Conflict(
                f"The lab cannot change now: {runs} runs are at work on its nodes.",
                hint="Wait for them, or cancel them.",
            )


async def _keep(
    raise_it: Callable[[], Awaitable[None]], is_gone: Callable[[], Awaitable[bool]], what: str
) -> None:
    """Raise something, then whenever it is gone; a failure is logged, and tried again later."""
    pauses = growing_pauses(KEEP_SECONDS, LONGEST_SECONDS)
    missing = True
    while True:
        failed = missing
        if missing:
            try:
                await raise_it()
                pauses = growing_pauses(KEEP_SECONDS, LONGEST_SECONDS)
                failed = False
            except (CourierError, OSError) as error:
                _log.error("%s did not come up: %s", what, error)
            except Exception:  # noqa: BLE001  a strange runner must not end the backend
                _log.exception("%s did not come up", what)
        await asyncio.sleep(next(pauses))
        missing = failed or await is_gone()
        if not missing:
            pauses = growing_pauses(KEEP_SECONDS, LONGEST_SECONDS)


async def _let_go(homes: list[Path]) -> list[bool]:
    return await asyncio.gather(*(asyncio.to_thread(let_go, home) for home in homes))


def _builtin_runner(home: Path) -> HostedRunner:
    return find_runner(home) or start_runner(home, ["--listen", "127.0.0.1:0"])
