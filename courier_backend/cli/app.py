"""Opening the terminal app. It is another program that happens to be in this package."""

import sys
from importlib import import_module

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
    # By name: the command line does not depend on the app, which depends on the client.
    code: int = import_module("courier_tui.app").run(session.places, url=url, token_file=token_file)
    return code
