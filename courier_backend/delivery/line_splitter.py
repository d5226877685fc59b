"""Splitting a stream of bytes into NDJSON lines, those of one wake-up taken together."""

from typing import Any

import orjson


class LineSplitter:
    """Collects chunks; gives the lines that are complete.

    A chunk without a newline is only kept, so that a line of many chunks (evidence) is joined
    once and not at every chunk.
    """

    __slots__ = ("_parts",)

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def feed(self, chunk: bytes) -> list[dict[str, Any]]:
        """The lines that `chunk` completes; blank ones are left out.

        Raises:
            ValueError: a line is not a JSON object.
        """
        cut = chunk.rfind(b"\n")
        if cut < 0:
            self._parts.append(chunk)
            return []
        self._parts.append(chunk[:cut])
        whole = b"".join(self._parts)
        self._parts = [chunk[cut + 1 :]] if cut + 1 < len(chunk) else []
        return [_line(raw) for raw in whole.split(b"\n") if raw]


def _line(raw: bytes) -> dict[str, Any]:
    line = orjson.loads(raw)
    if not isinstance(line, dict) or not isinstance(line.get("type"), str):
        raise ValueError("a line of the stream is not an object with a type")
    return line
