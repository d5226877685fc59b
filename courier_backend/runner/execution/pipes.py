"""Reading the output pipes of a process as it comes, without ever waiting for one."""

import asyncio
import codecs
import os
from typing import Any, Final, Literal

from courier_backend.runner.execution.spool import Spool
from courier_backend.runner.masking.mask import Mask
from courier_backend.runner.runs.run import Run

READ_BYTES: Final = 64 * 1024
_TOLD_EVERY_SECONDS: Final = 0.03
_HELD_SECONDS: Final = 0.1
_DRAIN_READS: Final = 64
_HIDDEN_EVERY_SECONDS: Final = 0.5

StreamName = Literal["stdout", "stderr"]


class OutputPipe:
    """One stream of one attempt: from the pipe to the spool, and to those who look on.

    What comes within a few hundredths of a second is told as one line. Sensitive values are masked
    before anything else sees the bytes, so that all offsets count what can be read. Of a stream
    that is `hidden` only its growth is told.
    """

    def __init__(
        self,
        descriptor: int,
        name: StreamName,
        head: dict[str, Any],
        run: Run,
        spool: Spool,
        mask: Mask,
        *,
        hidden: bool = False,
    ) -> None:
        self._descriptor = descriptor
        self._head = {"type": "output", **head, "stream": name}
        self._run = run
        self._spool = spool
        self._mask = None if mask.is_empty or hidden else mask.stream()
        self._hidden = hidden
        self._loop = asyncio.get_running_loop()
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._untold = bytearray()
        self._told_upto = 0
        self._told_at = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._flusher: asyncio.TimerHandle | None = None
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self.is_open = True
        self._loop.add_reader(descriptor, self._readable)

    def drain(self) -> None:
        """Take what is in the pipe now; sees its end when nobody holds it open any more."""
        for _ in range(_DRAIN_READS):
            if not self.is_open or not self._take():
                return

    def close(self) -> None:
        """Read no more; tells what was not told yet."""
        if self.is_open:
            self.is_open = False
            self._loop.remove_reader(self._descriptor)
            os.close(self._descriptor)
            if self._flusher is not None:
                self._flusher.cancel()
            if self._mask is not None and (rest := self._mask.finish()):
                self._keep(rest)
            self._spool.close()
            self._tell(final=True)
            self._ended.set_result(None)

    async def ended(self) -> None:
        """Wait until nobody holds the other end any more."""
        await asyncio.shield(self._ended)

    def _readable(self) -> None:
        self._take()

    def _take(self) -> bool:
        """Read once; whether there was something."""
        try:
            data = os.read(self._descriptor, READ_BYTES)
        except BlockingIOError:
            return False
        except OSError:
            data = b""
        if not data:
            self.close()
            return False
        if self._mask is not None:
            data = self._mask.feed(data)
        if data:
            self._keep(data)
            if self._flusher is None and self._spool.holds_some:
                self._flusher = self._loop.call_later(_HELD_SECONDS, self._spool.flush)
        return True

    def _keep(self, data: bytes) -> None:
        self._spool.write(data)
        if self._hidden:
            self._tell_growth()
        else:
            self._gather(data)

    def _gather(self, data: bytes) -> None:
        """Tell now or soon; output that nobody would get is not even decoded."""
        if not self._run.is_watched(len(self._untold) + len(data)):
            self._skip()
            return
        self._untold += data
        due = self._told_at + _TOLD_EVERY_SECONDS - self._loop.time()
        if due <= 0 or len(self._untold) >= READ_BYTES:
            self._tell()
        elif self._timer is None:
            self._timer = self._loop.call_later(due, self._tell)

    def _tell_growth(self) -> None:
        """How much there is, without any of it."""
        now = self._loop.time()
        if now >= self._told_at + _HIDDEN_EVERY_SECONDS and self._run.is_watched(1):
            line = {"offset": 0, "bytes": 0, "text": "", "hidden": self._spool.total}
            self._run.put_output({**self._head, **line})
            self._told_at = now

    def _skip(self) -> None:
        self._untold.clear()
        self._decoder.reset()
        self._told_upto = self._spool.total

    def _tell(self, *, final: bool = False) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        raw = bytes(self._untold)
        self._untold.clear()
        text = self._decoder.decode(raw, final)
        if not text:
            return
        held_back = len(self._decoder.getstate()[0])
        upto = self._spool.total - held_back
        line = {"offset": self._told_upto, "bytes": upto - self._told_upto, "text": text}
        self._run.put_output({**self._head, **line})
        self._told_upto = upto
        self._told_at = self._loop.time()
