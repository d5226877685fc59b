"""A running instance in memory: its state, what its orders share, and what follows its runs."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from courier_backend.delivery.follow import Unsendable
from courier_backend.model.errors import Conflict
from courier_backend.model.sealing import BEGINNING
from courier_backend.orchestrator.state import InstanceState

_SEALED: Final = BEGINNING.encode()

Opened = Callable[[Mapping[str, Any], str], Mapping[str, Any]]
"""Gives the actions of a job, named by its id, with their sensitive values."""


@dataclass(slots=True)
class Live:
    """One instance. `sealed`: its actions, where they hold sensitive values."""

    state: InstanceState
    actions: bytes
    sealed: Mapping[str, Any] | None = None
    pursuits: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    stops: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    @classmethod
    def of(cls, state: InstanceState, actions: Mapping[str, Any]) -> "Live":
        """An instance whose creation is on disk."""
        encoded = orjson.dumps(actions)
        return cls(state, encoded, actions if _SEALED in encoded else None)

    def order(self, run_id: str, opened: Opened) -> bytes:
        """The order of a run; what all runs share is spliced in, not encoded again.

        Sensitive values are in the clear here alone, on their way out.

        Raises:
            Unsendable: one of them does not open any more.
        """
        run = self.state.runs[run_id]
        head = orjson.dumps(
            {
                "runId": run_id,
                "instanceId": self.state.id,
                "jobId": self.state.job_id,
                "nodeId": run.node_id,
                "groupNumber": run.group_number,
            }
        )
        return head[:-1] + b',"actions":' + self._opened_actions(opened) + b"}"

    def _opened_actions(self, opened: Opened) -> bytes:
        if self.sealed is None:
            return self.actions
        try:
            return orjson.dumps(opened(self.sealed, self.state.job_id))
        except Conflict as error:
            raise Unsendable(error.message) from error
