"""Row writes and counts, merged: what is written when a group of changes goes to disk.

Later values of a column win; an update of a row that is new in the same batch goes into its
insert. So a run that starts, works and ends within one group costs one write of its row.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import Table

from courier_backend.store.known import Cursor
from courier_backend.store.statements import (
    add_to_counter,
    delete_row,
    insert_row,
    put_row,
    update_row,
)
from courier_backend.store.tables import events

Key = tuple[int, ...]
Values = dict[str, Any]

_EVENT_COLUMNS: Final = (
    "seq",
    "time",
    "kind",
    "job_no",
    "instance_no",
    "run_no",
    "node_id",
    "data",
    "hidden",
)


class Batch:
    """What is to be written."""

    __slots__ = ("_deletes", "_inserts", "_puts", "_updates", "counts", "events")

    def __init__(self) -> None:
        self.events: list[tuple[object, ...]] = []
        self.counts: dict[tuple[str, int, str], int] = {}
        self._inserts: dict[Table, dict[Key, Values]] = {}
        self._updates: dict[Table, dict[Key, Values]] = {}
        self._puts: dict[Table, dict[Key, Values]] = {}
        self._deletes: dict[Table, list[Key]] = {}

    def insert(self, table: Table, key: Key, values: Values) -> None:
        """A new row. `values` holds the key too."""
        rows = self._inserts.setdefault(table, {})
        if key in rows:
            raise ValueError(f"two new rows {key} in {table.name}")
        rows[key] = values

    def update(self, table: Table, key: Key, values: Values) -> None:
        """New values of a row that is there, or new in this batch."""
        if not values:
            return
        new = self._inserts.get(table)
        row = new.get(key) if new is not None else None
        if row is not None:
            row.update(values)
        else:
            _merge(self._updates, table, key, values)

    def put(self, table: Table, key: Key, values: Values) -> None:
        """Values of a row that may be there or not."""
        _merge(self._puts, table, key, values)

    def delete(self, table: Table, key: Key) -> None:
        """Take a row away that was there before this batch, or came with it."""
        for pending in (self._inserts, self._updates, self._puts):
            pending.get(table, {}).pop(key, None)
        self._deletes.setdefault(table, []).append(key)

    def pending(self, table: Table, key: Key) -> Mapping[str, Any]:
        """The values that this batch will put."""
        return self._puts.get(table, {}).get(key, {})

    def count(self, scope: str, owner: int, status: str, by: int) -> None:
        """Count up or down."""
        key = (scope, owner, status)
        self.counts[key] = self.counts.get(key, 0) + by

    def move(self, scope: str, owner: int, before: str, after: str) -> None:
        """One is counted under another status."""
        self.count(scope, owner, before, -1)
        self.count(scope, owner, after, 1)

    def flush(self, cursor: Cursor) -> None:
        """Write all of it."""
        for table, keys in self._deletes.items():
            cursor.executemany(delete_row(table), list(keys))
        for table, rows in self._inserts.items():
            for columns, part in _by_columns(rows).items():
                values = [tuple(row.values()) for _, row in part]
                cursor.executemany(insert_row(table, columns), values)
        for table, rows in self._updates.items():
            for columns, part in _by_columns(rows).items():
                values = [(*row.values(), *key) for key, row in part]
                cursor.executemany(update_row(table, columns), values)
        for table, rows in self._puts.items():
            for columns, part in _by_columns(rows).items():
                values = [(*key, *row.values()) for key, row in part]
                cursor.executemany(put_row(table, columns), values)
        cursor.executemany(insert_row(events, _EVENT_COLUMNS), self.events)
        counts: list[tuple[object, ...]] = [(*key, by) for key, by in self.counts.items() if by]
        if counts:
            cursor.executemany(add_to_counter(), counts)


def _merge(pending: dict[Table, dict[Key, Values]], table: Table, key: Key, values: Values) -> None:
    rows = pending.setdefault(table, {})
    row = rows.get(key)
    if row is None:
        rows[key] = dict(values)  # theirs may be those of another row, too
    else:
        row.update(values)


def _by_columns(rows: dict[Key, Values]) -> dict[tuple[str, ...], Iterable[tuple[Key, Values]]]:
    """Rows with the same columns go in one statement."""
    parts: dict[tuple[str, ...], list[tuple[Key, Values]]] = {}
    for key, row in rows.items():
        parts.setdefault(tuple(row), []).append((key, row))
    return dict(parts)
