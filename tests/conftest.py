"""What every test has: an installation of its own, asyncio as the loop, a calm hypothesis."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from pathlib import Path

settings.register_profile("courier", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", parent=settings.get_profile("courier"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "courier")

_OURS = "COURIER_"


def pytest_configure(config: pytest.Config) -> None:
    """Soak tests run only when asked for (``-m slow``)."""
    if not config.option.markexpr:
        config.option.markexpr = "not slow"


@pytest.fixture(autouse=True)
def courier_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own for each test; nothing of the user's is read, written or started."""
    for name in [name for name in os.environ if name.startswith(_OURS)]:
        monkeypatch.delenv(name)
    home = tmp_path / "courier-home"
    monkeypatch.setenv("COURIER_HOME", str(home))
    return home


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Asynchronous tests run on asyncio."""
    return "asyncio"
