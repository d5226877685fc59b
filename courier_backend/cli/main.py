"""The entry point: one call in, an exit code out, and never a traceback.

Exit codes: 0 done; 1 the work failed or the backend refused; 2 bad input; 3 canceled;
4 the backend cannot be reached; 130 interrupted or detached.
"""

import sys
from collections.abc import Sequence

from courier_backend import __version__


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. The exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given == ["--version"]:  # answered before anything is imported
        sys.stdout.write(f"courier {__version__}\n")
        return 0
    try:
        from courier_backend.cli.execute import execute  # noqa: PLC0415  start-up time

        return execute(given)
    except KeyboardInterrupt:  # while all that is imported
        return 130
