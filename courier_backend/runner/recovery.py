"""Taking up what an earlier runner of this home left: files, unfinished runs."""

import re
import shutil
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Final

import orjson

from courier_backend.runner.execution.census import Census
from courier_backend.runner.execution.evidence import reload_line
from courier_backend.runner.execution.progress import progress_of
from courier_backend.runner.execution.run_execution import finish_untrusted
from courier_backend.runner.execution.stopping import end_tree
from courier_backend.runner.node import Node
from courier_backend.runner.runs.run import Run
from courier_backend.runner.runs.word import Word

_OF_AN_ATTEMPT: Final = re.compile(r"(?P<run>.+)-\d+-\d+(\..*)?")


def adopt_files(node: Node, runs: list[Run]) -> None:
    """Give the files in a node's spool to their runs; those of released runs go."""
    spool = node.host.spool
    if not spool.is_dir():
        return
    by_id = {run.id: run for run in runs}
    folders = {name: run for run in runs for name in _open_folders(run)}
    for path in spool.iterdir():
        found = _OF_AN_ATTEMPT.fullmatch(path.name)
        run = folders.get(path.name) or (by_id.get(found["run"]) if found else None)
        if run is not None:
            run.files.add(path)
        elif path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    for run in runs:
        _adopt_zips(run, spool)


def _open_folders(run: Run) -> list[str]:
    """The evidence folder of the attempt that has begun and not ended."""
    progress = progress_of(run)
    return [progress.private["evidence"]] if progress.open_attempt and progress.private else []


def _adopt_zips(run: Run, spool: Path) -> None:
    """Zips that are told on the stream but too large for the journal are read from their files."""
    for seq, raw in enumerate(run.lines, 1):
        line = orjson.loads(raw)
        if line["type"] == "attempt-finished" and line["evidence"]["inline"]:
            step, attempt = line["step"], line["attempt"]
            path = spool / f"{run.id}-{step}-{attempt}.zip"
            reload = partial(reload_line, path, step, attempt, line["evidence"]["sha256"])
            run.evidence.setdefault(seq, reload)


def take_up(node: Node, runs: list[Run]) -> None:
    """Go on with the unfinished runs of a node: the begun one first, the rest as they came."""
    unfinished = [run for run in runs if not run.finished]
    for run in sorted(unfinished, key=lambda run: (not _has_begun(run), run.cursors[:1])):
        if not run.lines:
            run.tell({"type": "received", "waiting": False, "place": 0})
        run.word = Word(node.host.host.word_seconds)
        node.take(run)


def _has_begun(run: Run) -> bool:
    return len(run.lines) > 1


async def give_up(runs: Iterable[Run], census: Census) -> None:
    """End the unfinished runs of a journal that cannot be trusted; nothing more is executed."""
    for run in runs:
        if not run.finished:
            if mark := open_mark(run):
                await end_tree(mark, None, census)
            finish_untrusted(run)


def open_mark(run: Run) -> str:
    """The mark of the attempt that has begun and not ended; empty when there is none."""
    progress = progress_of(run)
    return f"{run.id}/{progress.step}/{progress.attempt}" if progress.open_attempt else ""
