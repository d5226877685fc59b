"""The tables. Everything but the event log is projected from it, in the same transaction.

Rows are ordered, and refer to each other, by integers that only grow; ids (UUIDs) are looked up
once through a unique index. New index entries so land where the last ones did, not all over a
large file, and the log carries no text but its data. The runs of an instance are numbered without
a gap, so "the runs of an instance" is a range of the primary key and needs no index.

There are no foreign keys: the writer is the only one who writes, and resolves every reference
before it does. Times are microseconds since 1970, UTC. Large columns stand in tables of their own,
as SQLite writes a whole row for each change of it.
"""

from typing import Final

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

metadata: Final = MetaData()


def _number() -> Column[int]:
    """The number that orders the rows."""
    return Column("no", Integer, primary_key=True)


def _id() -> Column[str]:
    return Column("id", Text, nullable=False, unique=True)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default="")


def _int(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default=text("0"))


def _real(name: str) -> Column[float]:
    return Column(name, Float, nullable=False, server_default=text("0"))


def _flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False, server_default=text("0"))


def _time(name: str) -> Column[int]:
    """A moment that there always is."""
    return Column(name, Integer, nullable=False)


def _maybe_time(name: str) -> Column[int]:
    """A moment that may not have come."""
    return Column(name, Integer)


events: Final = Table(
    "events",
    metadata,
    Column("seq", Integer, primary_key=True),
    _time("time"),
    Column("kind", Text, nullable=False),
    Column("job_no", Integer),
    Column("instance_no", Integer),
    Column("run_no", Integer),
    Column("node_id", Text),  # of a run's event: stands in its run
    Column("data", Text, nullable=False),
    Column("hidden", Text),  # what clients are not told; last, so that it is not read with the rest
)
Index("events_by_job", events.c.job_no, sqlite_where=events.c.job_no.is_not(None))
Index("events_by_instance", events.c.instance_no, sqlite_where=events.c.instance_no.is_not(None))
Index("events_by_run", events.c.run_no, sqlite_where=events.c.run_no.is_not(None))

jobs: Final = Table(
    "jobs",
    metadata,
    _number(),
    _id(),
    Column("name", Text, nullable=False),
    Column("status", Text, nullable=False),
    _time("created_at"),
    _time("modified_at"),
    _maybe_time("deleted_at"),
    _int("execution_count"),
    _maybe_time("next_execution_at"),
    Column("exception_reasons", Text, nullable=False, server_default="[]"),
    Column("idempotency_key", Text),
    _text("body_digest"),
    Column("anchors", Text, nullable=False, server_default="{}"),
    _maybe_time("settled_at"),  # every occurrence up to here is accounted for
    _maybe_time("wake_at"),  # when the scheduler looks next; not later than the next execution
    _int("missed_executions"),
    _int("skipped_executions"),
)
_there = jobs.c.deleted_at.is_(None)
Index("jobs_not_deleted", jobs.c.no, sqlite_where=_there)
Index("jobs_by_name", jobs.c.name, sqlite_where=_there)
Index("jobs_by_status", jobs.c.status, sqlite_where=_there)
Index(
    "jobs_with_execution",
    jobs.c.no,
    sqlite_where=_there & jobs.c.next_execution_at.is_not(None),
)
Index(
    "jobs_by_next_execution",
    jobs.c.next_execution_at,
    sqlite_where=jobs.c.next_execution_at.is_not(None),
)
Index("jobs_by_wake", jobs.c.wake_at, sqlite_where=jobs.c.wake_at.is_not(None))
Index(
    "jobs_by_idempotency_key",
    jobs.c.idempotency_key,
    unique=True,
    sqlite_where=jobs.c.idempotency_key.is_not(None),
)

job_definitions: Final = Table(
    "job_definitions",
    metadata,
    Column("job_no", Integer, primary_key=True),
    Column("definition", Text, nullable=False),
)

instances: Final = Table(
    "instances",
    metadata,
    _number(),
    _id(),
    Column("job_no", Integer, nullable=False),
    _text("job_name"),
    _text("instance_type"),
    _text("triggered_by"),
    Column("overwrite_id", Text),
    Column("status", Text, nullable=False),
    _text("reason_code"),
    _text("reason"),
    _time("created_at"),
    _time("updated_at"),
    _maybe_time("started_at"),
    _maybe_time("finished_at"),
    _maybe_time("cancel_requested_at"),
    _text("cancel_reason"),
    _int("late_completions"),
    _int("step_count"),
    _int("first_run_no"),
    _int("total_runs"),
    _maybe_time("due_at"),
    _text("overridden"),
    _flag("outside"),  # somebody else executes it
)
Index("instances_by_creation", instances.c.created_at)
Index("instances_by_job", instances.c.job_no, instances.c.created_at)
Index("instances_by_status", instances.c.status, instances.c.created_at)

instance_specs: Final = Table(
    "instance_specs",
    metadata,
    Column("instance_no", Integer, primary_key=True),
    Column("action_spec", Text, nullable=False),
    Column("target_spec", Text, nullable=False),
)

groups: Final = Table(
    "groups",
    metadata,
    _number(),
    Column("instance_no", Integer, nullable=False),
    Column("group_number", Integer, nullable=False),
    Column("status", Text, nullable=False),
    _text("reason_code"),
    _text("reason"),
    _int("node_count"),
    _int("batch_size"),
    _int("batch_count"),
    _text("distribution_method"),
    _int("timeout_seconds"),
    Column("criteria", Text, nullable=False, server_default="[]"),
    _flag("early_termination"),
)
Index("groups_by_instance", groups.c.instance_no, groups.c.group_number, unique=True)

