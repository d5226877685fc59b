"""The app on a real backend: from the first screen to a file in the downloads folder, by keys."""

from __future__ import annotations

import asyncio
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from tui_pilot import files_in, name_of, shown, told

from bench.courier import Courier
from courier_backend.model.places import places
from courier_tui.app import CourierApp, connector
from courier_tui.link import Contact

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Courier]:
    with Courier(tmp_path_factory.mktemp("tui") / "home") as courier:
        yield courier


async def until(pilot: Pilot[Any], condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():
            await pilot.pause(0.02)


async def test_from_the_first_screen_to_the_evidence_by_keys_alone(
    whole: Courier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    downloads = tmp_path / "downloads"
    monkeypatch.setenv("COURIER_DOWNLOADS", str(downloads))
    app = CourierApp(connector(places(str(whole.home))))
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: app.link.state.contact is Contact.LIVE)
        await until(pilot, lambda: "Nothing has run here yet" in shown(pilot))
        await pilot.press("n")
        await until(pilot, lambda: "A new job" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "no problems" in shown(pilot))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: name_of(pilot) == "InstanceScreen")
        await until(pilot, lambda: "1 run" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "working, 2 of 5" in shown(pilot))
        # On a busy machine the screen is drawn next when all is over.
        await until(pilot, lambda: "● running" in shown(pilot) or "✓ success" in shown(pilot))
        await until(pilot, lambda: "Done. The uptime is in the evidence." in shown(pilot))
        await until(pilot, lambda: "✓ stored" in shown(pilot))
        await pilot.press("d")
        await until(pilot, lambda: "1 file downloaded" in told(pilot))
    (name,) = files_in(downloads)
    with zipfile.ZipFile(downloads / name) as evidence:
        assert evidence.testzip() is None
        assert "files/uptime.txt" in evidence.namelist()
        assert b"working, 5 of 5" in evidence.read("stdout.log")
