"""What is checked while a file comes in: its length and its digest (RFC 9530). No I/O."""

import hashlib
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass

from courier_backend.model.errors import CourierError

Write = Callable[[bytes], object]


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A file that arrived whole."""

    bytes: int
    sha256: str


class CheckedSink:
    """Hands chunks on and remembers what it saw."""

    def __init__(self, write: Write, length: str | None, repr_digest: str | None) -> None:
        self._write = write
        self._length = length
        self._expected = repr_digest
        self._hash = hashlib.sha256()
        self._bytes = 0

    def feed(self, chunk: bytes) -> None:
        """The next part."""
        self._hash.update(chunk)
        self._bytes += len(chunk)
        self._write(chunk)

    def finish(self) -> Downloaded:
        """It is all there.

        Raises:
            CourierError: it is not, or it is something else.
        """
        if self._length is not None and self._bytes != int(self._length):
            raise CourierError(
                f"The download ended after {self._bytes} of {self._length} bytes.",
                hint="Try again.",
            )
        ours = f"sha-256=:{b64encode(self._hash.digest()).decode()}:"
        if self._expected is not None and self._expected != ours:
            raise CourierError(
                "The downloaded file is not what the backend sent: its digest differs.",
                hint="Try again.",
            )
        return Downloaded(self._bytes, self._hash.hexdigest())
