"""Where a job file is read: a long one beside the loop, which the fleet must not wait for."""

import threading
from datetime import UTC, datetime
from typing import Any

import pytest

from courier_backend.model.checking.saved_names import SavedNames
from courier_backend.model.parse import Parsed
from courier_backend.service import submission

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(("size", "here"), [(10, True), (100_000, False)])
async def test_a_long_file_is_read_in_a_thread(
    monkeypatch: pytest.MonkeyPatch, size: int, here: bool
) -> None:
    read_in: list[int] = []

    def note(*_: Any) -> Parsed:
        read_in.append(threading.get_ident())
        return Parsed(None, [])

    monkeypatch.setattr(submission, "_parsed", note)
    body = {"body": "x" * size, "bodyFormat": "", "fileName": "", "nodeIds": [], "inputs": {}}
    await submission.parsed(body, datetime.now(UTC), SavedNames())  # type: ignore[arg-type]
    assert (read_in == [threading.get_ident()]) is here
