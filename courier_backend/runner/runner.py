"""A runner put together: its nodes, its ledger, the beat of its streams."""

import asyncio
from pathlib import Path
from time import monotonic
from typing import Final

from courier_backend.model.protocol import HEARTBEAT_SECONDS
from courier_backend.runner.execution.host import Host
from courier_backend.runner.execution.stopping import end_tree
from courier_backend.runner.http.streaming import Pulse
from courier_backend.runner.ledger import Ledger
from courier_backend.runner.node import Node
from courier_backend.runner.recovery import adopt_files, give_up, open_mark, take_up
from courier_backend.runner.runs.feed import Feed
from courier_backend.runner.runs.run import Run

_LAST_GRACE_SECONDS: Final = 3.0


class Runner:
    """Everything of one runner process but its web server."""

    def __init__(
        self,
        home: Path,
        nodes: list[Node],
        host: Host,
        heartbeat_seconds: float = HEARTBEAT_SECONDS,
    ) -> None:
        """Open the journal in `home`.

        Raises:
            OSError: it cannot be read or written.
        """
        self.host = host
        self.nodes = {node.id: node for node in nodes}
        self.ledger = Ledger(home / "journal", self._feed_of)
        self.journal_id = self.ledger.journal_id
        self.pulse = Pulse(self._tick, heartbeat_seconds)
        self._contact = monotonic()
        for run in self.ledger.runs.values():
            for cursor in run.cursors:
                self._feed_of(run.order["nodeId"]).seen(cursor)

    def _feed_of(self, node_id: str) -> Feed:
        """The feed of a node; one that is not hosted now has nobody who follows."""
        node = self.nodes.get(node_id)
        return node.feed if node else Feed()

    async def resume(self) -> None:
        """Take up what was left."""
        runs = self.ledger.by_node()
        for node in self.nodes.values():
            adopt_files(node, runs.get(node.id, []))
        if not self.ledger.trusted:
            await give_up(self.ledger.runs.values(), self.host.census)
        for node in self.nodes.values():
            take_up(node, runs.get(node.id, []))
        self.pulse.start()

    def note_contact(self) -> None:
        """A backend has spoken to us."""
        self._contact = monotonic()

    def idle_seconds(self) -> float:
        """For how long there has been nothing to do and nobody to talk to."""
        if self.ledger.runs:
            self.note_contact()
        return monotonic() - self._contact

    @property
    def is_busy(self) -> bool:
        """Whether a run is being executed or waits."""
        return any(node.is_busy for node in self.nodes.values())

    async def close(self) -> None:
        """End what runs; a later runner reports it as interrupted."""
        active = [(run, task) for node in self.nodes.values() for run, task in node.active.items()]
        for _, task in active:
            task.cancel()
        await asyncio.gather(*(task for _, task in active), return_exceptions=True)
        await asyncio.gather(*(self._end(run) for run, _ in active))
        self.ledger.journal.close()

    async def _end(self, run: Run) -> None:
        if mark := open_mark(run):
            await end_tree(mark, None, self.host.census, _LAST_GRACE_SECONDS)

    def _tick(self) -> bool:
        """Bury orphans that died meanwhile; whether there is work."""
        busy = self.is_busy
        if busy or self.host.orphans.some_live:
            self.host.orphans.left_by("")
        return busy or self.host.orphans.some_live
