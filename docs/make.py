"""The command reference, made from the code: ``python -m docs.make`` (`make reference`).

Writes ``commands.md`` beside this file, and the list of commands in the README. A test sees to it
that both say what `--help` says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from courier_backend.cli.lazy import LazyGroup
from courier_backend.cli.root import root

ROOT: Final = Path(__file__).parents[1]
REFERENCE: Final = ROOT / "docs" / "commands.md"
README: Final = ROOT / "README.md"
PROGRAM: Final = "courier"
WIDTH: Final = 78
"""As in a terminal of 80."""

_BEGIN: Final = "<!-- the list of commands: made by `make reference` -->\n"
_END: Final = "<!-- its end -->\n"
_INTRODUCTION: Final = """\
# Commands

Made from the code by `make reference`; each block is what `--help` says.

Scripts written for `chef-courier-cli` or `chef-node-management-cli` run when these names are links
to `courier`. Data goes to stdout, words to stderr. What all commands have in common:

- `--format`: lists answer as `table`, `json`, `yaml` or `csv`, single things as `table`, `json` or
  `yaml`. The short commands draw tables unless told otherwise, but for `run`, `retry` and
  `evidence get`: they answer in JSON, as all of Chef's tree does.
- `--columns a,b.c` chooses the columns of `csv` and `table` by the keys of the JSON answer, also
  deeper ones: `lastInstance.status`, `tags.role`, `attributes.platform` (a fact by its name).
  In CSV a text that begins like a formula (`=`, `+`, `-`, `@`) gets an apostrophe before it, so
  that no spreadsheet executes what a node said; control characters are shown, not sent.
- `--dry-run` (of every command that changes something) goes the way of the real thing, says what
  would change, and changes nothing. What the real thing would refuse is refused.
- `--profile NAME`, `--url URL --token-file FILE`: a backend elsewhere.
- An id may be shortened to a beginning of six or more characters that no other id has.
- Exit codes: 0 done; 1 failed or refused; 2 bad input; 3 canceled; 4 no backend; 130 detached.
"""


def reference() -> str:
    """The text of the reference."""
    parts = [_INTRODUCTION]
    for section, names in sections().items():
        parts.append(f"## {section}\n")
        for name in names:
            parts += [_entry(path, told) for path, told in _commands(name)]
    return "\n".join(parts)


def summary() -> str:
    """The list of commands in the README."""
    lines = ["| | |", "|---|---|"]
    for section, names in sections().items():
        said = [f"[`{name}`](docs/commands.md#{_anchor(name)})" for name in names]
        lines.append(f"| {section} | {', '.join(said)} |")
    return "\n".join(lines) + "\n"


def with_summary(readme: str) -> str:
    """The README with the list of commands as it should be."""
    before, _, rest = readme.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return f"{before}{_BEGIN}{summary()}{_END}{after}"


def sections() -> dict[str, list[str]]:
    """The commands at the top, by section."""
    found: dict[str, list[str]] = {}
    for name, entry in root.entries.items():
        found.setdefault(entry.section, []).append(name)
    return found


def help_of(path: tuple[str, ...]) -> str:
    """What `--help` says of a command."""
    context = click.Context(root, info_name=PROGRAM, terminal_width=WIDTH, max_content_width=WIDTH)
    command: click.Command = root
    for name in path:
        assert isinstance(command, click.Group)  # noqa: S101  a path that `_commands` gave
        found = command.get_command(context, name)
        assert found is not None  # noqa: S101  likewise
        command = found
        context = click.Context(
            command,
            parent=context,
            info_name=name,
            terminal_width=WIDTH,
            max_content_width=WIDTH,
            help_option_names=["-h", "--help"],
        )
    return command.get_help(context)


def _commands(name: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """A command at the top and all below it, each with what its help says."""
    context = click.Context(root, info_name=PROGRAM)
    found = root.get_command(context, name)
    assert found is not None  # noqa: S101  a name of the table
    yield from _below(found, (name,))


def _below(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    yield path, help_of(path)
    if isinstance(command, LazyGroup):
        for name in command.list_commands(click.Context(command)):
            below = command.get_command(click.Context(command), name)
            assert below is not None  # noqa: S101  a name of the table
            yield from _below(below, (*path, name))


def _entry(path: tuple[str, ...], told: str) -> str:
    mark = "###" if len(path) == 1 else "####"
    return f"{mark} {PROGRAM} {' '.join(path)}\n\n```text\n{told.rstrip()}\n```\n"


def _anchor(name: str) -> str:
    return re.sub(r"[^a-z0-9 -]", "", f"{PROGRAM} {name}".lower()).replace(" ", "-")


def main() -> None:
    """Write both."""
    REFERENCE.write_text(reference(), encoding="utf-8")
    README.write_text(with_summary(README.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
