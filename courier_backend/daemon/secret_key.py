"""The secret of an installation, and what is derived from it."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path
from typing import Final

from courier_backend.model.errors import Conflict

KEY_BYTES: Final = 32


def load_secret(path: Path) -> bytes:
    """The secret in `path`; made there, readable by its owner alone, at the first time.

    Raises:
        Conflict: it cannot be read or made, or is damaged.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            _make(path)
        secret = path.read_bytes()
    except OSError as error:
        raise Conflict(f"The key {path} cannot be used: {error.strerror}.") from error
    if len(secret) < KEY_BYTES:
        raise Conflict(
            f"The key {path} is damaged: it is shorter than {KEY_BYTES} bytes.",
            hint="Restore it from a backup; without it, links and values at rest are lost.",
        )
    return secret


def _make(path: Path) -> None:
    draft = path.with_suffix(f".{os.getpid()}.new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)


def derive(secret: bytes, purpose: str) -> bytes:
    """A key for one purpose (HMAC-SHA256 of its name), so that no two uses share a key."""
    return hmac.new(secret, purpose.encode(), hashlib.sha256).digest()
