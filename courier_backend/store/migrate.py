"""Migrating an older database, after a copy of it was made and verified. Imports Alembic."""

import logging
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from courier_backend.model.errors import Conflict

_MIGRATIONS: Final = Path(__file__).parent / "migrations"
VERSIONS: Final = (_MIGRATIONS / "versions",)

_log = logging.getLogger(__name__)


def migrate(connection: sqlite3.Connection, path: Path, revision: str, head: str) -> Path:
    """Copy the database beside itself, then bring it to `head`; gives the path of the copy.

    Raises:
        Conflict: the copy is not sound; the database was not touched.
        sqlite3.Error: there is no room for the copy, or a migration failed and was rolled back.
    """
    copy = _copy(connection, path, revision)
    _log.info("migrating %s from revision %s to %s; before: %s", path, revision, head, copy)
    engine = create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
    config = configuration()
    with engine.connect() as wrapped:
        config.attributes["connection"] = wrapped
        wrapped.exec_driver_sql("BEGIN IMMEDIATE")
        try:
            command.upgrade(config, head)
        except BaseException:
            wrapped.rollback()
            raise
        wrapped.commit()
    return copy


def configuration() -> Config:
    """Alembic's configuration, without a file."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_locations", os.pathsep.join(map(str, VERSIONS)))
    return config


def _copy(connection: sqlite3.Connection, path: Path, revision: str) -> Path:
    """A copy that was read again from its first page to its last, and synced."""
    final = path.with_name(f"{path.name}.before-{revision or '0000'}")
    draft = final.with_name(f"{final.name}.part")
    draft.unlink(missing_ok=True)
    draft.touch(0o600)  # it holds the tokens of nodes
    try:
        connection.execute("VACUUM INTO ?", (str(draft),))
        _verify(draft)
        _sync(draft)
        draft.replace(final)
        _sync(path.parent)
    finally:
        draft.unlink(missing_ok=True)
    return final


def _verify(copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as opened:
        (verdict,) = opened.execute("PRAGMA integrity_check").fetchone()
    if verdict != "ok":
        raise Conflict(
            f"The database was not migrated: its copy {copy} is not sound ({verdict}).",
            hint="Check the disk; the database itself was not touched.",
        )


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
