"""Server-sent events, read from chunks as they come (WHATWG HTML, section 9.2). No I/O."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SseMessage:
    """One message: its `event` name ("message" when unnamed), its data, and the last id given."""

    event: str
    data: str
    id: str


class SseDecoder:
    """Takes bytes, gives messages. Lines end with LF, CR LF or CR.

    A block with an id alone sets the position of the reader and says nothing: it is given as a
    message with empty data.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._event = ""
        self._data: list[str] = []
        self._id = ""
        self._moved = False

    def feed(self, chunk: bytes) -> list[SseMessage]:
        """The messages that this chunk completes."""
        data = self._rest + chunk
        if b"\r" in data:
            held = data.endswith(b"\r")  # its LF may come with the next chunk
            body = data[:-1] if held else data
            data = body.replace(b"\r\n", b"\n").replace(b"\r", b"\n") + (b"\r" if held else b"")
        *lines, self._rest = data.split(b"\n")
        return [message for line in lines if (message := self._line(line)) is not None]

    def _line(self, line: bytes) -> SseMessage | None:
        if not line:
            return self._dispatch()
        name, _, value = line.partition(b":")
        text = value.removeprefix(b" ").decode(errors="replace")
        if name == b"data":
            self._data.append(text)
        elif name == b"event":
            self._event = text
        elif name == b"id" and "\0" not in text:
            self._id, self._moved = text, True
        return None

    def _dispatch(self) -> SseMessage | None:
        event, data, moved = self._event, self._data, self._moved
        self._event, self._data, self._moved = "", [], False
        if not data and not moved:
            return None
        return SseMessage(event or "message", "\n".join(data), self._id)
