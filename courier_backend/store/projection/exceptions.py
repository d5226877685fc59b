"""What happens to the exception rules that hold for all jobs."""

from courier_backend.model.errors import Conflict
from courier_backend.store.projection.note import Note, micros
from courier_backend.store.tables import exceptions


def exception_added(note: Note) -> None:
    """A new rule."""
    data = note.data
    if note.known.exception(data["exceptionId"]) is not None:
        raise Conflict(f"There is an exception rule {data['exceptionId']} already.")
    no = note.numbers.exception
    note.numbers.exception += 1
    note.known.exceptions[data["exceptionId"]] = no
    row = {
        "no": no,
        "id": data["exceptionId"],
        "rrule": data["rrule"],
        "duration": data["duration"],
        "anchored_at": note.now,
        "created_at": note.now,
        "modified_at": note.now,
    }
    note.batch.insert(exceptions, (no,), row)
    note.batch.count("exceptions", 0, "active", 1)


def exception_changed(note: Note) -> None:
    """Another rule under the same id; without a start of its own it has `anchoredAt`, or now."""
    anchored_at = micros(note.data.get("anchoredAt"))
    values = {
        "rrule": note.data["rrule"],
        "duration": note.data["duration"],
        "anchored_at": note.now if anchored_at is None else anchored_at,
        "modified_at": note.now,
    }
    note.batch.update(exceptions, (_number(note),), values)


def exception_removed(note: Note) -> None:
    """The rule holds no more."""
    note.batch.delete(exceptions, (_number(note),))
    note.known.exceptions[note.data["exceptionId"]] = None
    note.batch.count("exceptions", 0, "active", -1)


def _number(note: Note) -> int:
    no = note.known.exception(note.data["exceptionId"])
    if no is None:
        raise Conflict(f"There is no exception rule {note.data['exceptionId']}.")
    return no
