"""The house of these tests."""

from collections.abc import Callable
from pathlib import Path

import pytest
from backend_house import House

from courier_backend.hosting.local_nodes import LocalNodes
from courier_backend.service import service as module


@pytest.fixture
def house(courier_home: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], House]:
    """Makes a house with so many nodes; its services use its fleet and start no processes."""

    async def nothing(self: LocalNodes) -> None:
        self.builtin_tried.set()

    monkeypatch.setattr(LocalNodes, "keep_builtin", nothing)
    monkeypatch.setattr(LocalNodes, "keep_lab", nothing)

    def make(size: int) -> House:
        made = House(courier_home, size)
        monkeypatch.setattr(module, "HttpTransport", lambda: made.fleet)
        return made

    return make
