"""Following something until it has ended, over every loss of contact that is not too long."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Generic, TypeVar

from courier_backend.cli.output import say
from courier_backend.client import calls
from courier_backend.client.patience import WATCHING_SECONDS, Patience
from courier_backend.model.errors import Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from courier_backend.cli.session import Session
    from courier_backend.model.event import EventItem

T = TypeVar("T")


def _nothing(_event: EventItem) -> None:
    """Nobody listens to the events in between."""


class Follower(Generic[T]):
    """Looks, listens for what may change the answer, and looks again.

    `look` asks how things are and gives the result once there is one. Each time that contact was
    lost it looks anew, so nothing that happened meanwhile is missed.
    """

    def __init__(
        self,
        session: Session,
        look: Callable[[], T | None],
        relevant: Container[str],
        *,
        job_id: str = "",
        instance_id: str = "",
        run_id: str = "",
        heard: Callable[[EventItem], None] = _nothing,
        notify: Callable[[str], None] = say,
    ) -> None:
        self._session = session
        self._look = look
        self._relevant = relevant
        self._whose = (job_id, instance_id, run_id)
        self._heard = heard
        self._notify = notify
        self._patience = Patience(WATCHING_SECONDS)
        self._gone = False

    def follow(self) -> T:
        """The result.

        Raises:
            Unreachable: the backend stays away for 60 seconds.
            CourierError: what `look` raises.
        """
        self._session.connect()  # one that is not there is started, before we wait for it
        while True:
            try:
                result = self._once()
            except Unreachable as error:
                self._wait(error)
            else:
                if result is not None:
                    return result

    def _once(self) -> T | None:
        # The place in the log is taken before the look: what comes in between is heard twice.
        last_seq = self._session.ask(calls.overview())["lastSeq"]
        result = self._look()
        self._back()
        return self._listen(last_seq) if result is None else result

    def _listen(self, after: int) -> T | None:
        job_id, instance_id, run_id = self._whose
        events = self._session.client.events(
            after, job_id=job_id, instance_id=instance_id, run_id=run_id, patience=0
        )
        for event in events:
            self._heard(event)
            if event["type"] in self._relevant:
                result = self._look()
                if result is not None:
                    return result
        return None

    def _wait(self, error: Unreachable) -> None:
        if not self._gone:
            self._gone = True
            sentence = f"{error.message} Trying again for {WATCHING_SECONDS:.0f} s."
            self._notify(f"{sentence} {error.hint}".rstrip())
        time.sleep(self._patience.pause(error))
        self._session.find_again()

    def _back(self) -> None:
        self._patience.renew()
        if self._gone:
            self._gone = False
            self._notify("The backend answers again.")
