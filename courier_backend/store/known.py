"""What the writer knows of rows without asking: their numbers, parents and statuses.

Everything that an event names is resolved here, from memory where it was met before, else from
the database. So a status can be checked against the one that an event was decided on, and
counters never drift. After a rollback all of it is forgotten and read again.
"""

from dataclasses import dataclass
from typing import Final, Protocol

from courier_backend.model.errors import Conflict

_MOST_RUNS: Final = 50_000
_MOST_OTHERS: Final = 10_000

_JOB: Final = "SELECT no, status, deleted_at IS NOT NULL FROM jobs WHERE id = ?"
_INSTANCE: Final = (
    "SELECT i.no, i.status, j.id FROM instances i JOIN jobs j ON j.no = i.job_no WHERE i.id = ?"
)
_GROUPS: Final = "SELECT group_number, no FROM groups WHERE instance_no = ?"
_RUN: Final = (
    "SELECT r.no, r.status, r.group_no, r.node_id, i.id"
    " FROM runs r JOIN instances i ON i.no = r.instance_no WHERE r.id = ?"
)
_NODE: Final = "SELECT no, health, archived FROM nodes WHERE id = ?"
_EXCEPTION: Final = "SELECT no FROM exceptions WHERE id = ?"
_SAVED: Final = {
    name: f"SELECT no FROM {name} WHERE id = ?"  # noqa: S608  our own names
    for name in ("saved_filters", "saved_lists")
}
_EVIDENCE: Final = (
    "SELECT evidence_state, evidence_bytes, blob_no FROM attempts"
    " WHERE run_no = ? AND step = ? AND attempt = ?"
)


class Cursor(Protocol):
    """The part of a database cursor that the writer uses."""

    def execute(self, sql: str, parameters: tuple[object, ...] = ..., /) -> "Cursor":
        """Run one statement."""
        ...

    def executemany(self, sql: str, parameters: list[tuple[object, ...]], /) -> "Cursor":
        """Run one statement for many rows."""
        ...

    def fetchone(self) -> tuple[object, ...] | None:
        """The next row."""
        ...

    def fetchall(self) -> list[tuple[object, ...]]:
        """All further rows."""
        ...


@dataclass(slots=True)
class KnownJob:
    """A job."""

    no: int
    id: str
    status: str
    deleted: bool = False


@dataclass(slots=True)
class KnownInstance:
    """An instance; `groups`: their numbers in the store by their numbers in the instance."""

    no: int
    id: str
    job: KnownJob
    status: str
    groups: dict[int, int]


@dataclass(slots=True)
class KnownRun:
    """A run."""

    no: int
    id: str
    instance: KnownInstance
    group_no: int
    node_id: str
    status: str


@dataclass(slots=True)
class KnownNode:
    """A node; `standing`: what it is counted as."""

    no: int
    id: str
    health: str
    archived: bool = False

    @property
    def standing(self) -> str:
        """What it is counted as."""
        return "archived" if self.archived else self.health


