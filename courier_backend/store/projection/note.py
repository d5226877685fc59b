"""One event on its way into the store."""

from dataclasses import dataclass
from typing import Any

import orjson

from courier_backend.model.errors import Conflict
from courier_backend.model.event import NewEvent
from courier_backend.model.times import from_text, to_micros
from courier_backend.store.batch import Batch
from courier_backend.store.known import Known, KnownInstance, KnownJob, KnownRun


@dataclass(slots=True)
class Numbers:
    """The numbers that the next rows get. Only the writer counts them up."""

    seq: int = 1
    job: int = 1
    instance: int = 1
    group: int = 1
    run: int = 1
    node: int = 1
    facts: int = 1
    exception: int = 1
    saved_filters: int = 1
    saved_lists: int = 1


@dataclass(slots=True)
class Note:
    """An event, its place in the log, and where its writes go.

    `job`, `instance` and `run` are what the log names; they are set once they are known.
    """

    event: NewEvent
    seq: int
    now: int
    batch: Batch
    known: Known
    numbers: Numbers
    job: KnownJob | None = None
    instance: KnownInstance | None = None
    run: KnownRun | None = None

    @property
    def data(self) -> dict[str, Any]:
        """What the event says."""
        return self.event.data

    def concerns_job(self, job: KnownJob) -> None:
        """The log names this job."""
        self.job = job

    def concerns_instance(self, instance: KnownInstance) -> None:
        """The log names this instance and its job."""
        self.instance = instance
        self.job = instance.job

    def concerns_run(self, run: KnownRun) -> None:
        """The log names this run, its instance and its job."""
        self.run = run
        self.instance = run.instance
        self.job = run.instance.job


def as_json(value: Any) -> str:  # noqa: ANN401  whatever an event holds
    """A value of the event's data as the store keeps it."""
    return orjson.dumps(value).decode()


def micros(text: str | None) -> int | None:
    """A time of the event's data as the store keeps it."""
    return to_micros(from_text(text)) if text else None


def checked(status: str, allowed: frozenset[str]) -> str:
    """A status that there is, as plain text.

    Raises:
        Conflict: there is no such status.
    """
    if status not in allowed:
        raise Conflict(f'There is no status "{status}".')
    return str(status)


def check_before(told: str, stored: str, what: str, its_id: str) -> None:
    """Refuse a change that was decided on another status than the stored one.

    Raises:
        Conflict: it was.
    """
    if told != stored:
        raise Conflict(
            f"{what} {its_id} is {stored}, and the change was decided on it being {told}."
        )
