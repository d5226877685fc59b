"""The records of the journal: one JSON object a line, told apart by ``t``.

=============  ====================================================================================
``journal``    the first line of every file: journal id, the file's own inode, version
``order``      a run was received: its node and its order, `sealed` if it holds sensitive values
``line``       a status line of a run, as it is told; `private` holds what only a restart needs,
               `sealed` in it the sensitive outputs
``evidence``   a small zip, as the line that follows status line `after`
``cancel``     a run is to be stopped
``stones``     runs that are never executed (again): `why` is ``canceled`` or ``released``
=============  ====================================================================================
"""

from collections.abc import Iterable
from typing import Any, Final

import orjson

VERSION: Final = 1
CANCELED: Final = "canceled"
RELEASED: Final = "released"


def header(journal_id: str, inode: int) -> bytes:
    """The first line of a file. The inode tells a file that was copied or restored."""
    return _line({"t": "journal", "id": journal_id, "inode": inode, "version": VERSION})


def order(run_id: str, node_id: str, body: bytes) -> bytes:
    """A run was received; `body` is its order in JSON."""
    return b'{"t":"order","run":"%b","node":"%b","order":%b}\n' % (
        run_id.encode(),
        node_id.encode(),
        body,
    )


def sealed_order(run_id: str, node_id: str, sealed: str) -> bytes:
    """A run was received whose order holds sensitive values: all of it is `sealed`."""
    return _line({"t": "order", "run": run_id, "node": node_id, "sealed": sealed})


def place(run_id: str) -> str:
    """What sealed values of a run are bound to."""
    return f"run {run_id}"


def status(run_id: str, cursor: int, line: bytes, private: dict[str, Any] | None) -> bytes:
    """A status line; `line` ends with a newline, as it is told."""
    tail = b',"private":' + orjson.dumps(private) if private else b""
    return b'{"t":"line","run":"%b","cursor":%d,"line":%b%b}\n' % (
        run_id.encode(),
        cursor,
        line[:-1],
        tail,
    )


def evidence(run_id: str, after: int, line: bytes) -> bytes:
    """A small zip that follows status line `after`."""
    return b'{"t":"evidence","run":"%b","after":%d,"line":%b}\n' % (
        run_id.encode(),
        after,
        line[:-1],
    )


def cancel(run_id: str) -> bytes:
    """A run is to be stopped."""
    return _line({"t": "cancel", "run": run_id})


def stones(run_ids: Iterable[str], day: int, why: str) -> bytes:
    """Runs that are never executed (again), since `day` (days after 1970)."""
    return _line({"t": "stones", "day": day, "why": why, "runs": list(run_ids)})


def _line(record: dict[str, Any]) -> bytes:
    return orjson.dumps(record) + b"\n"
