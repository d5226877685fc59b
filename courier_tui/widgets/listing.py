"""A list of things of the backend: table, filter, sort, marks, and a line that sums it up."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, TypeVar

from textual import on
from textual.containers import Vertical
from textual.widgets import Input, Static

from courier_backend.model.errors import CourierError, Unreachable
from courier_tui.frame import frame_of, standing
from courier_tui.keymap import LISTS, bindings
from courier_tui.rows import Fetch, PagedRows
from courier_tui.text import Span, content, plain
from courier_tui.tone import Tone
from courier_tui.widgets.column import Column
from courier_tui.widgets.empty import Empty
from courier_tui.widgets.table import Table
from courier_tui.wording import number

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

T = TypeVar("T")
_REST: Final = 10
"""All rows are fetched again no sooner than after so many times what it took the last time."""


@dataclass(frozen=True, slots=True)
class Subject(Generic[T]):
    """What is listed: how to tell items apart, what a filter looks through, what it is called."""

    columns: Sequence[Column[T]]
    key: Callable[[T], str]
    haystack: Callable[[T], str]
    one: str
    many: str
    nothing: Sequence[Sequence[Span]] = field(default_factory=list)


class FilterInput(Input):
    """The line to type a filter into; Escape gives it up."""

    DEFAULT_CSS = """
    FilterInput {
        display: none;
        height: 1;
        border: none;
        padding: 0 1;
        margin: 0 0 1 0;
        background: $surface;
        &:focus { border: none; background-tint: $primary 6%; }
        &.-shown { display: block; }
    }
    """


class Listing(Vertical, Generic[T]):
    """A table over rows that the backend holds."""

    DEFAULT_CSS = """
    Listing { height: 1fr; }
    Listing > .listing--summary { height: 1; padding: 0 1; color: $muted; }
    Listing > Empty { display: none; }
    Listing.-empty > Empty { display: block; }
    Listing.-empty > Table { height: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings(*LISTS)

    def __init__(self, subject: Subject[T], fetch: Fetch[T], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.subject = subject
        self.rows = PagedRows(fetch, subject.haystack)
        self._known = False
        self._order: tuple[str, bool] = ("", False)
        self._wanted = self._anew = self._loading = self._waiting = False
        self._not_before = 0.0
        self._error = ""

    def compose(self) -> ComposeResult:
        """Filter, table, what stands for it when there is nothing, summary."""
        yield FilterInput(placeholder="words to look for; !word: without", classes="-filter")
        yield Table(
            self.subject.columns, key=self.subject.key, clock=lambda: frame_of(self).clock()
        )
        yield Empty()
        yield Static(classes="listing--summary")

    def on_mount(self) -> None:
        """Nothing is known yet."""
        self.table.show(self.rows)
        self._sum_up()

    @property
    def table(self) -> Table[T]:
        """The table."""
        return self.query_one(Table)

    @property
    def current(self) -> T | None:
        """The row under the cursor."""
        return self.table.current

    def chosen(self) -> list[T]:
        """All marked rows, also those that are out of sight; or the one under the cursor."""
        marked = self.table.marked
        if marked:
            here = {self.subject.key(row): row for _index, row in self.rows.known()}
            return [here.get(key, row) for key, row in marked.items()]
        current = self.current
        return [] if current is None else [current]

    @property
    def filtered(self) -> bool:
        """Whether a filter is being typed, or stands."""
        return self.query_one(FilterInput).has_class("-shown")

    # Loading

    def reload(self, *, anew: bool = True) -> None:
        """Ask for what is looked at, soon; any number of wishes meanwhile are one."""
        self._wanted = True
        self._anew = self._anew or anew
        if not self._loading and standing(self):
            self._loading = True
            self.run_worker(self._load_while_wanted(), group="listing")

    async def _load_while_wanted(self) -> None:
        try:
            while self._wanted and standing(self):
                self._wanted = False
                anew, self._anew = self._anew, False
                await self._load(anew=anew)
        finally:
            self._loading = False

    async def _load(self, *, anew: bool) -> None:
        begin = time.monotonic()
        if anew and self.rows.whole and begin < self._not_before:
            self._reload_later(self._not_before - begin)
            return
        try:
            await self.rows.load(*self.table.window, anew=anew)
        except Unreachable:
            return  # the banner says so, and what was known stays
        except CourierError as error:
            self._error = error.message
        else:
            self._known, self._error = True, ""
        if self.rows.whole and anew:
            end = time.monotonic()
            self._not_before = end + _REST * (end - begin)
        if standing(self):
            self.table.rows_changed()
            self._sum_up()

    def _reload_later(self, seconds: float) -> None:
        if not self._waiting:
            self._waiting = True
            self.set_timer(seconds, self._waited)

    def _waited(self) -> None:
        self._waiting = False
        self.reload()

    @on(Table.Looked)
    def _looked(self) -> None:
        if self.rows.missing(*self.table.window):
            self.reload(anew=False)
        self._sum_up()

    # What is said about it

    def _sum_up(self) -> None:
        self.set_class(not len(self.rows), "-empty")
        self.query_one(Empty).say(self._why_empty())
        self.query_one(".listing--summary", Static).update(content(self._summary()))

    def _why_empty(self) -> Sequence[Sequence[Span]]:
        if self._error:
            return [[("✗ ", Tone.BAD), (plain(self._error), Tone.PLAIN)]]
        if not self._known:
            return [[("…", Tone.MUTED)]]
        if self.rows.query:
            return [
                [(f"No {self.subject.one} has {plain(self.rows.query)!r}.", Tone.PLAIN)],
                [("esc", Tone.KEY), (" in the filter shows all again.", Tone.MUTED)],
            ]
        return self.subject.nothing or [[(f"No {self.subject.many}.", Tone.MUTED)]]

    def _summary(self) -> list[Span]:
        if not self._known:
            return [("", Tone.MUTED)]
        total = self.rows.total
        spans: list[Span] = [
            (f"{number(total)} {self.subject.one if total == 1 else self.subject.many}", Tone.MUTED)
        ]
        if self.rows.query:
            spans[0] = (f"{number(len(self.rows))} of {spans[0][0]}", Tone.MUTED)
            spans.append((f"   / {plain(self.rows.query)}", Tone.LIVE))
        if self._order[0]:
            title = next(c.title for c in self.subject.columns if c.key == self._order[0])
            spans.append((f"   by {title} {'▼' if self._order[1] else '▲'}", Tone.LIVE))
        if self.table.marked:
            spans.append((f"   ◆ {len(self.table.marked)} marked", Tone.LIVE))
        return spans

    # Filter and sort

    def action_filter(self) -> None:
        """Type words to look for."""
        field_ = self.query_one(FilterInput)
        field_.add_class("-shown")
        self.screen.set_focus(field_)  # at once: what is typed next is for it

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._arrange()

    @on(Input.Submitted)
    def _filtered(self, event: Input.Submitted) -> None:
        event.stop()
        self.query_one(FilterInput).set_class(bool(event.value), "-shown")
        self.table.focus()

    def give_up_filter(self) -> bool:
        """Show all rows again; whether there was a filter to give up."""
        field_ = self.query_one(FilterInput)
        had = field_.has_class("-shown")
        field_.value = ""
        field_.remove_class("-shown")
        if had:
            self.table.focus()
        return had

    def action_sort(self) -> None:
        """By the next column; after the last as the backend has it."""
        keys = ["", *(c.key for c in self.table.columns if c.sort is not None)]
        place = keys.index(self._order[0]) + 1
        self._sort_by(keys[place % len(keys)], reverse=False)

    def action_reverse(self) -> None:
        """The other way round."""
        if self._order[0]:
            self._sort_by(self._order[0], reverse=not self._order[1])

    @on(Table.SortAsked)
    def _title_clicked(self, event: Table.SortAsked) -> None:
        again = event.column == self._order[0]
        self._sort_by(event.column, reverse=again and not self._order[1])

    def _sort_by(self, key: str, *, reverse: bool) -> None:
        self._order = (key, reverse)
        self.table.sorted_by = self._order
        self._arrange()

    def _arrange(self) -> None:
        key, reverse = self._order
        order: Callable[[T], Any] | None = next(
            (c.sort for c in self.subject.columns if c.key == key), None
        )
        self.rows.arrange(self.query_one(FilterInput).value, order, reverse=reverse)
        self.table.rows_changed()
        self._sum_up()
        if self.rows.missing(*self.table.window):
            self.reload(anew=False)

    def action_copy(self) -> None:
        """Into the clipboard: the ids of what is chosen."""
        keys = sorted(self.table.marked) or [self.subject.key(row) for row in self.chosen()]
        if keys:
            frame_of(self).copy("\n".join(keys), self.subject.one, len(keys))
