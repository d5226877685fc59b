"""Instances that somebody else executes."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "instances",
        sa.Column("outside", sa.Boolean(), server_default=sa.text("0"), nullable=False),
    )
