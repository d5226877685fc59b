"""``python -m courier_backend.runner``: how a backend starts the runners of its own machine."""

import argparse
import sys
from pathlib import Path
from typing import Final

IDLE_SECONDS: Final = 600.0


def main() -> int:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="courier-runner", allow_abbrev=False)
    parser.add_argument("--listen", default="127.0.0.1:0", metavar="ADDR:PORT")
    parser.add_argument("--home", required=True, type=Path)
    parser.add_argument("--nodes", default=1, type=int)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--lab", action="store_true")
    parser.add_argument("--first", default=0, type=int)
    parser.add_argument("--name", default="")
    parser.add_argument("--dry-restart", action="store_true")
    parser.add_argument("--insecure-listen", action="store_true")
    parser.add_argument(
        "--idle-seconds", default=IDLE_SECONDS, type=float, help="leave after so long; 0: stay"
    )
    options = parser.parse_args()
    from courier_backend.model.errors import CourierError  # noqa: PLC0415
    from courier_backend.runner.main import serve  # noqa: PLC0415  a wrong option is told faster

    try:
        serve(
            options.listen,
            options.home,
            options.nodes,
            seed=options.seed,
            lab=options.lab,
            insecure_listen=options.insecure_listen,
            name=options.name,
            first=options.first,
            dry_restart=options.dry_restart,
            idle_seconds=options.idle_seconds or None,
        )
    except CourierError as error:
        sys.stderr.write(f"{error.message}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
