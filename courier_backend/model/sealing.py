"""Sealing a value at rest: AES-GCM under a key, bound to the place where the value belongs.

A sealed value is text. It opens only under the same key and for the same place, so that one that
was moved to another job or another name is worth nothing.
"""

from __future__ import annotations

import base64
import binascii
import os
from typing import TYPE_CHECKING, Final

from courier_backend.model.errors import Conflict

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

BEGINNING: Final = "sealed:1:"
"""What every sealed value begins with; what follows is URL-safe base64."""
_NONCE_BYTES: Final = 12


def is_sealed(value: object) -> bool:
    """Whether this looks like a sealed value."""
    return isinstance(value, str) and value.startswith(BEGINNING)


class Seal:
    """Seals and opens values under one key of 32 bytes."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._cipher: AESGCM | None = None

    def close(self, value: str, place: str) -> str:
        """The value, sealed for a place."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = nonce + self._aes().encrypt(nonce, value.encode(), place.encode())
        return BEGINNING + base64.urlsafe_b64encode(sealed).decode()

    def open(self, sealed: str, place: str) -> str:
        """The value that was sealed for this place.

        Raises:
            Conflict: it was not, or not under this key.
        """
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415  slow, and seldom needed

        try:
            raw = base64.urlsafe_b64decode(sealed.removeprefix(BEGINNING))
            opened = self._aes().decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], place.encode())
        except (InvalidTag, ValueError, binascii.Error) as error:
            raise Conflict(
                "A sealed value cannot be opened: it is damaged, or was sealed under another key.",
                hint="Restore the key that was in use when the value was kept, or give it anew.",
            ) from error
        return opened.decode()

    def _aes(self) -> AESGCM:
        """Made when it is first needed: most processes never see a sensitive value."""
        if self._cipher is None:
            from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

            self._cipher = AESGCM(self._key)
        return self._cipher