class Known:
    """Resolves ids for one writer."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self.jobs: dict[str, KnownJob] = {}
        self.instances: dict[str, KnownInstance] = {}
        self.runs: dict[str, KnownRun] = {}
        self.nodes: dict[str, KnownNode] = {}
        self.removed: set[str] = set()
        self.exceptions: dict[str, int | None] = {}
        self.saved_numbers: dict[tuple[str, str], int | None] = {}

    def forget(self) -> None:
        """Nothing is known any more: what was noted may have been rolled back."""
        self.jobs.clear()
        self.instances.clear()
        self.runs.clear()
        self.nodes.clear()
        self.removed.clear()
        self.exceptions.clear()
        self.saved_numbers.clear()

    def trim(self) -> None:
        """Keep memory bounded. Only between two groups of changes, when all of it is on disk."""
        self.removed.clear()
        if len(self.runs) > _MOST_RUNS or len(self.instances) > _MOST_OTHERS:
            self.runs.clear()
            self.instances.clear()
        if len(self.jobs) > _MOST_OTHERS:
            self.forget()

    def job(self, job_id: str | None) -> KnownJob:
        """The job, deleted or not.

        Raises:
            Conflict: there is none.
        """
        found = self.jobs.get(job_id or "")
        return found if found is not None else self._read_job(job_id)

    def _read_job(self, job_id: str | None) -> KnownJob:
        no, status, deleted = self._one(_JOB, job_id, "job")
        job = KnownJob(_int(no), str(job_id), str(status), bool(deleted))
        self.jobs[job.id] = job
        return job

    def instance(self, instance_id: str | None) -> KnownInstance:
        """The instance.

        Raises:
            Conflict: there is none.
        """
        found = self.instances.get(instance_id or "")
        return found if found is not None else self._read_instance(instance_id)

    def _read_instance(self, instance_id: str | None) -> KnownInstance:
        no, status, job_id = self._one(_INSTANCE, instance_id, "instance")
        rows = self._cursor.execute(_GROUPS, (no,)).fetchall()
        numbers = {_int(number): _int(group_no) for number, group_no in rows}
        job = self.job(str(job_id))
        instance = KnownInstance(_int(no), str(instance_id), job, str(status), numbers)
        self.instances[instance.id] = instance
        return instance

    def run(self, run_id: str | None) -> KnownRun:
        """The run.

        Raises:
            Conflict: there is none.
        """
        found = self.runs.get(run_id or "")
        return found if found is not None else self._read_run(run_id)

    def _read_run(self, run_id: str | None) -> KnownRun:
        no, status, group_no, node_id, instance_id = self._one(_RUN, run_id, "run")
        instance = self.instance(str(instance_id))
        run = KnownRun(_int(no), str(run_id), instance, _int(group_no), str(node_id), str(status))
        self.runs[run.id] = run
        return run

    def node(self, node_id: str | None) -> KnownNode:
        """The node.

        Raises:
            Conflict: there is none.
        """
        found = self.nodes.get(node_id or "")
        if found is None and node_id in self.removed:
            raise Conflict(f"Node {node_id} was removed.")
        return found if found is not None else self._read_node(node_id)

    def has_node(self, node_id: str) -> bool:
        """Whether the fleet has this node."""
        if node_id in self.removed:
            return False
        found = self._cursor.execute(_NODE, (node_id,)).fetchone()
        return node_id in self.nodes or found is not None

    def exception(self, exception_id: str) -> int | None:
        """The number of an exception rule for all jobs; None: there is none."""
        if exception_id not in self.exceptions:
            row = self._cursor.execute(_EXCEPTION, (exception_id,)).fetchone()
            self.exceptions[exception_id] = None if row is None else _int(row[0])
        return self.exceptions[exception_id]

    def saved(self, table: str, its_id: str) -> int | None:
        """The number of a saved filter or list; None: there is none."""
        key = (table, its_id)
        if key not in self.saved_numbers:
            row = self._cursor.execute(_SAVED[table], (its_id,)).fetchone()
            self.saved_numbers[key] = None if row is None else _int(row[0])
        return self.saved_numbers[key]

    def evidence(self, key: tuple[int, int, int]) -> tuple[str, int, int | None] | None:
        """State, size and number of the bytes of an attempt's evidence; None: no such attempt."""
        row = self._cursor.execute(_EVIDENCE, key).fetchone()
        if row is None:
            return None
        state, size, blob_no = row
        return str(state), _int(size), None if blob_no is None else _int(blob_no)

    def _read_node(self, node_id: str | None) -> KnownNode:
        no, health, archived = self._one(_NODE, node_id, "node")
        node = KnownNode(_int(no), str(node_id), str(health), bool(archived))
        self.nodes[node.id] = node
        return node

    def _one(self, sql: str, its_id: str | None, what: str) -> tuple[object, ...]:
        row = self._cursor.execute(sql, (its_id,)).fetchone()
        if row is None:
            raise Conflict(f"The change names {what} {its_id}, which is not in the store.")
        return row


def _int(value: object) -> int:
    """A number that came out of a column of integers."""
    if not isinstance(value, int):
        raise TypeError(f"{value!r} stands where a number should")
    return value
