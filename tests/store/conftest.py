"""A store of its own for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from courier_backend.store.store import Store


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "data" / "courier.db"


@pytest.fixture
async def store(database: Path, anyio_backend: str) -> AsyncIterator[Store]:
    assert anyio_backend == "asyncio"
    opened = await Store.open(database)
    yield opened
    await opened.close()
