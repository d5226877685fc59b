"""What all commands of one call share: where things are, whom to ask, how to answer."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

from courier_backend.cli.output import say

if TYPE_CHECKING:
    from pathlib import Path

    from courier_backend.client.address import Address
    from courier_backend.client.call import Call
    from courier_backend.client.sync_client import SyncClient
    from courier_backend.model.places import Places

T = TypeVar("T")

_CHANGING: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(slots=True)
class Session:
    """The wishes of one call; the backend is looked for when something is asked of it."""

    url: str = ""
    token_file: str = ""
    profile: str = ""
    format: str = ""
    formats: tuple[str, ...] = ("table",)
    columns: tuple[str, ...] = ()
    verbose: bool = False
    dry_run: bool = False
    _client: SyncClient | None = None

    @property
    def form(self) -> str:
        """How to answer: as was asked, else in the command's own way (its first)."""
        return self.format or self.formats[0]

    @property
    def for_programs(self) -> bool:
        """Whether a program reads the answer."""
        return self.form != "table"

    @property
    def places(self) -> Places:
        """The folders of this installation."""
        from courier_backend.model.places import places  # noqa: PLC0415  start-up time

        return places()

    @property
    def client(self) -> SyncClient:
        """A client of the backend, which is started when there is none."""
        return self._client or self.connect()

    def connect(self, *, start: bool = True) -> SyncClient:
        """Find the backend, and remember it.

        Raises:
            CourierError: there is none, or what names it is wrong.
        """
        from courier_backend.client.connect import connect  # noqa: PLC0415  start-up time

        url, token_file = self.named()
        notice = self._notice
        found = connect(self.places, url=url, token_file=token_file, start=start, notice=notice)
        return self._use(found)

    def named(self) -> tuple[str, str]:
        """URL and token file as given, or as the profile says; "" where nothing names them.

        The default profile gives way to ``COURIER_URL``.
        """
        path = self.places.config_file
        if self.url or not (self.profile or _has_default(path)):
            return self.url, self.token_file
        from courier_backend.cli.profiles.reading import read_profiles  # noqa: PLC0415  rarely needed

        found = read_profiles(path).get(self.profile)
        return found.url, self.token_file or found.token_file

    def find_again(self) -> None:
        """Look where the backend is now; one that has gone is not started."""
        from courier_backend.client.connect import named_address  # noqa: PLC0415  start-up time
        from courier_backend.client.trust import running  # noqa: PLC0415  start-up time

        url, token_file = self.named()
        found = named_address(url, token_file, os.environ) or running(self.places)
        if found is not None:
            self._use(found)

    def ask(self, call: Call[T], *, seconds: float | None = None) -> T:
        """The answer to a call; `seconds`: how long it may take, where that is long.

        Raises:
            CourierError: the backend says no, or cannot be reached.
            Rehearsed: this would have changed something, and only that was to be told.
        """
        client = self.client
        if self.dry_run and call.method in _CHANGING:
            return self._rehearse(call)
        if self.verbose:
            say(f"{call.method} {client.address.url}{call.target}")
        return client.send(call) if seconds is None else self._patient(seconds).send(call)

    def _rehearse(self, call: Call[T]) -> T:
        """The answer to a call that turns out to change nothing."""
        from courier_backend.cli.rehearsed import end_rehearsal  # noqa: PLC0415  start-up time
        from courier_backend.client.call import Call  # noqa: PLC0415  start-up time

        query = {**call.query, "dryRun": "true"}
        answer = self.client.send(
            Call(call.method, call.path, _whole, query, call.body, call.headers)
        )
        if isinstance(answer, dict) and answer.get("item", {}).get("dryRun") is True:
            end_rehearsal(self, answer["item"])
        return call.read(answer)

    def envelope(self, call: Call[Any], *, seconds: float | None = None) -> dict[str, Any]:
        """The answer as it came, in its envelope."""
        answer: dict[str, Any] = self.ask(replace(call, read=_whole), seconds=seconds)
        return answer

    def _use(self, address: Address) -> SyncClient:
        from courier_backend.client.sync_client import SyncClient  # noqa: PLC0415  start-up time

        self._client = SyncClient(address)
        return self._client

    def _patient(self, seconds: float) -> SyncClient:
        from courier_backend.client.sync_client import SyncClient  # noqa: PLC0415  start-up time

        return SyncClient(self.client.address, timeout=seconds)

    def _notice(self, sentence: str) -> None:
        say(f"Note: {sentence}")


def _has_default(config: Path) -> bool:
    """Whether a default profile counts; found out without reading TOML, which takes its time."""
    if os.environ.get("COURIER_URL"):
        return False
    try:
        return b"profile" in config.read_bytes()
    except OSError:
        return False


def _whole(answer: object) -> object:
    return answer
