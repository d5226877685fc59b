"""How long short commands take, against a bare Python; and the backend, until it answers."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final

from bench.courier import Courier, wait_until
from bench.figure import Figure, ratio
from bench.measures.rate import run_once
from bench.numbers import peak_megabytes
from bench.setting import Setting

_STARTS: Final = 5


def measure(setting: Setting) -> list[Figure]:
    """Interleaved starts, and starts of a backend in a home of its own."""
    commands = {
        "bare": ["-c", "pass"],
        "version": ["-m", "courier_backend", "--version"],
        "list": ["-m", "courier_backend", "scheduler", "jobs", "list-jobs"],
    }
    rounds: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(setting.rounds * _STARTS):
        for name, words in commands.items():
            rounds[name].append(_seconds(setting.courier, words) * 1000)
    figures = [
        Figure(f"start.{name}.ms", f"start: {name}", "ms", tuple(rounds[name])) for name in commands
    ]
    bare = tuple(rounds["bare"])
    figures += [
        ratio(
            "start.version",
            "courier --version against a bare Python",
            tuple(rounds["version"]),
            bare,
        ),
        ratio("start.list", "a list command against a bare Python", tuple(rounds["list"]), bare),
    ]
    return [*figures, *_ready(setting.folder / "ready", setting.rounds)]


def _seconds(courier: Courier, words: list[str]) -> float:
    begin = time.perf_counter()
    subprocess.run(
        [sys.executable, *words], env=courier.environment, check=True, stdout=subprocess.DEVNULL
    )
    return time.perf_counter() - begin


def _ready(home: Path, rounds: int) -> list[Figure]:
    """Started again and again on the same home, killed in between."""
    seconds = []
    with Courier(home) as courier:
        run_once(courier, [_builtin(courier)["id"]])
        memory = peak_megabytes(_builtin(courier)["pid"])
        for _ in range(rounds):
            courier.kill()
            seconds.append(courier.start_directly())
    return [
        Figure("ready", "backend, from exec until it answers", "s", tuple(seconds)),
        Figure("memory.runner", "peak memory of a runner with one node", "MB", (memory,)),
    ]


def _builtin(courier: Courier) -> dict[str, Any]:
    """This machine's own node, which comes up a moment after its backend."""
    path = "/node/management/v1/nodes"
    if not wait_until(lambda: bool(courier.call("GET", path)["items"]), 30):
        raise TimeoutError("this machine's own node does not come up")
    told = json.loads(courier.builtin_file.read_text(encoding="utf-8"))
    return {"pid": told["pid"], "id": courier.call("GET", path)["items"][0]["id"]}
