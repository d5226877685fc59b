"""The backend as a program: takes the lock, serves, and leaves again.

``python -m courier_backend.backend [--detached]``; `courier backend run` calls `run`. The parts are
imported only once the lock is held: of two that start at once, the loser is gone at once.
"""

import os
import resource
import sys
import traceback
from typing import Final

from courier_backend.daemon.lock import hold_lock
from courier_backend.model.errors import CourierError
from courier_backend.model.places import places

OPEN_FILES: Final = 65_536
INTERRUPTED: Final = 130


def main() -> int:
    """Run a backend that nobody looks at; what goes wrong is one sentence. The exit code."""
    try:
        run(quiet="--detached" in sys.argv[1:])
    except CourierError as error:
        print(error.message, file=sys.stderr)  # noqa: T201  the last sentence of the start log
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:  # a disk that is full, a folder that is none: not foreseen where
        traceback.print_exc()
        where = f"{error.filename}: " if error.filename else ""
        print(f"{where}{(error.strerror or str(error)).lower()}.", file=sys.stderr)  # noqa: T201
        return 1
    return 0


def run(*, quiet: bool) -> None:
    """Run a backend until it is told to end or has been idle for long.

    Raises:
        CourierError: it cannot start; the sentence says why.
    """
    here = places()
    with hold_lock(here.lock):
        import asyncio  # noqa: PLC0415  see above

        from courier_backend.daemon.logs import log_to  # noqa: PLC0415
        from courier_backend.daemon.settings import read_settings  # noqa: PLC0415
        from courier_backend.serving import serve  # noqa: PLC0415

        settings = read_settings(here.config_file)
        # A process that stays must not keep the folder busy that it was started in.
        os.chdir("/")
        _raise_open_files()
        log_to(here.logs)
        asyncio.run(serve(here, settings, quiet=quiet))


def _raise_open_files() -> None:
    """A run in flight takes a descriptor on each side."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


if __name__ == "__main__":
    sys.exit(main())
