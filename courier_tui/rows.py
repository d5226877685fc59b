"""The rows of a table: a page at a time from the backend, or all of them to filter and sort.

While nothing is filtered or sorted only the pages that are looked at are held. A filter or a sort
needs every row: they are fetched once, kept, and fetched anew when something changed.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any, Final, Generic, Protocol, TypeVar

from courier_backend.client.call import Page

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

PAGE: Final = 100
"""Rows a page while they are looked at."""
BULK: Final = 2000
"""Rows a page while all are fetched."""
MOST: Final = 100_000
"""No more rows than these are filtered or sorted here."""
_KEPT_PAGES: Final = 40

Fetch = Callable[[int, int], Awaitable[Page[T]]]
"""Page number (from 1) and rows a page -> the page."""


class Rows(Protocol[T_co]):
    """What a table draws: so many rows, some of which may not be there yet."""

    def __len__(self) -> int:
        """How many there are."""
        ...

    def at(self, index: int) -> T_co | None:
        """A row; None while it is on its way."""
        ...


def matches(query: str, haystack: str) -> bool:
    """Whether all words of a query are in it; a word after ``!`` must not be.

    >>> matches("web !fail", "web-1 success"), matches("web !fail", "web-2 failure")
    (True, False)
    """
    haystack = haystack.casefold()
    for word in query.casefold().split():
        wanted = not word.startswith("!")
        if (word.removeprefix("!") in haystack) is not wanted:
            return False
    return True


class FixedRows(Generic[T]):
    """Rows that are all at hand."""

    def __init__(self, items: Sequence[T] = ()) -> None:
        self._items = items

    def __len__(self) -> int:
        return len(self._items)

    def at(self, index: int) -> T | None:
        """A row."""
        return self._items[index] if 0 <= index < len(self._items) else None


class PagedRows(Generic[T]):
    """Rows that the backend holds."""

    def __init__(self, fetch: Fetch[T], haystack: Callable[[T], str]) -> None:
        self._fetch = fetch
        self._haystack = haystack
        self._pages: OrderedDict[int, list[T]] = OrderedDict()
        self._all: list[T] | None = None
        self._view: list[T] = []
        self._query = ""
        self._order: Callable[[T], Any] | None = None
        self._reverse = False
        self.total = 0

    @property
    def whole(self) -> bool:
        """Whether all rows are needed, because of a filter or a sort."""
        return bool(self._query) or self._order is not None

    @property
    def query(self) -> str:
        """What is filtered for."""
        return self._query

    def __len__(self) -> int:
        return len(self._view) if self.whole else self.total

    def at(self, index: int) -> T | None:
        """A row; None while its page is on its way."""
        if self.whole:
            return self._view[index] if 0 <= index < len(self._view) else None
        number, place = divmod(index, PAGE)
        page = self._pages.get(number)
        return page[place] if page and place < len(page) else None

    def known(self) -> Iterator[tuple[int, T]]:
        """The rows that are here, with their places."""
        if self.whole:
            yield from enumerate(self._view)
            return
        for number, page in self._pages.items():
            for place, row in enumerate(page):
                yield number * PAGE + place, row

    def arrange(
        self, query: str, order: Callable[[T], Any] | None = None, *, reverse: bool = False
    ) -> None:
        """Filter and sort; `order` None: as the backend has them."""
        self._query, self._order, self._reverse = query.strip(), order, reverse
        if self._all is not None:
            self._arrange()
        if not self.whole:
            self._all = None

    def _arrange(self) -> None:
        found = [row for row in self._all or () if matches(self._query, self._haystack(row))]
        if self._order is not None:
            found.sort(key=self._order, reverse=self._reverse)
        self._view = found

    def missing(self, first: int, last: int) -> bool:
        """Whether something between these rows is not here."""
        if self.whole:
            return self._all is None
        return any(number not in self._pages for number in _numbers(first, last, self.total))

    async def load(self, first: int, last: int, *, anew: bool) -> None:
        """Fetch what is looked at: `anew` also what is here already.

        Raises:
            CourierError: the backend says no, or cannot be reached; what was known is kept.
        """
        if self.whole:
            if anew or self._all is None:
                self._all = await self._everything()
            self._arrange()
            return
        if anew:
            await self._load_anew(_numbers(first, last, max(self.total, PAGE)))
        for number in _numbers(first, last, max(self.total, PAGE)):
            if number not in self._pages:
                await self._load_page(number)

    async def _load_anew(self, numbers: range) -> None:
        for number in numbers:
            await self._load_page(number)
        for number in [each for each in self._pages if each not in numbers]:
            del self._pages[number]  # out of sight, and perhaps out of date

    async def _load_page(self, number: int) -> None:
        page = await self._fetch(number + 1, PAGE)
        self.total = page["totalItems"]
        self._pages[number] = page["items"]
        self._pages.move_to_end(number)
        while len(self._pages) > _KEPT_PAGES:
            self._pages.popitem(last=False)

    async def _everything(self) -> list[T]:
        rows: list[T] = []
        number = 1
        while len(rows) < MOST:
            page = await self._fetch(number, BULK)
            rows += page["items"]
            self.total = page["totalItems"]
            if len(page["items"]) < BULK:
                break
            number += 1
        return rows


def _numbers(first: int, last: int, total: int) -> range:
    """The pages (from 0) that hold these rows."""
    end = min(max(last, 0), max(total - 1, 0))
    return range(max(first, 0) // PAGE, end // PAGE + 1)
