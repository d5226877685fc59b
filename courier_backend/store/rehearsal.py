"""Rehearsals: what a request would change, told by the very code that would change it.

Within a rehearsal nothing is written: the first thing that would be ends it with `WouldChange`,
which carries what would have happened. As events are the only way to change the store, one gate
there is enough; effects outside the store name themselves with `rehearse`.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from courier_backend.model.event import NewEvent

_notes: ContextVar[list[str] | None] = ContextVar("rehearsal", default=None)


class WouldChange(Exception):
    """The end of a rehearsal: what would happen, in sentences and as events.

    `fails`: a part of what was asked would fail, and whoever asked is to be told so.
    """

    def __init__(
        self, notes: Sequence[str], events: Sequence[NewEvent] = (), *, fails: bool = False
    ) -> None:
        super().__init__("this is a rehearsal")
        self.notes = notes
        self.events = events
        self.fails = fails


@contextmanager
def rehearsal() -> Iterator[None]:
    """What is done in here is only rehearsed."""
    token = _notes.set([])
    try:
        yield
    finally:
        _notes.reset(token)


def is_rehearsal() -> bool:
    """Whether nothing may be changed now."""
    return _notes.get() is not None


def note(sentence: str) -> None:
    """In a rehearsal: this would happen, and more may follow. Else nothing."""
    notes = _notes.get()
    if notes is not None:
        notes.append(sentence)


def rehearse(sentence: str = "", events: Sequence[NewEvent] = (), *, fails: bool = False) -> None:
    """In a rehearsal: this would happen now, and here it ends. Else nothing.

    Raises:
        WouldChange: this is a rehearsal.
    """
    notes = _notes.get()
    if notes is not None:
        raise WouldChange([*notes, *([sentence] if sentence else [])], events, fails=fails)
