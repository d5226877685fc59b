"""Declaring a command: every one shows an example below its help."""

from collections.abc import Callable
from typing import Any

import click


def command(name: str, *, example: str) -> Callable[[Callable[..., Any]], click.Command]:
    """A command of this name; its docstring is its help."""
    return click.command(name, epilog=epilog(example))


def epilog(example: str) -> str:
    """What stands below the help."""
    return f"\b\nExample:\n  {example}"
