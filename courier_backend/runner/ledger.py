"""Everything that this runner has promised: its runs and tombstones, over the journal."""

from __future__ import annotations

import asyncio
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

from courier_backend.runner.execution.run_execution import finish_canceled
from courier_backend.runner.home.key import HomeSeal
from courier_backend.runner.journal import records
from courier_backend.runner.journal.replay import replay
from courier_backend.runner.journal.writer import JournalWriter
from courier_backend.runner.runs.run import Run
from courier_backend.runner.runs.stones import day_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from courier_backend.model.protocol import RunOrder
    from courier_backend.runner.node import Node
    from courier_backend.runner.runs.feed import Feed
    from courier_backend.runner.runs.run import Sealing


class Ledger:
    """Receives, finds, cancels and releases runs."""

    def __init__(self, folder: Path, feed_of: Callable[[str], Feed]) -> None:
        """Read the journal in `folder`, which stands in a home, and go on in a new file of it.

        Raises:
            OSError: the journal cannot be read or written.
        """
        folder.mkdir(exist_ok=True, mode=0o700)
        self._feed_of = feed_of
        self.seal: Sealing = HomeSeal(folder.parent)
        replayed = replay(folder, self._run, self.seal)
        self.journal_id = replayed.journal_id
        self.trusted = replayed.trusted
        self.runs = replayed.runs
        self.stones = replayed.stones
        self.journal = JournalWriter(folder, self.journal_id, self.snapshot)

    def submit(self, data: bytes, then: Callable[[], None] | None = None) -> None:
        """Append to the journal, for runs."""
        self.journal.submit(data, then)

    def _run(self, order: RunOrder, body: bytes) -> Run:
        return Run(order, body, self, self._feed_of(order["nodeId"]))

    def of_node(self, node_id: str) -> list[Run]:
        """The runs of one node, in the order in which they came."""
        return [run for run in self.runs.values() if run.order["nodeId"] == node_id]

    def by_node(self) -> dict[str, list[Run]]:
        """All runs by node, each node's in the order in which they came."""
        found: dict[str, list[Run]] = {}
        for run in self.runs.values():
            found.setdefault(run.order["nodeId"], []).append(run)
        return found

    def receive(self, node: Node, order: RunOrder, body: bytes) -> Run:
        """A new run: it is written down, told as received, and takes its turn."""
        run = self._run(order, body)
        record = run.record()
        self.runs[run.id] = run
        self.journal.submit(record)
        canceled = self.stones.take_canceled(run.id)
        place = 0 if canceled else node.next_place()
        run.tell({"type": "received", "waiting": place > 0, "place": place})
        if canceled:
            run.cancel_asked = True
            finish_canceled(run)
        else:
            node.take(run)
        return run

    async def cancel(self, node: Node, run: Run) -> None:
        """Stop a run; returns once that is on disk."""
        if not run.finished and not run.cancel_asked:
            self.journal.submit(records.cancel(run.id))
            node.cancel(run)
        await self.journal.synced()

    async def cancel_unseen(self, run_id: str) -> None:
        """A run that has not come yet is not to be executed when it does."""
        await self._set_stones([run_id], records.CANCELED)

    async def release(self, run_ids: Iterable[str], node_id: str) -> int:
        """Forget finished runs of a node; their stones stay. Gives how many were forgotten."""
        found = [run for run_id in run_ids if (run := self.runs.get(run_id)) and run.is_over]
        done = [run for run in found if run.order["nodeId"] == node_id]
        if done:
            for run in done:
                del self.runs[run.id]
            await self._set_stones([run.id for run in done], records.RELEASED)
            files = [path for run in done for path in run.files]
            if files:
                await asyncio.to_thread(_remove, files)
        return len(done)

    async def _set_stones(self, run_ids: list[str], why: str) -> None:
        day = day_of(time.time())
        self.stones.put(run_ids, day, why)
        self.journal.submit(records.stones(run_ids, day, why))
        await self.journal.synced()

    def snapshot(self) -> bytes:
        """The records of everything that counts."""
        parts = list(self.stones.snapshot())
        for run in self.runs.values():
            parts += run.snapshot()
        return b"".join(parts)


def _remove(paths: list[Path]) -> None:
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
