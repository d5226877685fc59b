"""Opening the terminal app. It is another program that happens to be in this package."""

import sys

from courier_backend.cli.output import is_terminal
from courier_backend.cli.session import Session
from courier_backend.model.errors import BadInput


def open_app(session: Session) -> int:
    """Run the app until it is left; its exit code.

    Raises:
        BadInput: nobody sits in front of it.
    """
    if not (is_terminal(sys.stdin) and is_terminal(sys.stdout)):
        raise BadInput(
            "The app needs a terminal, and this is none.",
            hint="`courier --help` lists the commands that do without.",
        )
    url, token_file = session.named()
    from courier_tui.app import run  # noqa: PLC0415  all of Textual

    return run(session.places, url=url, token_file=token_file)
