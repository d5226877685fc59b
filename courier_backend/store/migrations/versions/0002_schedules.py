"""Schedules: what the scheduler has accounted for, when it looks next, global exception rules."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exceptions",
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("rrule", sa.Text(), nullable=False),
        sa.Column("duration", sa.Integer(), nullable=False),
        sa.Column("anchored_at", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Integer(), nullable=False),
        sa.Column("modified_at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("no"),
        sa.UniqueConstraint("id"),
    )
    op.add_column("jobs", sa.Column("anchors", sa.Text(), server_default="{}", nullable=False))
    op.add_column("jobs", sa.Column("settled_at", sa.Integer(), nullable=True))
    op.add_column("jobs", sa.Column("wake_at", sa.Integer(), nullable=True))
    for name in ("missed_executions", "skipped_executions"):
        column = sa.Column(name, sa.Integer(), server_default=sa.text("0"), nullable=False)
        op.add_column("jobs", column)
    op.create_index(
        "jobs_by_wake",
        "jobs",
        ["wake_at"],
        unique=False,
        sqlite_where=sa.text("wake_at IS NOT NULL"),
    )
    op.add_column("instances", sa.Column("due_at", sa.Integer(), nullable=True))
    op.add_column(
        "instances", sa.Column("overridden", sa.Text(), server_default="", nullable=False)
    )
