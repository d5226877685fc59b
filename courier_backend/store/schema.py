"""Opening a database: made when there is none, migrated when it is older, refused when newer.

Alembic is imported only to migrate; an up-to-date database is opened without it.
"""

import os
import sqlite3
from pathlib import Path
from typing import Final

from sqlalchemy import create_engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import StaticPool

from courier_backend.model.errors import Conflict
from courier_backend.store.commit import Committer
from courier_backend.store.database import connect_writer, opening_problem
from courier_backend.store.projection.note import Numbers
from courier_backend.store.reserve import Reserve
from courier_backend.store.tables import metadata

HEAD: Final = "0004"
"""The newest migration. Revisions are numbers, so that a newer one can be told from an older."""

_NUMBERED: Final = {
    "seq": ("events", "seq"),
    "job": ("jobs", "no"),
    "instance": ("instances", "no"),
    "group": ("groups", "no"),
    "run": ("runs", "no"),
    "node": ("nodes", "no"),
    "facts": ("node_facts", "no"),
    "exception": ("exceptions", "no"),
    "saved_filters": ("saved_filters", "no"),
    "saved_lists": ("saved_lists", "no"),
}


def open_database(path: Path, *, head: str = HEAD) -> Committer:
    """Open the database for writing.

    Raises:
        Conflict: it cannot be opened, or a newer program made it.
        OutOfSpace: the disk is full.
    """
    connection: sqlite3.Connection | None = None
    try:
        _make_folder_and_file(path)
        connection = connect_writer(path)
        _bring_to(connection, path, head)
        committer = Committer(path, connection, _next_numbers(connection), Reserve(path))
        committer.reserve.take()
    except (OSError, sqlite3.Error, SQLAlchemyError) as error:
        _close(connection)
        raise opening_problem(path, error) from error
    except BaseException:
        _close(connection)
        raise
    return committer


def _close(connection: sqlite3.Connection | None) -> None:
    if connection is not None:
        connection.close()


def _make_folder_and_file(path: Path) -> None:
    """What is in it is nobody else's business."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def stored_revision(connection: sqlite3.Connection) -> str | None:
    """The revision of a database; "" before the first, None when it is empty."""
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    if not tables:
        return None
    if "alembic_version" not in tables:
        return ""
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else ""


def _bring_to(connection: sqlite3.Connection, path: Path, head: str) -> None:
    revision = stored_revision(connection)
    if revision is None:
        create(connection, head)
    elif revision > head:
        raise Conflict(
            f"{path} was made by a newer Courier (revision {revision}, this one knows {head}).",
            hint="Install the newer version again.",
        )
    elif revision < head:
        from courier_backend.store.migrate import migrate  # noqa: PLC0415  Alembic costs 0.3 s

        migrate(connection, path, revision, head)


def create(connection: sqlite3.Connection, head: str = HEAD) -> None:
    """Make all tables in an empty database, in one transaction."""
    engine = create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
    with engine.connect() as wrapped:
        wrapped.exec_driver_sql("BEGIN IMMEDIATE")
        metadata.create_all(wrapped, checkfirst=False)
        wrapped.exec_driver_sql(
            "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
            "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
        )
        wrapped.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (head,))
        wrapped.commit()


def _next_numbers(connection: sqlite3.Connection) -> Numbers:
    numbers = Numbers()
    for name, (table, column) in _NUMBERED.items():
        query = f"SELECT coalesce(max({column}), 0) + 1 FROM {table}"  # noqa: S608  our own names
        (number,) = connection.execute(query).fetchone()
        setattr(numbers, name, number)
    return numbers
