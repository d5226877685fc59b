"""Photograph every screen of the app on a real backend with a lab: ``python -m screenshots.make``.

A backend of its own is started in a temporary home, a lab brought up, jobs submitted and watched;
everything is ended and removed afterwards. The pictures are SVGs beside this file.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

from textual.pilot import Pilot

from courier_backend.client import calls
from courier_backend.client.async_client import AsyncClient
from courier_backend.client.connect import connect_async
from courier_backend.client.start import wait_until_gone
from courier_backend.model.places import places
from courier_tui.app import CourierApp
from courier_tui.link import Contact
from courier_tui.theming import DARK, LIGHT

HERE: Final = Path(__file__).parent
NODES: Final = 12
SEED: Final = 7
SIZE: Final = (120, 34)
FAILED: Final = ("down", "down", "enter", "enter", *["down"] * 4, "enter")
"""From the jobs to a run that failed."""
WEEKLY: Final = "RRULE:FREQ=WEEKLY;BYDAY=SU;BYHOUR=2;BYMINUTE=0;BYSECOND=0"
PATIENCE: Final = 60.0
_PAUSE: Final = 0.1


async def main() -> int:
    """Make all pictures; 0 when they are made."""
    home = tempfile.mkdtemp(prefix="courier-pictures-")
    os.environ["COURIER_HOME"] = home
    os.environ["USER"] = "ada"  # who history says it was
    try:
        async with backend() as client:
            fleet = await lab(client)
            await past(client, fleet)
            await present(client, fleet)
            await photograph(client)
    finally:
        end_runners(Path(home))
        shutil.rmtree(home, ignore_errors=True)
    return 0


@asynccontextmanager
async def backend() -> AsyncIterator[AsyncClient]:
    """A backend of its own, ended with all of its work afterwards."""
    here = places()
    async with AsyncClient(await connect_async(here)) as client:
        try:
            yield client
        finally:
            await client.send(calls.backend_stop(cancel_all=True))
            await asyncio.to_thread(wait_until_gone, here)


def end_runners(home: Path) -> None:
    """Runners outlive their backend; these have nothing to live for."""
    for path in home.glob("data/**/runner.json"):
        with suppress(ProcessLookupError):
            os.kill(int(json.loads(path.read_text("utf-8"))["pid"]), signal.SIGTERM)


async def lab(client: AsyncClient) -> list[str]:
    """Lab nodes, all answering; their ids."""
    page = await client.send(calls.lab_up(NODES, seed=SEED))
    return [item["id"] for item in page["items"]]


async def past(client: AsyncClient, fleet: Sequence[str]) -> None:
    """A job that waits for its time, and jobs that have ended, well and not so well."""
    weekly = definition("weekly-patch", fleet, [("patch", ["echo patched"])], size=4)
    await submit(client, weekly | {"scheduleRule": WEEKLY})
    busy = 'case "$COURIER_ATTEMPT" in */1|1) echo "mirror is busy" >&2; exit 75;; esac'
    full = f"{fleet[4]}|{fleet[9]}) echo 'no space left on /var' >&2; exit 28;;"
    bad = f'case "$COURIER_NODE_ID" in {full} esac'
    for job in (
        definition("inventory", fleet, [("collect", ["uname -a", "df -h /"])], size=6),
        definition("certificates", fleet[2:], [("renew", ["echo renewed"])], size=5),
        definition("rotate-logs", fleet[:8], [("rotate", ["echo rotated 14 files"])], size=4),
        definition(
            "pull-images",
            fleet[:6],
            [("pull", [busy, "echo pulled"]), ("verify", ["echo ok"])],
            size=3,
        ),
        definition("kernel-patch", fleet, [("patch", [bad, "echo patched"])], size=4),
    ):
        await ended(client, await submit(client, job))


async def present(client: AsyncClient, fleet: Sequence[str]) -> None:
    """Jobs at work while the pictures are taken."""
    line = '"[$n/400] layer $((n * 7919 % 997)) verified"'
    layers = f"for n in $(seq 1 400); do echo {line}; sleep 0.15; done"
    dump = f'case "$COURIER_NODE_ID" in {fleet[8]}) exit 0;; esac; sleep 300'
    quick = [("drain", ["echo drained; sleep 1"]), ("upgrade", ["echo upgraded; sleep 1"])]
    await submit(client, definition("nightly-backup", fleet[8:], [("dump", [dump])], size=2))
    spot = f'case "$COURIER_NODE_ID" in {fleet[0]}|{fleet[1]}|{fleet[2]}) exit 0;; esac'
    steps = [*quick, ("verify", [spot, "echo starting; echo 'cache is cold' >&2", layers])]
    job = definition("rolling-upgrade", fleet[:8], steps, size=4, rolling=True)
    await submit(client, job)


def definition(
    name: str,
    nodes: Sequence[str],
    steps: Sequence[tuple[str, Sequence[str]]],
    *,
    size: int,
    rolling: bool = False,
) -> dict[str, Any]:
    """A job."""
    return {
        "name": name,
        "scheduleRule": "immediate",
        "target": {
            "executionType": "sequential",
            "groups": [
                {
                    "nodeListType": "nodes",
                    "nodeIdentifiers": list(nodes),
                    "timeoutSeconds": 600,
                    "distributionMethod": "rolling" if rolling else "batching",
                    "batchSize": {"type": "number", "value": size},
                    "successCriteria": [
                        {"status": "success", "numRuns": {"type": "percent", "value": 90}}
                    ],
                }
            ],
        },
        "actions": {"accessMode": "agent", "steps": [_step(*each) for each in steps]},
    }


def _step(name: str, lines: Sequence[str]) -> dict[str, Any]:
    return {
        "name": name,
        "interpreter": {"name": "chef-platform/shell-interpreter"},
        "command": {"linux": list(lines)},
        "retryCount": 1,
        "failureBehavior": {
            "action": "retryThenFail",
            "retryBackoffStrategy": {"type": "none", "delaySeconds": 0},
        },
    }


async def submit(client: AsyncClient, job: dict[str, Any]) -> str:
    """Hand a job in; its instance."""
    answer = await client.send(
        calls.submit(
            {
                "body": json.dumps(job),
                "bodyFormat": "json",
                "fileName": "",
                "nodeIds": [],
                "inputs": {},
            }
        )
    )
    return answer["instanceId"]


async def ended(client: AsyncClient, instance_id: str) -> None:
    """Wait until an instance is over."""
    async with asyncio.timeout(PATIENCE):
        while True:
            instance = await client.send(calls.get_instance(instance_id))
            if instance["status"] not in {"pending", "running"}:
                return
            await asyncio.sleep(_PAUSE)


async def photograph(client: AsyncClient) -> None:
    """Go through the screens as a person would."""

    async def connect(start: bool) -> AsyncClient:
        del start
        return AsyncClient(client.address)

    app = CourierApp(connect)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: app.link.state.contact is Contact.LIVE)
        await until(pilot, lambda: word_is_seen(pilot, "3/8"))
        camera = Camera(pilot)
        await camera.take("overview")
        await camera.take("overview-light", theme=LIGHT)
        await camera.take("jobs", "2", sees="rolling-upgrade")
        await camera.take("instances", "3", sees="rolling-upgrade")
        await camera.take("instance", "enter", sees="running")
        await camera.take("run", *["down"] * 5, "enter", sees="8/400]")
        await camera.take("run-light", theme=LIGHT)
        await camera.take("cancel", "escape", "c", sees="Change nothing")
        await camera.take("failed-run", "escape", "2", *FAILED, sees="no space left")
        await camera.take("nodes", "4", sees="lab-0001")
        await camera.take("node", "down", "enter", sees="courier-runner")
        await camera.take("new-job", "n", sees="A new job")
        await camera.take("editor", "down", "enter", sees="submits it")
        await camera.take("help", "escape", "3", "question_mark", sees="Keys of this screen")


class Camera:
    """Presses keys, waits for a word, and writes what is seen."""

    def __init__(self, pilot: Pilot[int]) -> None:
        self._pilot = pilot

    async def take(self, name: str, *keys: str, sees: str = "", theme: str = DARK) -> None:
        """One picture."""
        pilot = self._pilot
        for key in keys:
            await pilot.press(key)
            await pilot.pause(4 * _PAUSE)
        if sees:
            await until(pilot, lambda: word_is_seen(pilot, sees))
        pilot.app.theme = theme
        await pilot.pause(4 * _PAUSE)
        svg = pilot.app.export_screenshot(title="Courier")
        (HERE / f"{name}.svg").write_text(svg, encoding="utf-8")
        pilot.app.theme = DARK
        print(f"screenshots/{name}.svg")


def word_is_seen(pilot: Pilot[int], word: str) -> bool:
    """Whether a word stands on the screen."""
    strips = pilot.app.screen._compositor.render_strips()
    return any(word in "".join(segment.text for segment in strip) for strip in strips)


async def until(pilot: Pilot[int], condition: Callable[[], bool]) -> None:
    """Wait for something to be so."""
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await pilot.pause(_PAUSE)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
