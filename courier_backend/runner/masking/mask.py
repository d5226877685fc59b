"""Masking sensitive values in text, in data and in streams of bytes.

Every occurrence of every form of every value is hidden, also where they overlap. A stream holds
back no more than what may be the beginning of a form, so that a value that is split over reads is
found and what is no value is seen at once.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeVar, cast

from courier_backend.runner.masking.finder import Finder, Search
from courier_backend.runner.masking.forms import SHORTEST_WIDTH, forms_of

MASKED: Final = "••••••"
"""What a masked value looks like."""
_MASKED_BYTES: Final = MASKED.encode()

_T = TypeVar("_T")


class Mask:
    """Hides some values."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = forms_of(secrets)
        self._finders = (Finder(forms.plain), Finder(forms.in_base64, over_lines=True))
        self.is_empty = not forms.plain
        """Whether there is nothing to hide."""

    @property
    def longest(self) -> int:
        """The size of the longest form, cut into lines where that is usual."""
        plain, in_base64 = (finder.longest for finder in self._finders)
        return max(plain, in_base64 + 2 * (in_base64 // SHORTEST_WIDTH + 1))

    def data(self, data: bytes) -> bytes:
        """Bytes without the values."""
        if self.is_empty:
            return data
        stream = self.stream()
        return stream.feed(data) + stream.finish()

    def text(self, text: str) -> str:
        """A text without the values."""
        if self.is_empty:
            return text
        masked = self.data(text.encode("utf-8", "surrogatepass"))
        return masked.decode("utf-8", "surrogatepass")

    def value(self, value: _T) -> _T:
        """Data, such as JSON holds, without the values in any of its texts."""
        return value if self.is_empty else cast("_T", self._deep(value))

    def _deep(self, value: object) -> object:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self._deep(key): self._deep(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._deep(item) for item in value]
        return value

    def stream(self) -> "MaskStream":
        """Masking of bytes that come in pieces."""
        return MaskStream(self._finders)

    def pieces(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Bytes in pieces without the values."""
        stream = self.stream()
        for piece in pieces:
            if masked := stream.feed(piece):
                yield masked
        if rest := stream.finish():
            yield rest


class MaskStream:
    """Masks bytes as they come. What it has given never needs to be taken back."""

    def __init__(self, finders: Sequence[Finder]) -> None:
        self._finders = [finder for finder in finders if finder.longest]
        self._rest = b""
        self._covered = 0

    def feed(self, data: bytes) -> bytes:
        """More bytes; gives those that are certain now."""
        if not self._finders:
            return data
        data = self._rest + data
        searches = [finder.search(data) for finder in self._finders]
        return self._give(data, searches, min(each.uncertain_from() for each in searches))

    def cut(self) -> bytes:
        """The bytes that follow are lost: what may be the beginning of a value is hidden."""
        held, self._rest = len(self._rest) - self._covered, b""
        return _MASKED_BYTES if held > 0 else b""

    def finish(self) -> bytes:
        """No more bytes follow; gives the last ones."""
        searches = [finder.search(self._rest) for finder in self._finders]
        return self._give(self._rest, searches, len(self._rest))

    def _give(self, data: bytes, searches: list[Search], upto: int) -> bytes:
        """Bytes before `upto`; of a hidden place that reaches further its end is remembered."""
        out: list[bytes] = []
        at = self._covered
        for begin, end in sorted(span for each in searches for span in each.spans(upto)):
            if begin >= at:
                out += (data[at:begin], _MASKED_BYTES)
            at = max(at, end)
        if at < upto:
            out.append(data[at:upto])
        self._rest, self._covered = data[upto:], max(0, at - upto)
        return b"".join(out)
