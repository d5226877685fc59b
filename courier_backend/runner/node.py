"""One node that this runner hosts: who it is, its runs, its queue."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from traceback import format_exception
from typing import TYPE_CHECKING, Any, Final

from courier_backend.runner.execution.run_execution import (
    execute,
    finish_broken,
    finish_canceled,
    mask_of,
)
from courier_backend.runner.runs.feed import Feed

if TYPE_CHECKING:
    from collections.abc import Callable

    from courier_backend.runner.execution.host import NodeHost
    from courier_backend.runner.home.identity import NodeKeys
    from courier_backend.runner.runs.run import Run

CAPACITY: Final = 1
_log = logging.getLogger(__name__)


class Node:
    """Executes its runs in the order in which they came, `CAPACITY` at a time."""

    def __init__(
        self,
        keys: NodeKeys,
        name: str,
        host: NodeHost,
        facts: Callable[[], dict[str, Any]],
        tags: dict[str, str],
    ) -> None:
        self.id = keys.id
        self.token = keys.token.encode()
        self.name = name
        self.host = host
        self.facts = facts
        self.tags = tags
        self.feed = Feed()
        self.active: dict[Run, asyncio.Task[None]] = {}
        self._waiting: deque[Run] = deque()

    def take(self, run: Run) -> int:
        """Execute a run as soon as its turn comes; gives its place in the queue (0: now)."""
        if len(self.active) < CAPACITY:
            self._start(run)
            return 0
        self._waiting.append(run)
        return len(self._waiting)

    def next_place(self) -> int:
        """The place that a run would get that came now."""
        return len(self._waiting) + 1 if len(self.active) >= CAPACITY else 0

    def cancel(self, run: Run) -> None:
        """Stop a run; one that waits ends at once."""
        if run.finished:
            return
        if run in self._waiting:
            self._waiting.remove(run)
            run.cancel_asked = True
            finish_canceled(run)
        else:
            run.cancel()

    @property
    def is_busy(self) -> bool:
        """Whether a run is being executed or waits."""
        return bool(self.active or self._waiting)

    def _start(self, run: Run) -> None:
        task = asyncio.get_running_loop().create_task(execute(run, self.host))
        self.active[run] = task
        task.add_done_callback(lambda done: self._done(run, done))

    def _done(self, run: Run, task: asyncio.Task[None]) -> None:
        del self.active[run]
        if task.cancelled():
            return
        if error := task.exception():
            story = mask_of(run).text("".join(format_exception(error)))
            _log.error("run %s could not be executed: %s", run.id, story)
            finish_broken(run, error)
        while self._waiting and len(self.active) < CAPACITY:
            self._start(self._waiting.popleft())
