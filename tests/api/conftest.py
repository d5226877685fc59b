"""The API over a real store, with faked commands."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from api_token import TOKEN
from fake_service import FakeService
from fastapi import FastAPI

from courier_backend.api.app import create_app
from courier_backend.store.store import Store


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(tmp_path / "courier.db")
    yield opened
    await opened.close()


@pytest.fixture
def service(store: Store) -> FakeService:
    return FakeService(store)


@pytest.fixture
def app(service: FakeService) -> FastAPI:
    return create_app(service, TOKEN, "0.1.0")


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client with the token; what the app does not foresee does not reach the test."""
    transport = httpx.ASGITransport(app=app)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://127.0.0.1:31050", headers=headers
    ) as client:
        yield client
