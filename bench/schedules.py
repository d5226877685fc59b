"""Jobs by schedule, and how late they are: seen by a client that watches the events."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bench.courier import Courier
from bench.jobs import Job, group, job, step
from courier_backend.client.address import Address
from courier_backend.client.sync_client import SyncClient

_WAIT_SECONDS = 120.0
_A_JOB = 0.03


def at(moment: datetime, nodes: list[str], *, name: str) -> Job:
    """``/bin/true`` once, at a second of UTC."""
    rule = f"RRULE:DTSTART={moment:%Y%m%dT%H%M%SZ};FREQ=DAILY;COUNT=1"
    return job([group(nodes)], [step("/bin/true")], name=name) | {"scheduleRule": rule}


def lead(count: int) -> float:
    """So many seconds ahead are enough to submit so many jobs."""
    return 5 + count * _A_JOB


def submit_due(courier: Courier, nodes: list[str], seconds: float) -> tuple[datetime, list[str]]:
    """A job for each node, all due in the same second so many seconds from now."""
    due = (datetime.now(UTC) + timedelta(seconds=seconds)).replace(microsecond=0)
    ids = [
        str(courier.submit(at(due, [node], name=f"due-{number}"))["id"])
        for number, node in enumerate(nodes)
    ]
    if datetime.now(UTC) > due:
        raise TimeoutError("the jobs were due before all of them were submitted")
    return due, ids


@dataclass
class Watcher:
    """What was told when: by job, of the first word on its instance and of its end."""

    begun: dict[str, float] = field(default_factory=dict)
    ended: dict[str, float] = field(default_factory=dict)
    changed: threading.Condition = field(default_factory=threading.Condition)
    stopping: bool = False

    def watch(self, client: SyncClient, after: int) -> None:
        """Note events as they come, until nobody wants to know."""
        kinds = ("instance-created", "instance-changed")
        for event in client.events(after, kinds=kinds, patience=1):
            self._note(event["type"], event["jobId"] or "", event["data"])
            if self.stopping:
                return

    def _note(self, kind: str, job_id: str, data: dict[str, object]) -> None:
        with self.changed:
            if kind == "instance-created":
                self.begun.setdefault(job_id, time.time())
            elif data.get("finishedAt"):
                self.ended[job_id] = time.time()
            self.changed.notify_all()

    def wait(self, ids: list[str]) -> None:
        """Until an instance of every job has ended."""
        with self.changed:
            if not self.changed.wait_for(lambda: self.ended.keys() >= set(ids), _WAIT_SECONDS):
                missing = len(set(ids) - self.ended.keys())
                raise TimeoutError(f"{missing} of {len(ids)} jobs were not executed")

    def last(self, ids: list[str], due: datetime) -> float:
        """How long after its time the last of them had ended, in seconds."""
        return max(self.ended[each] for each in ids) - due.timestamp()

    def late(self, ids: list[str], due: datetime) -> list[float]:
        """How long after its time each instance was heard of, in seconds."""
        return [self.begun[each] - due.timestamp() for each in ids]


@contextmanager
def watching(courier: Courier) -> Iterator[Watcher]:
    """A client that hears of every instance from now on."""
    told = courier.announced()
    client = SyncClient(Address(told["url"], told["token"]))
    after = int(courier.call("GET", "/courier/stats-api/v1/overview")["item"]["lastSeq"])
    watcher = Watcher()
    thread = threading.Thread(target=watcher.watch, args=(client, after), daemon=True)
    thread.start()
    try:
        yield watcher
    finally:
        watcher.stopping = True
