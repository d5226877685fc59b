"""Results: JSON for programs, ``RESULTS.md`` for people; both written by the tool alone."""

import json
import os
import platform
import sqlite3
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import psutil

from bench.bars import Bar, bar_of
from bench.figure import Figure

_HERE: Final = Path(__file__).parent
_RESULTS: Final = _HERE / "results"
_PAGE: Final = _HERE / "RESULTS.md"
_LIBRARIES: Final = ("uvicorn", "fastapi", "httpx", "httpx-aiohttp", "aiohttp", "SQLAlchemy")
_INTRODUCTION: Final = """\
# What was measured

Written by `make bench`; nothing here is filled in by hand. Real processes on one machine, ours and
the peers' turn by turn within each round; a value is the median of its rounds, a ratio is taken
round by round. What each figure means stands in `bench/measures/`.
"""


def machine() -> dict[str, Any]:
    """What it was measured on."""
    return {
        "measuredAt": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "cpu": _cpu_model(),
        "cores": len(os.sched_getaffinity(0)),
        "memoryGigabytes": round(psutil.virtual_memory().total / 2**30, 1),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "load": round(os.getloadavg()[0], 2),
        **{name: version(name) for name in _LIBRARIES},
    }


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def load_figures() -> tuple[dict[str, Any], list[Figure]]:
    """The latest results, so that one measure can be repeated alone."""
    path = _RESULTS / "latest.json"
    if not path.exists():
        return {}, []
    told = json.loads(path.read_text(encoding="utf-8"))
    figures = [
        Figure(each["key"], each["what"], each["unit"], tuple(each["rounds"]))
        for each in told["figures"]
    ]
    return told["machine"], figures


def write(where: dict[str, Any], figures: list[Figure]) -> None:
    """Write both forms, each whole or not at all."""
    _RESULTS.mkdir(exist_ok=True)
    told = {"machine": where, "figures": [_as_json(figure) for figure in figures]}
    _replace(_RESULTS / "latest.json", json.dumps(told, indent=1) + "\n")
    _replace(_PAGE, page(where, figures))


def page(where: dict[str, Any], figures: list[Figure]) -> str:
    """The Markdown page."""
    barred = [(figure, bar) for figure in figures if (bar := bar_of(figure.key))]
    lines = [_INTRODUCTION, *_bar_table(barred), "", "## Every figure", ""]
    lines += ["| figure | median | lowest | highest | rounds |", "|---|--:|--:|--:|--:|"]
    lines += [_row(figure) for figure in figures]
    lines += ["", "## The machine", "", "| what | value |", "|---|---|"]
    lines += [f"| {name} | {value} |" for name, value in where.items()]
    return "\n".join(lines) + "\n"


def _bar_table(barred: list[tuple[Figure, Bar]]) -> list[str]:
    head = ["## Bars", "", "| figure | median | must | stretch | |", "|---|--:|--:|--:|---|"]
    return head + [
        f"| {figure.what} | {_text(figure.value)} {figure.unit} | {_sign(bar)} {bar.must:g} "
        f"| {_sign(bar)} {bar.stretch:g} | {bar.judge(figure.value)} |"
        for figure, bar in barred
    ]


def _sign(bar: Bar) -> str:
    return "≥" if bar.more else "≤"


def _row(figure: Figure) -> str:
    low, high = _text(min(figure.rounds)), _text(max(figure.rounds))
    value = f"{_text(figure.value)} {figure.unit}"
    return f"| {figure.what} | {value} | {low} | {high} | {len(figure.rounds)} |"


def _text(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _as_json(figure: Figure) -> dict[str, Any]:
    return {
        "key": figure.key,
        "what": figure.what,
        "unit": figure.unit,
        "median": figure.value,
        "rounds": list(figure.rounds),
    }


def _replace(path: Path, text: str) -> None:
    draft = path.with_name(path.name + ".tmp")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
