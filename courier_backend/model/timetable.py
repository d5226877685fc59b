"""Executions to come and those that a window prevents, in one order, for people. Pure."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from courier_backend.model.wire import BlockedItem

_SHOWN: Final = 3


class Line(NamedTuple):
    """A time: `blocked` says why it does not happen; `more`: so many after it do not, either."""

    time: str
    blocked: BlockedItem | None = None
    more: int = 0


def timetable(
    times: Sequence[str], blocked: Sequence[BlockedItem], *, most: int | None = None
) -> list[Line]:
    """At most so many executions; of those prevented in a row the first few, and their number."""
    shown = times[:most]
    last = shown[-1] if len(shown) < len(times) else ""
    lines = [Line(time) for time in shown]
    lines += [Line(each["time"], each) for each in blocked if not last or each["time"] < last]
    lines.sort(key=lambda line: line.time)
    return list(_shortened(lines))


def _shortened(lines: Sequence[Line]) -> Iterator[Line]:
    for happens, row in groupby(lines, key=lambda line: line.blocked is None):
        found = list(row)
        if happens or len(found) <= _SHOWN:
            yield from found
            continue
        yield from found[: _SHOWN - 1]
        yield found[_SHOWN - 1]._replace(more=len(found) - _SHOWN)
