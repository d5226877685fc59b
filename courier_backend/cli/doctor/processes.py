"""The backend of this data folder, and the runner of this machine."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from courier_backend import __version__
from courier_backend.cli.doctor.finding import Finding, bad, ok, warn
from courier_backend.cli.words import number_of
from courier_backend.client import calls
from courier_backend.client.sync_client import SyncClient
from courier_backend.client.trust import lock_is_held, running
from courier_backend.hosting.renewal import is_outdated
from courier_backend.hosting.runner_process import find_runner, is_locked
from courier_backend.model.errors import CourierError

if TYPE_CHECKING:
    from courier_backend.client.address import Address
    from courier_backend.model.places import Places

_CONNECT_SECONDS: Final = 2.0
_PAGE: Final = 1000
_NAMED: Final = 5


def backend(places: Places) -> list[Finding]:
    """Either there is none, or it answers."""
    found = running(places)
    if found is not None:
        return [_version(found), *_health(found)]
    if not lock_is_held(places.lock):
        return [ok("backend", "none runs; the next command starts it"), *_last_start(places)]
    if not places.backend_file.exists():
        hint = "Wait a moment; else end the process that `data/backend.lock` names."
        return [bad("backend", "one holds the lock, and has not said where it answers", hint)]
    hint = "End the process that `data/backend.lock` names; the next command starts another."
    return [bad("backend", "one holds the lock, and does not answer", hint)]


def _version(found: Address) -> Finding:
    if found.version == __version__:
        return ok("backend", f"answers at {found.url}, version {found.version}")
    words = f"answers at {found.url}, version {found.version}; this program is {__version__}"
    return warn("backend", words, "`courier backend stop`; the next command starts the new one.")


def _health(found: Address) -> list[Finding]:
    try:
        counts = SyncClient(found).send(calls.overview())
    except CourierError as error:
        return [bad("backend", error.message, "Its log stands in state/log/backend.jsonl.")]
    offline = counts["nodes"].get("offline", 0)
    if offline:
        hint = "`courier nodes list --health offline` shows them."
        return [warn("fleet", f"offline: {number_of(offline, 'node')}", hint), *_others(found)]
    told = ok("fleet", f"{number_of(sum(counts['nodes'].values()), 'node')}, none offline")
    return [told, *_others(found)]


def _others(found: Address) -> list[Finding]:
    """Nodes whose runner has not the backend's version: they work, as far as both understand."""
    client = SyncClient(found)
    others: dict[str, list[str]] = {}
    for page in client.pages(calls.list_nodes(size=_PAGE, archived=False)):
        for node in page["items"]:
            if node["runnerVersion"] not in {"", found.version}:
                others.setdefault(node["runnerVersion"], []).append(node["name"])
    hint = f"Bring their runners to {found.version}; work goes on meanwhile."
    return [
        warn("versions", f"the runner of {_some(names)} has version {version}", hint)
        for version, names in sorted(others.items())
    ]


def _some(names: list[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _last_start(places: Places) -> list[Finding]:
    """What the last start left to say, if it went wrong."""
    try:
        lines = places.start_log.read_text(errors="replace").strip().splitlines()
    except OSError:
        return []
    if not lines:
        return []
    hint = f"All of it stands in {places.start_log}."
    return [warn("last start", f"the backend said: {lines[-1].strip()}", hint)]


def local_runner(places: Places) -> list[Finding]:
    """This machine's own node answers, where a backend needs it."""
    home = places.builtin_node
    if not is_locked(home / "runner.lock"):
        if running(places) is None:
            return [ok("runner", "none runs; it comes with the backend")]
        hint = f"`courier backend stop`, then start it; {home / 'runner.log'} says why it ended."
        return [bad("runner", "this machine's own node does not run", hint)]
    runner = find_runner(home)
    if runner is None:
        hint = f"{home / 'runner.log'} says what it does."
        return [warn("runner", "it runs, and has not said where it answers", hint)]
    if not _answers(runner.url):
        hint = f"End process {runner.pid}; the backend starts another."
        return [bad("runner", f"process {runner.pid} does not answer at {runner.url}", hint)]
    if is_outdated(runner):
        is_other = runner.version != __version__
        what = f"version {runner.version}" if is_other else "an older or newer build"
        words = f"answers at {runner.url}, {what}; this program is {__version__}"
        hint = "A backend of this version replaces it as soon as it has no work."
        return [warn("runner", words, hint)]
    return [ok("runner", f"answers at {runner.url}, version {runner.version}")]


def _answers(url: str) -> bool:
    parts = urlsplit(url)
    try:
        with socket.create_connection((parts.hostname, parts.port), _CONNECT_SECONDS):
            return True
    except OSError:
        return False
