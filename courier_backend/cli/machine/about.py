"""``courier help`` and ``courier version``, for those who ask in words."""

from __future__ import annotations

import click

from courier_backend import __version__
from courier_backend.cli.declare import command
from courier_backend.cli.output import write


@command("version", example="courier version")
def version() -> None:
    """Show the version."""
    write(f"courier {__version__}\n")


@command("help", example="courier help run")
@click.argument("words", nargs=-1, metavar="[COMMAND]…")
@click.pass_context
def help_(context: click.Context, words: tuple[str, ...]) -> None:
    """Show help: of everything, or of one command."""
    top = context.find_root()
    top.command.main([*words, "--help"], prog_name=top.info_name, standalone_mode=False)
