"""Masking sensitive values in text, in data and in streams of bytes.

Every occurrence of every form of every value is hidden, also where they overlap. A stream holds
back no more than what may be the beginning of a form, so that a value that is split over reads is
found and what is no value is seen at once.
"""

from collections.abc import Iterable, Iterator
from typing import Final, TypeVar, cast

from courier_backend.runner.masking.forms import forms_of

MASKED: Final = "••••••"
"""What a masked value looks like."""
_MASKED_BYTES: Final = MASKED.encode()
_WEIGHED_BYTES: Final = 4096
"""Above this length, the whole length of a form is held back rather than what may begin one."""

Span = tuple[int, int]
_T = TypeVar("_T")


class Mask:
    """Hides some values."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._forms = forms_of(secrets)

    @property
    def longest(self) -> int:
        """The size of the longest form."""
        return len(self._forms[0]) if self._forms else 0

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to hide."""
        return not self._forms

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
        return MaskStream(self._forms)

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

    def __init__(self, forms: list[bytes]) -> None:
        self._forms = forms
        self._rest = b""
        self._covered = 0

    def feed(self, data: bytes) -> bytes:
        """More bytes; gives those that are certain now."""
        if not self._forms:
            return data
        data = self._rest + data
        return self._give(data, self._uncertain_from(data))

    def cut(self) -> bytes:
        """The bytes that follow are lost: what may be the beginning of a value is hidden."""
        held, self._rest = len(self._rest) - self._covered, b""
        return _MASKED_BYTES if held > 0 else b""

    def finish(self) -> bytes:
        """No more bytes follow; gives the last ones."""
        return self._give(self._rest, len(self._rest))

    def _uncertain_from(self, data: bytes) -> int:
        """Where what may become a form with the bytes to come begins."""
        end = len(data)
        if len(self._forms[0]) > _WEIGHED_BYTES:
            return max(0, end - len(self._forms[0]) + 1)
        return min((_beginning(data, form) for form in self._forms), default=end)

    def _give(self, data: bytes, upto: int) -> bytes:
        """Bytes before `upto`; of a hidden place that reaches further its end is remembered."""
        out: list[bytes] = []
        at = self._covered
        for begin, end in self._spans(data, upto):
            if begin >= at:
                out += (data[at:begin], _MASKED_BYTES)
            at = max(at, end)
        if at < upto:
            out.append(data[at:upto])
        self._rest, self._covered = data[upto:], max(0, at - upto)
        return b"".join(out)

    def _spans(self, data: bytes, upto: int) -> list[Span]:
        """Every occurrence that begins before `upto`, in order."""
        found: list[Span] = []
        for form in self._forms:
            size = len(form)
            last = upto - 1 + size
            at = data.find(form, 0, last)
            while at >= 0:
                found.append((at, at + size))
                at = data.find(form, at + 1, last)
        found.sort()
        return found


def _beginning(data: bytes, form: bytes) -> int:
    """Where the end of `data` that begins `form` starts; its very end when there is none."""
    end = len(data)
    at = data.find(form[:1], max(0, end - len(form) + 1))
    while at >= 0:
        if form.startswith(data[at:]):
            return at
        at = data.find(form[:1], at + 1)
    return end