runs: Final = Table(
    "runs",
    metadata,
    _number(),
    _id(),
    Column("instance_no", Integer, nullable=False),
    Column("job_no", Integer, nullable=False),
    Column("group_no", Integer, nullable=False),
    Column("node_id", Text, nullable=False),
    _text("node_name"),
    _int("group_number"),
    _int("batch_number"),
    Column("status", Text, nullable=False),
    _text("reason_code"),
    _text("reason"),
    _int("facts_revision"),
    _time("created_at"),
    _maybe_time("dispatched_at"),
    _maybe_time("received_at"),
    _maybe_time("started_at"),
    _time("updated_at"),
    _maybe_time("finished_at"),
    _maybe_time("cancel_requested_at"),
    _maybe_time("heard_at"),  # the last status that the node told
    _int("waiting_place"),
    _int("current_step"),
    _text("journal_id"),
    _int("node_seq"),
    _real("pause_seconds"),
    _flag("ended_on_node"),
)
Index("runs_by_job", runs.c.job_no)
Index("runs_by_node", runs.c.node_id)
Index("runs_by_status", runs.c.status)
Index("runs_by_update", runs.c.updated_at)

steps: Final = Table(
    "steps",
    metadata,
    Column("run_no", Integer, nullable=False),
    Column("step", Integer, nullable=False),
    _text("name"),
    Column("status", Text, nullable=False, server_default="running"),
    _int("num_attempts"),
    _text("inputs"),
    _text("outputs"),
    _text("reason_code"),
    _text("reason"),
    _flag("ignored"),
    _text("interpreter"),
    _text("interpreter_path"),
    _text("interpreter_version"),
    _maybe_time("started_at"),
    _maybe_time("finished_at"),
    PrimaryKeyConstraint("run_no", "step"),
    sqlite_with_rowid=False,
)

attempts: Final = Table(
    "attempts",
    metadata,
    Column("run_no", Integer, nullable=False),
    Column("step", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("status", Text, nullable=False, server_default="running"),
    Column("exit_code", Integer),
    Column("signal", Text),
    _text("reason_code"),
    _text("reason"),
    _maybe_time("started_at"),
    _maybe_time("finished_at"),
    _real("duration_seconds"),
    _int("stdout_bytes"),
    _int("stderr_bytes"),
    Column("evidence_state", Text, nullable=False, server_default="none"),
    _int("evidence_bytes"),
    _text("evidence_sha256"),
    _text("evidence_reason"),
    _text("evidence_path"),
    Column("blob_no", Integer),
    PrimaryKeyConstraint("run_no", "step", "attempt"),
    sqlite_with_rowid=False,
)
Index("attempts_by_evidence", attempts.c.evidence_state)

evidence_blobs: Final = Table(
    "evidence_blobs",
    metadata,
    _number(),  # the seq of the event that brought it
    Column("data", LargeBinary, nullable=False),
)

nodes: Final = Table(
    "nodes",
    metadata,
    _number(),
    _id(),
    _text("name"),
    _text("url"),
    _text("token"),
    _flag("builtin"),
    _flag("lab"),
    _text("journal_id"),
    Column("tags", Text, nullable=False, server_default="{}"),
    Column("skills", Text, nullable=False, server_default="[]"),
    _text("version"),
    Column("capacity", Integer, nullable=False, server_default=text("1")),
    _int("facts_revision"),
    _flag("archived"),
    Column("health", Text, nullable=False, server_default="unknown"),
    _text("health_reason"),
    _maybe_time("last_contact_at"),
    _real("latency_seconds"),
    _real("clock_skew_seconds"),
    _time("created_at"),
    _maybe_time("health_since"),
    Column("attributes", Text, nullable=False, server_default="{}"),
)
Index("nodes_by_name", nodes.c.name)

node_facts: Final = Table(
    "node_facts",
    metadata,
    _number(),
    Column("node_id", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    _time("recorded_at"),
    Column("facts", Text, nullable=False),
)
Index("node_facts_by_node", node_facts.c.node_id, node_facts.c.revision)

exceptions: Final = Table(
    "exceptions",
    metadata,
    _number(),
    _id(),
    Column("rrule", Text, nullable=False),
    Column("duration", Integer, nullable=False),
    _time("anchored_at"),  # where the rule gives no start, it counts from here
    _time("created_at"),
    _time("modified_at"),
)

saved_filters: Final = Table(
    "saved_filters",
    metadata,
    _number(),
    _id(),
    _text("name"),
    _text("description"),
    Column("constraints", Text, nullable=False, server_default="{}"),
    _time("created_at"),
    _time("modified_at"),
)

saved_lists: Final = Table(
    "saved_lists",
    metadata,
    _number(),
    _id(),
    _text("name"),
    _text("description"),
    Column("node_ids", Text, nullable=False, server_default="[]"),
    _time("created_at"),
    _time("modified_at"),
)

counters: Final = Table(
    "counters",
    metadata,
    Column("scope", Text, nullable=False),
    Column("owner", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("n", Integer, nullable=False),
    PrimaryKeyConstraint("scope", "owner", "status"),
    sqlite_with_rowid=False,
)
