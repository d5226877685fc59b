"""The key under which a runner keeps sensitive values in its home, made when it is first needed."""

import os
import secrets
from pathlib import Path
from typing import Final

from courier_backend.model.errors import Conflict
from courier_backend.model.sealing import Seal

NAME: Final = "secret.key"
_BYTES: Final = 32


class HomeSeal:
    """Seals under the key of a home. Nothing is read or made before the first sensitive value."""

    def __init__(self, home: Path) -> None:
        self._path = home / NAME
        self._seal: Seal | None = None

    def close(self, value: str, place: str) -> str:
        """The value, sealed for a place.

        Raises:
            Conflict: the key cannot be made or read.
        """
        return self._under_key().close(value, place)

    def open(self, sealed: str, place: str) -> str:
        """The value that was sealed for this place.

        Raises:
            Conflict: it was not, not under this key, or there is no key any more.
        """
        return self._under_key().open(sealed, place)

    def _under_key(self) -> Seal:
        if self._seal is None:
            self._seal = Seal(_load(self._path))
        return self._seal


def _load(path: Path) -> bytes:
    try:
        if not path.exists():
            _make(path)
        key = path.read_bytes()
    except OSError as error:
        raise Conflict(f"The key {path} cannot be used: {error.strerror}.") from error
    if len(key) != _BYTES:
        raise Conflict(f"The key {path} is damaged: it has not {_BYTES} bytes.")
    return key


def _make(path: Path) -> None:
    """Written and synced under another name first; what is sealed under it must stay readable."""
    draft = path.with_name(f"{path.name}.draft")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
    with os.fdopen(os.open(draft, flags, 0o600), "wb") as file:
        file.write(secrets.token_bytes(_BYTES))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
