"""Splitting a stream of bytes into NDJSON lines, those of one wake-up taken together."""

from typing import Any, Final

import orjson

_NUMBERS: Final = frozenset({"seq", "step", "attempt"})
_MOST: Final = 1_000_000
LONGEST_LINE: Final = 1024 * 1024
"""Bytes; inline evidence is the longest line there is, and stays well below."""


class LineSplitter:
    """Collects chunks; gives the lines that are complete.

    A chunk without a newline is only kept, so that a line of many chunks (evidence) is joined
    once and not at every chunk.
    """

    __slots__ = ("_held", "_parts")

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._held = 0

    def feed(self, chunk: bytes) -> list[dict[str, Any]]:
        """The lines that `chunk` completes; blank ones are left out.

        Raises:
            ValueError: a line is not a JSON object, carries nonsense, or does not end.
        """
        cut = chunk.rfind(b"\n")
        if cut < 0:
            self._parts.append(chunk)
            self._held += len(chunk)
            if self._held > LONGEST_LINE:
                raise ValueError("a line of the stream does not end")
            return []
        self._held = len(chunk) - cut - 1
        self._parts.append(chunk[:cut])
        whole = b"".join(self._parts)
        self._parts = [chunk[cut + 1 :]] if cut + 1 < len(chunk) else []
        return [_line(raw) for raw in whole.split(b"\n") if raw]


def _line(raw: bytes) -> dict[str, Any]:
    line = orjson.loads(raw)
    if not isinstance(line, dict) or not isinstance(line.get("type"), str):
        raise ValueError("a line of the stream is not an object with a type")
    for name in _NUMBERS & line.keys():
        # They become parts of file names and keys: nothing but a number may pass.
        if type(line[name]) is not int or not 1 <= line[name] <= _MOST:
            raise ValueError(f"{name} in a line of the stream is not a number from 1 on")
    return line
