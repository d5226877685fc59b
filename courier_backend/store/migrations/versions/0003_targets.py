"""Saved filters and lists; since when a node is as it is, and what the operator says of it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name, column, empty in (
        ("saved_filters", "constraints", "{}"),
        ("saved_lists", "node_ids", "[]"),
    ):
        op.create_table(
            name,
            sa.Column("no", sa.Integer(), nullable=False),
            sa.Column("id", sa.Text(), nullable=False),
            sa.Column("name", sa.Text(), server_default="", nullable=False),
            sa.Column("description", sa.Text(), server_default="", nullable=False),
            sa.Column(column, sa.Text(), server_default=empty, nullable=False),
            sa.Column("created_at", sa.Integer(), nullable=False),
            sa.Column("modified_at", sa.Integer(), nullable=False),
            sa.PrimaryKeyConstraint("no"),
            sa.UniqueConstraint("id"),
        )
    op.add_column("nodes", sa.Column("health_since", sa.Integer(), nullable=True))
    op.add_column("nodes", sa.Column("attributes", sa.Text(), server_default="{}", nullable=False))
