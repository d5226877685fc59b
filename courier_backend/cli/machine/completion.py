"""``courier completion SHELL``."""

from __future__ import annotations

from typing import Final

import click

from courier_backend.cli.declare import command
from courier_backend.cli.output import say, write

SHELLS: Final = ("bash", "zsh", "fish")
_HOW: Final = {
    "bash": 'eval "$({program} completion bash)"   # in ~/.bashrc',
    "zsh": 'eval "$({program} completion zsh)"   # in ~/.zshrc',
    "fish": "{program} completion fish | source   # in ~/.config/fish/config.fish",
}


@command("completion", example='eval "$(courier completion bash)"')
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print what makes a shell complete our commands, options, ids and names."""
    from click.shell_completion import get_completion_class  # noqa: PLC0415  only here

    top = context.find_root()
    program = top.info_name or "courier"
    kind = get_completion_class(shell)
    assert kind is not None  # noqa: S101  one of SHELLS, all of which click knows
    variable = f"_{program}_COMPLETE".replace("-", "_").replace(".", "_").upper()
    write(kind(top.command, {}, program, variable).source() + "\n")
    say(f"To use it: {_HOW[shell].format(program=program)}")
