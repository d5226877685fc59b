"""Reading: a few threads, each with a connection of its own that can do nothing else."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from courier_backend.store.database import connect_reader, reading_problem

READERS: Final = 3

T = TypeVar("T")


class Readers:
    """Runs queries, each in a snapshot of its own."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._engine = _engine(path)
        self._threads = ThreadPoolExecutor(READERS, thread_name_prefix="store-reader")
        self._own = threading.local()
        self._connections: list[Connection] = []

    async def read(self, query: Callable[[Connection], T]) -> T:
        """The query's answer; it sees everything that was committed before."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._run, query)

    def _run(self, query: Callable[[Connection], T]) -> T:
        try:
            connection = self._connection()
            with connection.begin():
                return query(connection)
        except DBAPIError as error:
            raise reading_problem(self._path, error) from error

    def _connection(self) -> Connection:
        connection: Connection | None = getattr(self._own, "connection", None)
        if connection is None:
            connection = self._own.connection = self._engine.connect()
            self._connections.append(connection)
        return connection

    def close(self) -> None:
        """End the threads and their connections. Blocks until running queries are done."""
        self._threads.shutdown()
        for connection in self._connections:
            connection.close()
        self._engine.dispose()


def _engine(path: Path) -> Engine:
    def connect() -> Any:  # noqa: ANN401  the driver's connection, for SQLAlchemy
        return connect_reader(path)

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool)
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    """Begin really: the driver, which was told to keep out of it, would give no snapshot."""
    connection.exec_driver_sql("BEGIN")
