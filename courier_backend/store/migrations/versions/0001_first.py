"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attempts",
        sa.Column("run_no", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), server_default="running", nullable=False),
        sa.Column("exit_code", sa.Integer(), nullable=True),
        sa.Column("signal", sa.Text(), nullable=True),
        sa.Column("reason_code", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("started_at", sa.Integer(), nullable=True),
        sa.Column("finished_at", sa.Integer(), nullable=True),
        sa.Column("duration_seconds", sa.Float(), server_default=sa.text("0"), nullable=False),
        sa.Column("stdout_bytes", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("stderr_bytes", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("evidence_state", sa.Text(), server_default="none", nullable=False),
        sa.Column("evidence_bytes", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("evidence_sha256", sa.Text(), server_default="", nullable=False),
        sa.Column("evidence_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("evidence_path", sa.Text(), server_default="", nullable=False),
        sa.Column("blob_no", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("run_no", "step", "attempt"),
        sqlite_with_rowid=False,
    )
    op.create_index("attempts_by_evidence", "attempts", ["evidence_state"], unique=False)
    op.create_table(
        "counters",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("owner", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "owner", "status"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "events",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("time", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("job_no", sa.Integer(), nullable=True),
        sa.Column("instance_no", sa.Integer(), nullable=True),
        sa.Column("run_no", sa.Integer(), nullable=True),
        sa.Column("node_id", sa.Text(), nullable=True),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("hidden", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index(
        "events_by_instance",
        "events",
        ["instance_no"],
        unique=False,
        sqlite_where=sa.text("instance_no IS NOT NULL"),
    )
    op.create_index(
        "events_by_job",
        "events",
        ["job_no"],
        unique=False,
        sqlite_where=sa.text("job_no IS NOT NULL"),
    )
    op.create_index(
        "events_by_run",
        "events",
        ["run_no"],
        unique=False,
        sqlite_where=sa.text("run_no IS NOT NULL"),
    )
    op.create_table(
        "evidence_blobs",
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("no"),
    )
    op.create_table(
        "groups",
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("instance_no", sa.Integer(), nullable=False),
        sa.Column("group_number", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason_code", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("node_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("batch_size", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("batch_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("distribution_method", sa.Text(), server_default="", nullable=False),
        sa.Column("timeout_seconds", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("criteria", sa.Text(), server_default="[]", nullable=False),
        sa.Column("early_termination", sa.Boolean(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("no"),
    )
    op.create_index("groups_by_instance", "groups", ["instance_no", "group_number"], unique=True)
    op.create_table(
        "instance_specs",
        sa.Column("instance_no", sa.Integer(), nullable=False),
        sa.Column("action_spec", sa.Text(), nullable=False),
        sa.Column("target_spec", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("instance_no"),
    )
    op.create_table(
        "instances",
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("job_no", sa.Integer(), nullable=False),
        sa.Column("job_name", sa.Text(), server_default="", nullable=False),
        sa.Column("instance_type", sa.Text(), server_default="", nullable=False),
        sa.Column("triggered_by", sa.Text(), server_default="", nullable=False),
        sa.Column("overwrite_id", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason_code", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.Integer(), nullable=True),
        sa.Column("finished_at", sa.Integer(), nullable=True),
        sa.Column("cancel_requested_at", sa.Integer(), nullable=True),
        sa.Column("cancel_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("late_completions", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("step_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("first_run_no", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("total_runs", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("no"),
        sa.UniqueConstraint("id"),
    )
    op.create_index("instances_by_creation", "instances", ["created_at"], unique=False)
    op.create_index("instances_by_job", "instances", ["job_no", "created_at"], unique=False)
    op.create_index("instances_by_status", "instances", ["status", "created_at"], unique=False)
    op.create_table(
        "job_definitions",
        sa.Column("job_no", sa.Integer(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("job_no"),
    )
    op.create_table(
        "jobs",
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Integer(), nullable=False),
        sa.Column("modified_at", sa.Integer(), nullable=False),
        sa.Column("deleted_at", sa.Integer(), nullable=True),
        sa.Column("execution_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_execution_at", sa.Integer(), nullable=True),
        sa.Column("exception_reasons", sa.Text(), server_default="[]", nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=True),
        sa.Column("body_digest", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("no"),
        sa.UniqueConstraint("id"),
    )
    op.create_index(
        "jobs_not_deleted",
        "jobs",
        ["no"],
        unique=False,
        sqlite_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "jobs_by_idempotency_key",
        "jobs",
        ["idempotency_key"],
        unique=True,
        sqlite_where=sa.text("idempotency_key IS NOT NULL"),
    )
    op.create_index(
        "jobs_by_name", "jobs", ["name"], unique=False, sqlite_where=sa.text("deleted_at IS NULL")
    )
    op.create_index(
        "jobs_by_next_execution",
        "jobs",
        ["next_execution_at"],
        unique=False,
        sqlite_where=sa.text("next_execution_at IS NOT NULL"),
    )
    op.create_index(
        "jobs_by_status",
        "jobs",
        ["status"],
        unique=False,
        sqlite_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "jobs_with_execution",
        "jobs",
        ["no"],
        unique=False,
        sqlite_where=sa.text("deleted_at IS NULL AND next_execution_at IS NOT NULL"),
    )
    op.create_table(
        "node_facts",
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("node_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.Integer(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("no"),
    )
    op.create_index("node_facts_by_node", "node_facts", ["node_id", "revision"], unique=False)
    op.create_table(
        "nodes",
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("url", sa.Text(), server_default="", nullable=False),
        sa.Column("token", sa.Text(), server_default="", nullable=False),
        sa.Column("builtin", sa.Boolean(), server_default=sa.text("0"), nullable=False),
        sa.Column("lab", sa.Boolean(), server_default=sa.text("0"), nullable=False),
        sa.Column("journal_id", sa.Text(), server_default="", nullable=False),
        sa.Column("tags", sa.Text(), server_default="{}", nullable=False),
        sa.Column("skills", sa.Text(), server_default="[]", nullable=False),
        sa.Column("version", sa.Text(), server_default="", nullable=False),
        sa.Column("capacity", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("facts_revision", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("archived", sa.Boolean(), server_default=sa.text("0"), nullable=False),
        sa.Column("health", sa.Text(), server_default="unknown", nullable=False),
        sa.Column("health_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("last_contact_at", sa.Integer(), nullable=True),
        sa.Column("latency_seconds", sa.Float(), server_default=sa.text("0"), nullable=False),
        sa.Column("clock_skew_seconds", sa.Float(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("no"),
        sa.UniqueConstraint("id"),
    )
    op.create_index("nodes_by_name", "nodes", ["name"], unique=False)
    op.create_table(
        "runs",
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("instance_no", sa.Integer(), nullable=False),
        sa.Column("job_no", sa.Integer(), nullable=False),
        sa.Column("group_no", sa.Integer(), nullable=False),
        sa.Column("node_id", sa.Text(), nullable=False),
        sa.Column("node_name", sa.Text(), server_default="", nullable=False),
        sa.Column("group_number", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("batch_number", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason_code", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("facts_revision", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.Integer(), nullable=False),
        sa.Column("dispatched_at", sa.Integer(), nullable=True),
        sa.Column("received_at", sa.Integer(), nullable=True),
        sa.Column("started_at", sa.Integer(), nullable=True),
        sa.Column("updated_at", sa.Integer(), nullable=False),
        sa.Column("finished_at", sa.Integer(), nullable=True),
        sa.Column("cancel_requested_at", sa.Integer(), nullable=True),
        sa.Column("heard_at", sa.Integer(), nullable=True),
        sa.Column("waiting_place", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("current_step", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("journal_id", sa.Text(), server_default="", nullable=False),
        sa.Column("node_seq", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("pause_seconds", sa.Float(), server_default=sa.text("0"), nullable=False),
        sa.Column("ended_on_node", sa.Boolean(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("no"),
        sa.UniqueConstraint("id"),
    )
    op.create_index("runs_by_job", "runs", ["job_no"], unique=False)
    op.create_index("runs_by_node", "runs", ["node_id"], unique=False)
    op.create_index("runs_by_status", "runs", ["status"], unique=False)
    op.create_index("runs_by_update", "runs", ["updated_at"], unique=False)
    op.create_table(
        "steps",
        sa.Column("run_no", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.Text(), server_default="running", nullable=False),
        sa.Column("num_attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("inputs", sa.Text(), server_default="", nullable=False),
        sa.Column("outputs", sa.Text(), server_default="", nullable=False),
        sa.Column("reason_code", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("ignored", sa.Boolean(), server_default=sa.text("0"), nullable=False),
        sa.Column("interpreter", sa.Text(), server_default="", nullable=False),
        sa.Column("interpreter_path", sa.Text(), server_default="", nullable=False),
        sa.Column("interpreter_version", sa.Text(), server_default="", nullable=False),
        sa.Column("started_at", sa.Integer(), nullable=True),
        sa.Column("finished_at", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("run_no", "step"),
        sqlite_with_rowid=False,
    )
