"""Taking up what an earlier runner of this home left: files, unfinished runs."""

import re
import shutil
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Final

import orjson

from courier_backend.model.status import ReasonCode, RunStatus
from courier_backend.runner.execution.evidence import reload_line
from courier_backend.runner.execution.progress import progress_of
from courier_backend.runner.execution.stopping import end_tree
from courier_backend.runner.ledger import Ledger
from courier_backend.runner.node import Node
from courier_backend.runner.runs.run import Run

_OF_AN_ATTEMPT: Final = re.compile(r"(?P<run>.+)-\d+-\d+(\..*)?")


def adopt_files(node: Node, ledger: Ledger) -> None:
    """Give the files in a node's spool to their runs; those of released runs go."""
    spool = node.host.spool
    if not spool.is_dir():
        return
    for path in spool.iterdir():
        found = _OF_AN_ATTEMPT.fullmatch(path.name)
        run = ledger.runs.get(found["run"]) if found else None
        if run is not None:
            run.files.add(path)
        elif path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    for run in ledger.of_node(node.id):
        _adopt_zips(run, spool)


def _adopt_zips(run: Run, spool: Path) -> None:
    """Zips that are told on the stream but too large for the journal are read from their files."""
    for seq, raw in enumerate(run.lines, 1):
        line = orjson.loads(raw)
        if line["type"] == "attempt-finished" and line["evidence"]["inline"]:
            step, attempt = line["step"], line["attempt"]
            path = spool / f"{run.id}-{step}-{attempt}.zip"
            reload = partial(reload_line, path, step, attempt, line["evidence"]["sha256"])
            run.evidence.setdefault(seq, reload)


def take_up(node: Node, ledger: Ledger) -> None:
    """Go on with the unfinished runs of a node: the begun one first, the rest as they came."""
    unfinished = [run for run in ledger.of_node(node.id) if not run.finished]
    for run in sorted(unfinished, key=lambda run: (not _has_begun(run), run.cursors[:1])):
        if not run.lines:
            run.tell({"type": "received", "waiting": False, "place": 0})
        node.take(run)


def _has_begun(run: Run) -> bool:
    return len(run.lines) > 1


async def give_up(nodes: Iterable[Node], ledger: Ledger) -> None:
    """End the unfinished runs of a journal that cannot be trusted; nothing more is executed."""
    for node in nodes:
        for run in [run for run in ledger.of_node(node.id) if not run.finished]:
            if progress_of(run).open_attempt:
                await end_tree(_mark(run), None, node.host.host.census)
            reason = "the journal of the node was copied, restored or damaged, so it ends here"
            run.tell(
                {
                    "type": "run-finished",
                    "status": RunStatus.FAILURE,
                    "reasonCode": ReasonCode.INTERRUPTED,
                    "reason": reason,
                }
            )


def _mark(run: Run) -> str:
    progress = progress_of(run)
    return f"{run.id}/{progress.step}/{progress.attempt}"
