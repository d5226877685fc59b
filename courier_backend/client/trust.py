"""Whether the backend that a data folder names is the one that answers: lock, nonce, HMAC.

Ports and process ids get reused; a token is sent only to who has shown to know it.
"""

import fcntl
import hmac
import json
import os
import secrets
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from courier_backend.client.address import Address
from courier_backend.model.places import Places

HEALTH_SECONDS: Final = 2.0
_LONGEST_ANSWER: Final = 4096
_OK: Final = 200


def running(places: Places) -> Address | None:
    """The backend of this data folder, if one lives and is what it says."""
    told = _told(places.backend_file)
    if told is None:
        return None
    version = proven_version(told.url, told.token)
    # The lock is asked last: asking takes it for a moment, which must not meet a backend's start.
    if version is None or not lock_is_held(places.lock):
        return None
    return Address(told.url, told.token, version)


def proven_version(url: str, token: str) -> str | None:
    """The version of the backend at `url`; None unless it shows that it knows the token."""
    nonce = secrets.token_hex(16)
    answer = _health(url, nonce)
    proof = hmac.digest(token.encode(), nonce.encode(), "sha256").hex()
    if not hmac.compare_digest(str(answer.get("hmac", "")).encode(), proof.encode()):
        return None
    return str(answer.get("version", ""))


def lock_is_held(path: Path) -> bool:
    """Whether some process holds the lock."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)


def _told(path: Path) -> Address | None:
    try:
        told = json.loads(path.read_bytes())
        return Address(str(told["url"]), str(told["token"]), str(told.get("version", "")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None  # not there, or not ours: the same as no backend


def _health(url: str, nonce: str) -> dict[str, Any]:
    """What ``/healthz`` answers; nothing when it does not."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=HEALTH_SECONDS)
    try:
        connection.request("GET", f"/healthz?nonce={nonce}", headers={"Connection": "close"})
        response = connection.getresponse()
        body = response.read(_LONGEST_ANSWER)
        answer = json.loads(body) if response.status == _OK else None
    except (OSError, HTTPException, ValueError):
        return {}
    finally:
        connection.close()
    return answer if isinstance(answer, dict) else {}
