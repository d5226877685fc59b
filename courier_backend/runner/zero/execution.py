"""Executing the steps of a job here, through the same code as any run of a node."""

import asyncio
import resource
import signal
from typing import Any, Final, Protocol

import orjson

from courier_backend.model.ids import new_id
from courier_backend.model.protocol import RunOrder
from courier_backend.runner.assembly import Setup, assemble_nodes
from courier_backend.runner.execution.clockwork import boot_id
from courier_backend.runner.execution.host import Host
from courier_backend.runner.execution.orphans import become_subreaper
from courier_backend.runner.interpreters.registry import Interpreters
from courier_backend.runner.journal.replay import canonical
from courier_backend.runner.kept import Evidence, kept_of
from courier_backend.runner.node import Node
from courier_backend.runner.runner import Runner
from courier_backend.runner.runs.run import Run
from courier_backend.runner.zero.here import Here

Line = dict[str, Any]
_STOPPING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Onlooker(Protocol):
    """Who is told what happens, in a thread of his own: he may take his time."""

    def told(self, line: Line, evidence: Evidence | None) -> None:
        """A line of the run's stream; with the end of an attempt comes its evidence."""
        ...


async def execute_here(actions: dict[str, Any], here: Here, onlooker: Onlooker) -> None:
    """Execute all steps; SIGINT, SIGTERM and a terminal that is closed cancel them.

    Raises:
        Conflict: the home cannot be used.
    """
    become_subreaper()
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    host = Host(boot_id(), limit, interpreters=Interpreters(here.folders))
    (node,) = assemble_nodes(Setup(here.home, dry_restart=here.dry_restart), host)
    runner = Runner(here.home, [node], host)
    await runner.resume()
    try:
        order = _order(actions, node.id)
        run = runner.ledger.receive(node, order, canonical(order))
        _cancel_on_signals(runner, node, run)
        await _look_on(run, node, onlooker)
    finally:
        await runner.close()


def _order(actions: dict[str, Any], node_id: str) -> RunOrder:
    return {
        "runId": new_id(),
        "instanceId": new_id(),
        "jobId": new_id(),
        "nodeId": node_id,
        "groupNumber": 0,
        "actions": actions,
    }


def _cancel_on_signals(runner: Runner, node: Node, run: Run) -> None:
    loop = asyncio.get_running_loop()
    asked: set[asyncio.Task[None]] = set()

    def cancel() -> None:
        asked.add(loop.create_task(runner.ledger.cancel(node, run)))

    for number in _STOPPING:
        if number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:  # nohup
            loop.add_signal_handler(number, cancel)


async def _look_on(run: Run, node: Node, onlooker: Onlooker) -> None:
    reader = run.look_on(0)
    while chunk := await reader.chunk():
        lines: list[Line] = [orjson.loads(raw) for raw in chunk.splitlines()]
        happened = [(line, _evidence(run, node, line)) for line in lines]
        await asyncio.to_thread(_tell, onlooker, run.id, happened)


def _evidence(run: Run, node: Node, line: Line) -> Evidence | None:
    """The evidence of the attempt that ended."""
    if line["type"] != "attempt-finished":
        return None
    kept = kept_of(run, node.host, line["step"], line["attempt"])
    return kept.evidence() if kept else None


def _tell(onlooker: Onlooker, run_id: str, happened: list[tuple[Line, Evidence | None]]) -> None:
    for line, evidence in happened:
        if line["type"] != "evidence":
            onlooker.told(line | {"runId": run_id}, evidence)
