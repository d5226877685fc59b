"""What must not get into the files of the evidence."""

from collections.abc import Iterable
from typing import Protocol


class Screen(Protocol):
    """What keeps things out of the files of the evidence."""

    def name(self, name: str) -> str:
        """The name under which a member is kept."""
        ...

    def pieces(self, pieces: Iterable[bytes]) -> Iterable[bytes]:
        """The content that is kept of a member."""
        ...

    def refusal(self, name: str) -> str:
        """Why a member is left out; empty when it is not."""
        ...


class NoScreen:
    """Everything is kept as it is."""

    def name(self, name: str) -> str:
        """The same name."""
        return name

    def pieces(self, pieces: Iterable[bytes]) -> Iterable[bytes]:
        """The same content."""
        return pieces

    def refusal(self, name: str) -> str:  # noqa: ARG002  of a protocol
        """No reason to leave it out."""
        return ""
