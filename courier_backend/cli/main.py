"""The entry point: one call in, an exit code out, and never a traceback.

Exit codes: 0 done; 1 the work failed or the backend refused; 2 bad input; 3 canceled;
4 the backend cannot be reached; 130 interrupted or detached.
"""

import os
import sys
from collections.abc import Sequence

from courier_backend import __version__


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command: the one that this process was called for, or a given one. The exit code."""
    if arguments is not None:
        return run(list(arguments))
    code = run(sys.argv[1:])
    _leave(code)
    return code


def run(given: list[str]) -> int:
    """Run one command. The exit code."""
    if given == ["--version"]:  # answered before anything is imported
        sys.stdout.write(f"courier {__version__}\n")
        return 0
    try:
        from courier_backend.cli.execute import execute  # noqa: PLC0415  start-up time

        return execute(given)
    except KeyboardInterrupt:  # while all that is imported
        return 130


def _leave(code: int) -> None:
    """End the process now, where nothing is left to be taken down.

    Taking the interpreter apart costs a fifth of a short command. Who ran an event loop, or has a
    thread, ends in the usual way; so does one whose last words cannot be written.
    """
    if "asyncio" in sys.modules or len(sys._current_frames()) > 1:  # noqa: SLF001  no cheaper way
        return
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        return
    os._exit(code)
