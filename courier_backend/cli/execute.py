"""Running the command tree: whatever happens ends in an exit code and, at most, one sentence."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from courier_backend.cli.output import ReaderGone, flush, prepare_streams
from courier_backend.cli.rehearsed import Rehearsed
from courier_backend.cli.report import INTERRUPTED, report
from courier_backend.cli.root import root

PROGRAM: Final = "courier"


def execute(arguments: Sequence[str]) -> int:
    """Run one command; its exit code."""
    prepare_streams()
    try:
        code = _run(arguments)
        flush()
    except ReaderGone:
        return 0
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001  the last resort: a sentence, never a traceback
        return report(error, arguments)
    return code if isinstance(code, int) else 0


def _run(arguments: Sequence[str]) -> object:
    try:
        return root.main(list(arguments), prog_name=program_name(), standalone_mode=False)
    except Rehearsed as rehearsed:
        return rehearsed.code


def program_name() -> str:
    """How we were called; scripts may know us by another name."""
    name = Path(sys.argv[0]).name
    return PROGRAM if name in {"", "-c", "-m", "__main__.py", "pytest"} else name
