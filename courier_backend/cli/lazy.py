"""Groups of commands that are imported only when one of them is called."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from courier_backend.model.errors import BadInput
from courier_backend.model.suggest import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from click.shell_completion import CompletionItem


class Entry(NamedTuple):
    """A command that is not imported yet: where it is, what it does, in which section it stands.

    `also` are other names for it that help does not list.
    """

    target: str
    help: str
    section: str = "Commands"
    also: tuple[str, ...] = ()

    def load(self) -> click.Command:
        """The command itself."""
        module, _, name = self.target.partition(":")
        command = getattr(import_module(module), name)
        assert isinstance(command, click.Command)  # noqa: S101  a table of ours, tested whole
        return command


class LazyGroup(click.Group):
    """A group that knows its commands by name, help and place."""

    def __init__(self, *, entries: Mapping[str, Entry], **settings: Any) -> None:  # noqa: ANN401  click's own
        super().__init__(**settings)
        self.entries = entries
        self._names = {name: name for name in entries} | {
            other: name for name, entry in entries.items() for other in entry.also
        }

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        """The names that help and completion show, in their order."""
        return list(self.entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of this name, imported now."""
        name = self._names.get(cmd_name)
        return None if name is None else self.entries[name].load()

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments name.

        Raises:
            BadInput: there is none of this name.
        """
        if args[0] not in self._names and not args[0].startswith("-"):
            near = nearest(args[0], self._names)
            meant = f"Did you mean {near!r}? " if near else ""
            raise BadInput(
                f"`{ctx.command_path}` has no command {args[0]!r}.",
                hint=f"{meant}`{ctx.command_path} --help` lists them.",
            )
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Names that begin so, without importing any command."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415  only here

        found = [
            CompletionItem(name, help=entry.help)
            for name, entry in self.entries.items()
            if name.startswith(incomplete)
        ]
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The commands by section, without importing any."""
        width = max(len(name) for name in self.entries)
        sections = dict.fromkeys(entry.section for entry in self.entries.values())
        for section in sections:
            rows = [
                (name.ljust(width), entry.help)
                for name, entry in self.entries.items()
                if entry.section == section
            ]
            with formatter.section(section):
                formatter.write_dl(rows)


def group(name: str, doc: str, entries: Mapping[str, Entry]) -> LazyGroup:
    """A lazy group inside the tree."""
    return LazyGroup(name=name, help=doc, entries=entries)
