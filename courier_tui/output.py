"""Fills a log with the output of an attempt: what is past, and what comes while it runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from courier_backend.client import calls
from courier_backend.model.errors import CourierError, Unreachable
from courier_tui.wording import size

if TYPE_CHECKING:
    from courier_backend.model.wire import OutputItem
    from courier_tui.ports import Backend
    from courier_tui.widgets.log_view import Lines

TAIL_BYTES: Final = 512 * 1024
STREAMS: Final = ("stdout", "stderr")


@dataclass(frozen=True, slots=True)
class Which:
    """An attempt."""

    run_id: str
    step: int
    attempt: int


class OutputReader:
    """Reads one attempt's output into `lines`; `changed` hears that there are more."""

    def __init__(
        self, backend: Backend, which: Which, lines: Lines, changed: Callable[[], None]
    ) -> None:
        self._backend = backend
        self._which = which
        self._lines = lines
        self._changed = changed
        self._reached = dict.fromkeys(STREAMS, 0)
        self._hidden: set[str] = set()
        self.done = False

    async def read(self, *, running: bool) -> None:
        """All of it, until the attempt ends.

        Raises:
            Unreachable: contact was lost; what came until then stays.
        """
        try:
            if running:
                await self._live()
            else:
                await self._past()
            self.done = True
        except Unreachable:
            raise
        except CourierError as error:
            self._lines.note(error.message)
            self.done = True
        finally:
            self._changed()

    async def _past(self) -> None:
        for stream in STREAMS:
            await self._catch_up(stream, None)
        self._lines.finish()

    async def _live(self) -> None:
        which = self._which
        async for mark in self._backend.live_output(which.run_id, which.step, which.attempt):
            if "hidden" in mark:
                self._tell_hidden(mark)
            elif mark["type"] == "output":
                await self._output(mark)
            elif mark["type"] == "dropped":
                self._lines.note(f"… {size(mark['bytes'])} came too fast; the evidence has them …")
                self._reached = dict.fromkeys(STREAMS, -1)
            self._changed()
        for stream in STREAMS:
            if self._reached[stream] >= 0:
                await self._catch_up(stream, None)
        self._lines.finish()

    def _tell_hidden(self, mark: dict[str, Any]) -> None:
        stream = mark["stream"]
        if stream not in self._hidden:
            self._hidden.add(stream)
            so_far = size(mark["hidden"])
            self._lines.note(f"… {stream} is hidden until the step ends, {so_far} so far …")

    async def _output(self, mark: dict[str, Any]) -> None:
        stream, offset = mark["stream"], mark["offset"]
        reached = self._reached[stream]
        if 0 <= reached < offset:
            await self._catch_up(stream, offset)
        elif offset + mark["bytes"] <= reached:
            return  # told before
        self._lines.feed(stream, mark["text"])
        self._reached[stream] = offset + mark["bytes"]

    async def _catch_up(self, stream: str, end: int | None) -> None:
        """What was printed before, or while nobody listened; of much only the last part."""
        begin = self._reached[stream]
        first = await self._ask(stream, begin, 1)
        total = first["totalBytes"] if end is None else end
        if total - begin > TAIL_BYTES:
            self._lines.note(
                f"… {size(total - begin - TAIL_BYTES)} before this are in the evidence …"
            )
            begin = total - TAIL_BYTES
        while begin < total:
            part = await self._ask(stream, begin, total - begin)
            if part["nextOffset"] <= begin:
                break
            self._lines.feed(stream, part["text"])
            begin = part["nextOffset"]
            self._changed()
        self._reached[stream] = max(begin, self._reached[stream])

    async def _ask(self, stream: str, offset: int, limit: int) -> OutputItem:
        which = self._which
        call = calls.get_output(
            which.run_id, which.step, which.attempt, stream=stream, offset=offset, limit=limit
        )
        return await self._backend.send(call)
