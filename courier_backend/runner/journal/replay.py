"""Bringing back what a journal holds."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from courier_backend.model.errors import Conflict
from courier_backend.model.ids import new_id
from courier_backend.model.protocol import RunOrder
from courier_backend.runner.journal.files import newest, read_records
from courier_backend.runner.journal.records import place
from courier_backend.runner.runs.run import Run, Sealing
from courier_backend.runner.runs.stones import Stones


@dataclass(slots=True)
class Replayed:
    """What was found.

    A journal that was copied, restored or damaged does not tell for sure what was executed: it is
    not `trusted`, goes on under a new id, and no run in it is executed any further.
    """

    journal_id: str = field(default_factory=new_id)
    trusted: bool = True
    runs: dict[str, Run] = field(default_factory=dict)
    stones: Stones = field(default_factory=Stones)


def replay(folder: Path, run_of: Callable[[RunOrder, bytes], Run], seal: Sealing) -> Replayed:
    """Read the newest file of the journal; `run_of` makes a run from its order."""
    replayed = Replayed()
    path = newest(folder)
    if path is None:
        return replayed
    inode = path.stat().st_ino
    known = ""
    for record in read_records(path):
        if record is None:
            replayed.trusted = False
        elif record.get("t") == "journal":
            known = str(record["id"]) if record.get("inode") == inode else ""
        else:
            _take(replayed, record, run_of, seal)
    replayed.trusted = replayed.trusted and bool(known)
    if replayed.trusted:
        replayed.journal_id = known
    return replayed


def _take(
    replayed: Replayed,
    record: dict[str, Any],
    run_of: Callable[[RunOrder, bytes], Run],
    seal: Sealing,
) -> None:
    """Take a record; one that is there twice counts once."""
    kind = record["t"]
    if kind == "order":
        _take_order(replayed, record, run_of, seal)
    elif kind == "stones":
        replayed.stones.put(record["runs"], record["day"], record["why"])
        for run_id in record["runs"]:
            replayed.runs.pop(run_id, None)
    elif run := replayed.runs.get(record["run"]):
        _take_of_run(run, record)


def _take_order(
    replayed: Replayed,
    record: dict[str, Any],
    run_of: Callable[[RunOrder, bytes], Run],
    seal: Sealing,
) -> None:
    run_id = record["run"]
    if run_id not in replayed.runs and not replayed.stones.is_released(run_id):
        order = _order_in(record, seal)
        if order is None:
            replayed.trusted = False
            return
        run = run_of(order, canonical(order))
        run.cancel_asked = replayed.stones.take_canceled(run_id)
        replayed.runs[run_id] = run


def _order_in(record: dict[str, Any], seal: Sealing) -> Any:  # noqa: ANN401  as it was received
    """The order of a record; None for a sealed one that does not open any more."""
    if "sealed" not in record:
        return record["order"]
    try:
        return orjson.loads(seal.open(record["sealed"], place(record["run"])))
    except Conflict:
        return None


def _take_of_run(run: Run, record: dict[str, Any]) -> None:
    if record["t"] == "cancel":
        run.cancel_asked = True
    elif record["t"] == "evidence":
        run.evidence[record["after"]] = orjson.dumps(record["line"]) + b"\n"
    elif record["line"]["seq"] == len(run.lines) + 1:
        line = record["line"]
        run.keep(orjson.dumps(line) + b"\n", record["cursor"], record.get("private"))
        run.told_count = len(run.lines)
        run.finished = run.finished or line["type"] == "run-finished"


def canonical(order: object) -> bytes:
    """An order as it is kept and compared: the same content gives the same bytes."""
    return orjson.dumps(order, option=orjson.OPT_SORT_KEYS)
