"""``python -m bench [MEASURE…] [--rounds N] [--nodes N]``: all measures, or those named."""

import argparse
import signal
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path
from typing import Final

from bench.bars import bar_of
from bench.figure import Figure
from bench.report import load_figures, machine, write
from bench.setting import Setting, setting

MEASURES: Final = (
    "idle",
    "latency",
    "rate",
    "barrier",
    "output",
    "screen",
    "cancel",
    "pending",
    "due",
    "recurrence",
    "schedules",
    "start",
    "million",
)


def main() -> int:
    """Measure, write the results, and say which bars are missed (exit code 1)."""
    options = _options()
    signal.signal(signal.SIGTERM, _end)
    where, before = machine(), load_figures()[1]
    with (
        tempfile.TemporaryDirectory(prefix="courier-bench-") as folder,
        setting(Path(folder), options.rounds, options.nodes) as shared,
    ):
        new = [figure for name in options.measures for figure in _measure(name, shared)]
    keys = {figure.key for figure in new}
    figures = [figure for figure in before if figure.key not in keys] + new
    write(where, figures)
    missed = [figure.what for figure in new if _judge(figure) == "MISSED"]
    print(f"Missed: {'; '.join(missed)}." if missed else "Every bar is met.")
    return 1 if missed else 0


def _end(*_: object) -> None:
    """Told to end: leave by way of every context, so that no process stays behind."""
    raise SystemExit(143)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("measures", nargs="*", metavar="MEASURE", help=", ".join(MEASURES))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--nodes", type=int, default=1000, help="nodes of the lab; 0: none")
    options = parser.parse_args()
    options.measures = options.measures or list(MEASURES)
    unknown = set(options.measures) - set(MEASURES)
    if unknown:
        parser.error(f"no such measure: {', '.join(sorted(unknown))}")
    return options


def _measure(name: str, shared: Setting) -> list[Figure]:
    begin = time.perf_counter()
    figures: list[Figure] = import_module(f"bench.measures.{name}").measure(shared)
    print(f"{name} ({time.perf_counter() - begin:.0f} s)", file=sys.stderr)
    for figure in figures:
        line = f"  {figure.what}: {figure.value:,.4g} {figure.unit}  {_judge(figure)}"
        print(line.rstrip(), file=sys.stderr)
    return figures


def _judge(figure: Figure) -> str:
    bar = bar_of(figure.key)
    return bar.judge(figure.value) if bar else ""


if __name__ == "__main__":
    sys.exit(main())
