"""Opening: new, old, newer, damaged, and folders that cannot be used."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool
from store_samples import Story

from courier_backend.model.errors import Conflict
from courier_backend.store import migrate as migrating
from courier_backend.store.schema import HEAD, create, open_database, stored_revision
from courier_backend.store.store import Store

NEXT_HEAD = f"{int(HEAD) + 1:04}"
NEXT = """
import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("colour", sa.Text(), server_default="green", nullable=False))
    {more}
"""


def schema_of(connection: sqlite3.Connection) -> dict[str, str]:
    """What SQLite holds, layout apart."""
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    return {name: "".join(sql.replace('"', "").split()) for name, sql in rows}


def next_version(folder: Path, monkeypatch: pytest.MonkeyPatch, more: str = "") -> None:
    """There is a newer revision from now on."""
    versions = folder / "versions"
    versions.mkdir()
    text = NEXT.format(more=more, revision=NEXT_HEAD, before=HEAD)
    (versions / f"{NEXT_HEAD}_next.py").write_text(text)
    monkeypatch.setattr(migrating, "VERSIONS", (*migrating.VERSIONS, versions))


@pytest.fixture
def filled(database: Path) -> Path:
    """A database with a job, closed."""
    with closing(open_database(database)) as committer:
        (outcome,) = committer.commit([[Story().job("kept")]])
        assert isinstance(outcome, list)
    return database


def test_the_newest_migration_is_the_one_that_the_program_knows() -> None:
    script = ScriptDirectory.from_config(migrating.configuration())
    assert script.get_current_head() == HEAD


def test_migrations_lead_to_the_tables_that_a_new_database_gets() -> None:
    with (
        closing(sqlite3.connect(":memory:", isolation_level=None)) as made,
        closing(sqlite3.connect(":memory:", isolation_level=None)) as migrated,
    ):
        create(made)
        engine = create_engine("sqlite://", creator=lambda: migrated, poolclass=StaticPool)
        with engine.connect() as connection:
            config = migrating.configuration()
            config.attributes["connection"] = connection
            command.upgrade(config, HEAD)
            connection.commit()
        assert schema_of(migrated) == schema_of(made)
        assert stored_revision(migrated) == stored_revision(made) == HEAD


def migrated_to(revision: str, path: Path) -> None:
    """An empty database as a program of that time made it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as made:
        engine = create_engine("sqlite://", creator=lambda: made, poolclass=StaticPool)
        with engine.connect() as connection:
            config = migrating.configuration()
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
            connection.commit()


def test_instances_of_before_are_executed_here(database: Path) -> None:
    database.parent.mkdir(parents=True, exist_ok=True)
    migrated_to("0001", database)
    with closing(sqlite3.connect(database)) as old:
        old.execute(
            "INSERT INTO instances (id, job_no, status, created_at, updated_at)"
            " VALUES ('i', 1, 'running', 1, 1)"
        )
        old.commit()
    with closing(open_database(database)) as committer:
        found = committer.connection.execute("SELECT id, outside FROM instances").fetchall()
        assert found == [("i", 0)]


def test_nodes_of_before_are_described_by_nobody(database: Path) -> None:
    database.parent.mkdir(parents=True, exist_ok=True)
    migrated_to("0002", database)
    with closing(sqlite3.connect(database)) as old:
        old.execute("INSERT INTO nodes (id, name, created_at) VALUES ('n', 'web', 1)")
        old.commit()
    with closing(open_database(database)) as committer:
        query = "SELECT id, attributes, health_since FROM nodes"
        assert committer.connection.execute(query).fetchall() == [("n", "{}", None)]
        for table in ("saved_filters", "saved_lists"):
            assert committer.connection.execute(f"SELECT * FROM {table}").fetchall() == []


def test_a_new_store_is_its_owners_alone(filled: Path) -> None:
    assert filled.stat().st_mode & 0o077 == 0
    assert filled.parent.stat().st_mode & 0o077 == 0


def test_an_up_to_date_store_is_opened_without_alembic(filled: Path) -> None:
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from courier_backend.store.schema import open_database\n"
        f"open_database(Path({str(filled)!r})).close()\n"
        "sys.exit('alembic' in sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_an_older_store_is_copied_and_migrated(
    filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    next_version(tmp_path, monkeypatch)
    with closing(open_database(filled, head=NEXT_HEAD)) as committer:
        rows = committer.connection.execute("SELECT name, colour FROM jobs").fetchall()
        assert rows == [("kept", "green")]
        assert stored_revision(committer.connection) == NEXT_HEAD
    copy = filled.with_name("courier.db.before-" + HEAD)
    assert copy.stat().st_mode & 0o077 == 0
    with closing(sqlite3.connect(copy)) as old:
        assert stored_revision(old) == HEAD
        assert old.execute("SELECT name FROM jobs").fetchall() == [("kept",)]
    assert not list(filled.parent.glob("*.part"))


def test_a_migration_that_fails_leaves_the_store_as_it_was(
    filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    next_version(tmp_path, monkeypatch, more='op.drop_column("jobs", "no_such_column")')
    with pytest.raises(Conflict, match="cannot be opened"):
        open_database(filled, head=NEXT_HEAD)
    with closing(open_database(filled)) as committer:
        assert stored_revision(committer.connection) == HEAD
        columns = committer.connection.execute("SELECT name FROM pragma_table_info('jobs')")
        assert ("colour",) not in columns.fetchall()


def test_without_a_sound_copy_nothing_is_migrated(
    filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    next_version(tmp_path, monkeypatch)

    def unsound(copy: Path) -> None:
        raise Conflict(f"{copy} is not sound")

    monkeypatch.setattr(migrating, "_verify", unsound)
    with pytest.raises(Conflict, match="not sound"):
        open_database(filled, head=NEXT_HEAD)
    with closing(open_database(filled)) as committer:
        assert stored_revision(committer.connection) == HEAD


def test_a_damaged_copy_is_noticed(filled: Path) -> None:
    with filled.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\xff" * 4096)
    with pytest.raises((Conflict, sqlite3.DatabaseError)):
        migrating._verify(filled)


def test_a_newer_store_is_refused_and_left_alone(filled: Path) -> None:
    with closing(sqlite3.connect(filled)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0099'")
    before = filled.read_bytes()
    with pytest.raises(Conflict, match="made by a newer Courier") as refusal:
        open_database(filled)
    assert "Install the newer version" in refusal.value.hint
    assert filled.read_bytes() == before


def test_a_file_that_is_no_database_is_one_sentence(database: Path) -> None:
    database.parent.mkdir()
    database.write_bytes(b"this is a text, and rather a long one at that " * 200)
    with pytest.raises(Conflict, match=r"cannot be opened: file is not a database\."):
        open_database(database)


def test_a_folder_where_the_file_should_be_is_one_sentence(database: Path) -> None:
    database.mkdir(parents=True)
    with pytest.raises(Conflict, match="Is a directory"):
        open_database(database)


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(Conflict, match="cannot be opened") as refusal:
        open_database(tmp_path / "data" / "courier.db")
    assert "\n" not in str(refusal.value)
    assert "COURIER_HOME" in refusal.value.hint


def test_a_folder_that_may_not_be_read_is_one_sentence(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, *_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "mkdir", refuse)  # root may read everything
    with pytest.raises(Conflict, match=rf"{database.parent}: Permission denied"):
        open_database(database)


@pytest.mark.anyio
async def test_a_store_that_cannot_be_opened_says_why() -> None:
    with pytest.raises(Conflict, match="cannot be opened"):
        await Store.open(Path("/dev/null/data/courier.db"))
