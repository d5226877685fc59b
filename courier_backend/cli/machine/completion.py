"""``courier completion SHELL``."""

from __future__ import annotations

from typing import Final

import click

from courier_backend.cli.declare import command
from courier_backend.cli.output import say, write

SHELLS: Final = ("bash", "zsh", "fish")
_VARIABLE: Final = "_COURIER_COMPLETE"
_HOW: Final = {
    "bash": 'eval "$(courier completion bash)"   # in ~/.bashrc',
    "zsh": 'eval "$(courier completion zsh)"   # in ~/.zshrc',
    "fish": "courier completion fish | source   # in ~/.config/fish/config.fish",
}


@command("completion", example='eval "$(courier completion bash)"')
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Print what makes a shell complete our commands."""
    from click.shell_completion import get_completion_class  # noqa: PLC0415  only here

    from courier_backend.cli.root import root  # noqa: PLC0415  it names this module, lazily

    kind = get_completion_class(shell)
    assert kind is not None  # noqa: S101  one of SHELLS, all of which click knows
    write(kind(root, {}, "courier", _VARIABLE).source() + "\n")
    say(f"To use it: {_HOW[shell]}")
