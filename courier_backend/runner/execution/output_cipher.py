"""Keeping output that nobody may read yet: encrypted under a key that exists in memory alone.

When the runner ends, the key is gone, and with it the output: it could not be masked any more.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.algorithms import AES

_KEY_BYTES: Final = 32
_BLOCK_BYTES: Final = 16


class OutputCipher:
    """AES in counter mode over the offsets of one stream; applied twice it gives the bytes back."""

    def __init__(self) -> None:
        from cryptography.hazmat.primitives.ciphers.algorithms import AES  # noqa: PLC0415  slow

        self._key: AES = AES(os.urandom(_KEY_BYTES))

    def apply(self, data: bytes, offset: int) -> bytes:
        """Bytes of the stream from `offset` on, encrypted or decrypted."""
        from cryptography.hazmat.primitives.ciphers import Cipher, modes  # noqa: PLC0415  slow

        block, skipped = divmod(offset, _BLOCK_BYTES)
        counter = modes.CTR(block.to_bytes(_BLOCK_BYTES, "big"))
        return Cipher(self._key, counter).encryptor().update(bytes(skipped) + data)[skipped:]
