"""The key of the installation, and whether it opens what was sealed."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING, Final

from courier_backend.cli.doctor.finding import Finding, bad, ok
from courier_backend.cli.words import number_of
from courier_backend.model.errors import Conflict

if TYPE_CHECKING:
    from pathlib import Path

    from courier_backend.model.places import Places

_NAMED: Final = 20
_SHORT: Final = 8
_NODE_KEY: Final = "secret.key"
_WITHOUT: Final = (
    "Put it back from a copy; without it values at rest are lost, and must be given anew."
)
_WITHOUT_NODE_KEY: Final = (
    "Put it back from a copy, or remove it: the runner makes another, and forgets what it has."
)


def secret_key(places: Places) -> list[Finding]:
    """It is whole, and nobody else can read it; so is that of this machine's own node."""
    node_key = places.builtin_node / _NODE_KEY
    of_node = _key("node's key", node_key, _WITHOUT_NODE_KEY) if node_key.exists() else []
    return [*_key("secret key", places.secret_key, _WITHOUT), *of_node]


def _key(what: str, key: Path, cure: str) -> list[Finding]:
    from courier_backend.daemon.secret_key import KEY_BYTES  # noqa: PLC0415  for the doctor alone

    try:
        mode, length = stat.S_IMODE(key.stat().st_mode), len(key.read_bytes())
    except FileNotFoundError:
        return [ok(what, "none yet: the backend makes it")]
    except OSError as error:
        return [bad(what, f"{key} cannot be read: {error.strerror}.", "Mend its rights.")]
    if length < KEY_BYTES:
        words = f"{key} is damaged: it has {length} bytes, not {KEY_BYTES}."
        return [bad(what, words, cure)]
    if mode & 0o077:
        hint = f"`chmod 600 '{key}'`."
        return [bad(what, f"Others can read {key} (mode {mode:03o}).", hint)]
    return [ok(what, "yours alone")]


def sealed_values(places: Places) -> list[Finding]:
    """Those of the jobs open under the key."""
    from courier_backend.store.sealed import (  # noqa: PLC0415  for the doctor alone
        jobs_with_sealed_values,
    )

    if not places.database.exists():
        return []
    jobs = jobs_with_sealed_values(places.database)
    lost = [job_id for job_id, actions in jobs.items() if not _opens(places, job_id, actions)]
    if not lost:
        return [ok("sealed values", f"of {number_of(len(jobs), 'job')}, all open")] if jobs else []
    names = ", ".join(job_id[:_SHORT] for job_id in lost[:_NAMED])
    more = f" and {len(lost) - _NAMED} more" if len(lost) > _NAMED else ""
    key = places.secret_key
    why = "is not the key under which they were sealed" if key.exists() else "is gone"
    words = f"of {number_of(len(lost), 'job')}, cannot be opened ({names}{more}): {key} {why}."
    return [bad("sealed values", words, _WITHOUT)]


def _opens(places: Places, job_id: str, actions: dict[str, object]) -> bool:
    from courier_backend.daemon.vault import Vault  # noqa: PLC0415  for the doctor alone

    try:
        # Not `load_secret`: it makes a key where there is none.
        Vault(places.secret_key.read_bytes()).opened(actions, job_id)
    except (OSError, Conflict):
        return False
    return True
