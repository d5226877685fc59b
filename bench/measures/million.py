"""Pages of the API over 1,000,000 runs, totals included, against the same SQL by hand."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

from bench.courier import Courier
from bench.figure import Figure, ratio
from bench.history import fill
from bench.numbers import median
from bench.setting import Setting

_MANY: Final = 1_000_000
_FEW: Final = 1_000
_SIZE: Final = 50
_REQUESTS: Final = 100
_PAGE: Final = f"/courier/state-api/v1/runs?pagination.size={_SIZE}&sortOrder=desc"
_ROWS: Final = "SELECT * FROM runs {where} ORDER BY no DESC LIMIT {size}"
_TOTAL: Final = "SELECT status, n FROM counters WHERE scope = 'runs' AND owner = 0"

Rounds = list[float]


def measure(setting: Setting) -> list[Figure]:
    """The newest page among few runs, then among many; and one from the middle."""
    home = setting.folder / "million"
    fill(home / "data" / "courier.db", _FEW)
    few = _first_pages(home, setting.rounds)[0]
    fill(home / "data" / "courier.db", _MANY - _FEW)
    first, raw_first = _first_pages(home, setting.rounds)
    deep, raw_deep = _deep_pages(home, setting.rounds)
    return [
        _figure("page.first", "newest page of 1,000,000 runs", first),
        _figure("page.first.raw", "the same SQL by hand", raw_first),
        _excess("page.first.excess", "newest page, less five times the SQL", first, raw_first),
        ratio("page.growth", "newest page of 1,000,000 against 1,000", tuple(first), tuple(few)),
        _figure("page.deep", "page from the middle", deep),
        _excess("page.deep.excess", "middle page, less five times the SQL", deep, raw_deep),
    ]


def _first_pages(home: Path, rounds: int) -> tuple[Rounds, Rounds]:
    return _rounds(home, rounds, _PAGE, "")


def _deep_pages(home: Path, rounds: int) -> tuple[Rounds, Rounds]:
    middle = _MANY // 2
    return _rounds(home, rounds, f"{_PAGE}&after={middle}", f"WHERE no < {middle}")


def _rounds(home: Path, rounds: int, path: str, where: str) -> tuple[Rounds, Rounds]:
    """Medians of our answers and of the bare SQL, turn by turn, in milliseconds."""
    ours, raw = [], []
    database = f"file:{home / 'data' / 'courier.db'}?mode=ro"
    with Courier(home) as courier, closing(sqlite3.connect(database, uri=True)) as connection:
        sql = _ROWS.format(where=where, size=_SIZE + 1)
        for _ in range(rounds):
            ours.append(_milliseconds(lambda: courier.call("GET", path)))
            raw.append(_milliseconds(lambda: _by_hand(connection, sql)))
    return ours, raw


def _by_hand(connection: sqlite3.Connection, sql: str) -> None:
    rows = connection.execute(sql).fetchall()
    totals = connection.execute(_TOTAL).fetchall()
    if len(rows) < _SIZE or not totals:
        raise RuntimeError("the history is not as long as it was made")


def _milliseconds(ask: Callable[[], object]) -> float:
    times = []
    for _ in range(_REQUESTS):
        begin = time.perf_counter()
        ask()
        times.append((time.perf_counter() - begin) * 1000)
    return median(times)


def _figure(key: str, what: str, rounds: Rounds) -> Figure:
    return Figure(key, what, "ms", tuple(rounds))


def _excess(key: str, what: str, ours: Rounds, raw: Rounds) -> Figure:
    rounds = [one - 5 * other for one, other in zip(ours, raw, strict=True)]
    return _figure(key, what, rounds)
