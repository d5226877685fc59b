"""What happens to the filters and lists that are saved."""

from sqlalchemy import Table

from courier_backend.model.errors import Conflict
from courier_backend.store.batch import Values
from courier_backend.store.projection.note import Note, as_json
from courier_backend.store.tables import saved_filters, saved_lists


def filter_added(note: Note) -> None:
    """A new filter."""
    _add(note, saved_filters, note.data["filterId"])
    note.batch.count("filters", 0, "active", 1)


def filter_changed(note: Note) -> None:
    """New values of a filter."""
    _change(note, saved_filters, note.data["filterId"])


def filter_removed(note: Note) -> None:
    """A filter is not there any more."""
    _remove(note, saved_filters, note.data["filterId"])
    note.batch.count("filters", 0, "active", -1)


def list_added(note: Note) -> None:
    """A new list."""
    _add(note, saved_lists, note.data["listId"])
    note.batch.count("lists", 0, "active", 1)


def list_changed(note: Note) -> None:
    """New values of a list."""
    _change(note, saved_lists, note.data["listId"])


def list_removed(note: Note) -> None:
    """A list is not there any more."""
    _remove(note, saved_lists, note.data["listId"])
    note.batch.count("lists", 0, "active", -1)


def _add(note: Note, table: Table, its_id: str) -> None:
    if note.known.saved(table.name, its_id) is not None:
        raise Conflict(f"{its_id} is saved already.")
    no: int = getattr(note.numbers, table.name)
    setattr(note.numbers, table.name, no + 1)
    note.known.saved_numbers[table.name, its_id] = no
    row: Values = {"no": no, "id": its_id, "created_at": note.now}
    note.batch.insert(table, (no,), row | _values(note))


def _change(note: Note, table: Table, its_id: str) -> None:
    note.batch.update(table, (_number(note, table, its_id),), _values(note))


def _remove(note: Note, table: Table, its_id: str) -> None:
    note.batch.delete(table, (_number(note, table, its_id),))
    note.known.saved_numbers[table.name, its_id] = None


def _number(note: Note, table: Table, its_id: str) -> int:
    no = note.known.saved(table.name, its_id)
    if no is None:
        raise Conflict(f"{its_id} is not saved any more.")
    return no


def _values(note: Note) -> Values:
    data = note.data
    values: Values = {key: data[key] for key in ("name", "description") if key in data}
    for key, column in (("constraints", "constraints"), ("nodeIds", "node_ids")):
        if key in data:
            values[column] = as_json(data[key])
    return values | {"modified_at": note.now}
