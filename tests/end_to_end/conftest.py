"""A whole Courier with a lab, shared by the tests of one module."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from bench.courier import Courier, Item

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

NODES = 12


@pytest.fixture(scope="module")
def courier(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Courier]:
    """A backend of its own."""
    with Courier(tmp_path_factory.mktemp("whole") / "home") as whole:
        yield whole


@pytest.fixture(scope="module")
def lab(courier: Courier) -> list[Item]:
    """Twelve lab nodes, as `courier lab up` tells of them."""
    return courier.lab(NODES)


@pytest.fixture
def job_file(tmp_path: Path) -> Callable[[dict[str, Any]], str]:
    """Writes a job to a file, and names it."""

    def write(job: dict[str, Any]) -> str:
        path = tmp_path / "job.json"
        path.write_text(json.dumps(job), encoding="utf-8")
        return str(path)

    return write
