"""Declaring a command: every one shows an example below its help, and completes what it can."""

from collections.abc import Callable
from typing import Any

import click

from courier_backend.cli.complete import complete_names


def command(name: str, *, example: str) -> Callable[[Callable[..., Any]], click.Command]:
    """A command of this name; its docstring is its help."""
    make = click.command(name, epilog=epilog(example))

    def decorate(function: Callable[..., Any]) -> click.Command:
        made = make(function)
        complete_names(made.params)
        return made

    return decorate


def epilog(*examples: str) -> str:
    """What stands below the help."""
    title = "Example" if len(examples) == 1 else "Examples"
    return "\n  ".join([f"\b\n{title}:", *examples])
