"""Finding the backend: one that was named, or that of the data folder, started if need be."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from courier_backend import __version__
from courier_backend.client import calls
from courier_backend.client.address import Address, checked_url
from courier_backend.client.start import start_backend, wait_until_gone
from courier_backend.client.sync_client import SyncClient
from courier_backend.client.trust import running
from courier_backend.model.errors import BadInput, Conflict, CourierError, Unreachable
from courier_backend.model.places import Places

URL_VARIABLE: Final = "COURIER_URL"
TOKEN_VARIABLE: Final = "COURIER_TOKEN"  # noqa: S105  the name of a variable, no secret
_MOST_TOKEN_BYTES: Final = 4096

Notice = Callable[[str], None]


def connect(
    places: Places,
    *,
    url: str = "",
    token_file: str = "",
    start: bool = True,
    notice: Notice = lambda _sentence: None,
) -> Address:
    """The backend to talk to.

    A named one (`url`, or ``COURIER_URL``) is taken as it is and never started; else that of
    the data folder is, and is started when there is none. `notice` hears what should be known.

    Raises:
        Unreachable: there is none, and it was not to be started or did not start.
        BadInput: what names it is incomplete.
        Conflict: it is of another major version and busy.
    """
    named = named_address(url, token_file, os.environ)
    if named is not None:
        return named
    found = running(places)
    if found is not None:
        return _of_our_version(places, found, notice)
    if not start:
        raise Unreachable(
            f"No backend is running for {places.data}.", hint="`courier backend start` starts one."
        )
    return start_backend(places)


async def connect_async(
    places: Places,
    *,
    url: str = "",
    token_file: str = "",
    start: bool = True,
    notice: Notice = lambda _sentence: None,
) -> Address:
    """`connect`, without blocking the loop (`notice` is called in another thread)."""
    import asyncio  # noqa: PLC0415  the short-lived commands do without it

    return await asyncio.to_thread(
        connect, places, url=url, token_file=token_file, start=start, notice=notice
    )


def named_address(url: str, token_file: str, environment: Mapping[str, str]) -> Address | None:
    """A backend that was named, by `url` or in the environment; None when none was.

    Raises:
        BadInput: it has no token, or the token's file cannot be read.
    """
    base = url or environment.get(URL_VARIABLE, "")
    if not base:
        return None
    token = _token_in(token_file) if token_file else environment.get(TOKEN_VARIABLE, "")
    if not token:
        raise BadInput(
            f"There is no token for the backend at {base}.",
            hint=f"Set {TOKEN_VARIABLE}, or give --token-file.",
        )
    return Address(checked_url(base), token, elsewhere=True)


def _token_in(path: str) -> str:
    try:
        return Path(path).expanduser().read_bytes()[:_MOST_TOKEN_BYTES].decode("ascii").strip()
    except OSError as error:
        raise BadInput(f"The token file {path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"The token file {path} holds no token.") from error


def _of_our_version(places: Places, found: Address, notice: Notice) -> Address:
    if found.version == __version__:
        return found
    if _parts(found.version) < _parts(__version__) and _is_idle(found):
        return _replaced(places, found)
    if _parts(found.version)[0] != _parts(__version__)[0]:
        raise Conflict(
            f"The running backend has version {found.version}, this program {__version__}: "
            "they do not understand each other.",
            hint="`courier backend stop` ends it; the next command starts one of this version.",
        )
    notice(f"The running backend has version {found.version}, this program {__version__}.")
    return found


def _is_idle(found: Address) -> bool:
    """Whether nothing would be missed; one that cannot say so is taken to be busy."""
    try:
        status = SyncClient(found).send(calls.backend_status())
        return not (status["activeInstances"] or status["activeRuns"] or status["scheduledJobs"])
    except (CourierError, KeyError, ValueError):
        return False


def _replaced(places: Places, found: Address) -> Address:
    SyncClient(found).send(calls.backend_stop())
    if not wait_until_gone(places):
        raise Conflict(
            f"The idle backend of version {found.version} does not end.",
            hint="`courier backend status` shows its process.",
        )
    return start_backend(places)


def _parts(version: str) -> tuple[int, ...]:
    """The numbers of a version, leniently: what is no number counts as 0."""
    return tuple(int(part) if part.isdigit() else 0 for part in version.split(".")[:3])
