"""A change that was decided on what the disk then refused must not be written over the hole."""

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from courier_backend.model.errors import OutOfSpace
from courier_backend.model.event import NewEvent
from courier_backend.model.times import system_clock
from courier_backend.store.commit import Committer, Events, Outcome
from courier_backend.store.store import Store


def event(kind: str) -> list[NewEvent]:
    return [NewEvent(kind, system_clock())]


@pytest.mark.anyio
async def test_what_was_put_before_a_failure_was_known_fails_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken, go_on = threading.Event(), threading.Event()
    commit = Committer.commit

    def fail_once(_self: Committer, group: Sequence[Events]) -> list[Outcome]:
        monkeypatch.setattr(Committer, "commit", commit)
        taken.set()
        go_on.wait(10)
        return [OutOfSpace("full")] * len(group)

    store = await Store.open(tmp_path / "s.db")
    monkeypatch.setattr(Committer, "commit", fail_once)
    try:
        first = asyncio.ensure_future(store.append(event("a")))
        await asyncio.to_thread(taken.wait, 10)
        second = asyncio.ensure_future(store.append(event("b")))
        await asyncio.sleep(0)  # lets the second be put while the first is being written
        go_on.set()
        for refused in (first, second):
            with pytest.raises(OutOfSpace):
                await refused
        assert await store.append(event("c")) == [1]
    finally:
        await store.close()
