"""Jobs with sealed values, read from the file of a database, whether a backend has it or not."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import orjson

from courier_backend.model.sealing import BEGINNING
from courier_backend.store.database import connect_reader

_JOBS: Final = """
    SELECT jobs.id, definition FROM jobs JOIN job_definitions ON job_no = no
    WHERE deleted_at IS NULL AND instr(definition, ?)
"""


def jobs_with_sealed_values(database: Path) -> dict[str, dict[str, Any]]:
    """The actions of each such job, by its id; nothing of what is no database of ours."""
    try:
        with closing(connect_reader(database)) as connection:
            found = connection.execute(_JOBS, (BEGINNING,)).fetchall()
    except sqlite3.Error:
        return {}
    return {job_id: orjson.loads(definition)["actions"] for job_id, definition in found}
