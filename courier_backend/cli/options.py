"""Options that many commands share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeVar

import click

from courier_backend.cli.session import Session
from courier_backend.model.errors import BadInput

F = TypeVar("F", bound=Callable[..., Any])

ITEM: Final = ("table", "json", "yaml")
LIST: Final = ("table", "json", "yaml", "csv")
CHEF_ITEM: Final = ("json", "yaml", "table")
CHEF_LIST: Final = ("json", "yaml", "csv", "table")
"""How a command answers, its own way first: one thing, or a list; for people, or as Chef does."""


def common(
    formats: Sequence[str] = ITEM, *, with_address: bool = True, short_format: bool = False
) -> Callable[[F], F]:
    """Format and verbosity, and (not shown again) the backend's address: for the session.

    `short_format`: ``-f`` too, where Chef has it.
    """
    return _all_of(
        *(addressing(hidden=True) if with_address else ()),
        click.option(
            "--format",
            *(["-f"] if short_format else []),
            expose_value=False,
            callback=_form_out_of(tuple(formats)),
            type=click.Choice(list(formats)),
            help=f"How to answer ({formats[0]} unless given).",
        ),
        *([_columns] if "csv" in formats else []),
        _told("--verbose", "-v", is_flag=True, help="Show requests, and errors whole."),
    )


def _form_out_of(formats: tuple[str, ...]) -> Callable[[click.Context, click.Parameter, str], None]:
    """A callback that tells the session how this command can answer, and how it shall."""

    def tell(context: click.Context, _option: click.Parameter, value: str | None) -> None:
        session = context.ensure_object(Session)
        session.formats = formats
        session.format = value or session.format
        if session.format and session.format not in formats:
            raise BadInput(
                f"`{context.command_path}` cannot answer in {session.format}.",
                hint=f"It can in: {', '.join(formats)}.",
            )

    return tell


def _columns(function: F) -> F:
    """Which columns of a list."""

    def tell(context: click.Context, _option: click.Parameter, value: str | None) -> None:
        names = tuple(name.strip() for name in (value or "").split(","))
        context.ensure_object(Session).columns = tuple(name for name in names if name)

    return click.option(
        "--columns",
        metavar="A,B,…",
        expose_value=False,
        callback=tell,
        help="For csv and table: these keys of the JSON answer, also deeper ones (a.b).",
    )(function)


def addressing(*, hidden: bool = False) -> list[Callable[[F], F]]:
    """Where the backend is."""
    return [
        _told("--url", metavar="URL", hidden=hidden, help="A backend elsewhere (COURIER_URL)."),
        _told("--token-file", metavar="FILE", hidden=hidden, help="Holds that backend's token."),
        _told("--profile", metavar="NAME", hidden=hidden, help="One of config.toml's backends."),
    ]


def elsewhere(function: F) -> F:
    """The backend's address, shown."""
    return _all_of(*addressing())(function)


def _all_of(*options: Callable[[F], F]) -> Callable[[F], F]:
    def decorate(function: F) -> F:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


def _told(*names: str, **settings: Any) -> Callable[[F], F]:  # noqa: ANN401  click's own
    return click.option(*names, expose_value=False, callback=_remember, **settings)


def _remember(context: click.Context, option: click.Parameter, value: object) -> None:
    """Give the session what was given; what was not, leaves it as it is."""
    session = context.ensure_object(Session)
    if value and option.name is not None:
        setattr(session, option.name, value)


def dry_run(function: F) -> F:
    """For every command that changes something: only say what would change."""
    return _told("--dry-run", is_flag=True, help="Only say what would change; change nothing.")(
        function
    )


def with_status(words: Iterable[str]) -> Callable[[F], F]:
    """Only what has one of these statuses."""
    names = [str(word) for word in words]
    return click.option(
        "--status",
        type=click.Choice(names),
        metavar="STATUS",
        default=None,
        help=f"Only with this one: {', '.join(names)}.",
    )


def paging(function: F) -> F:
    """Chef's page options."""
    number = click.IntRange(min=1)
    return _all_of(
        click.option("--pagination.page", "page", type=number, default=1, help="Which page (1)."),
        click.option("--pagination.size", "size", type=number, default=10, help="How many (10)."),
    )(function)


def span(function: F) -> F:
    """Chef's time filters."""
    return _all_of(
        click.option("--run-after", metavar="TIME", default="", help="After this (RFC 3339)."),
        click.option("--run-before", metavar="TIME", default="", help="Before this (RFC 3339)."),
    )(function)


def order(function: F) -> F:
    """Chef's direction of lists."""
    return click.option(
        "--sortOrder",
        "sort_order",
        type=click.Choice(["asc", "desc"]),
        default="asc",
        help="Oldest first (asc, the default) or newest first (desc).",
    )(function)


def lines(function: F) -> F:
    """Which part of a list, for people: the newest of it, unless they say otherwise."""
    return _all_of(
        click.option("--limit", "size", type=click.IntRange(1, 10_000), default=20,
                     help="How many (20)."),
        click.option("--page", type=click.IntRange(min=1), default=1, help="Which page (1)."),
        click.option("--oldest", is_flag=True, help="The oldest, not the newest."),
    )(function)  # fmt: skip


pass_session: Final = click.make_pass_decorator(Session, ensure=True)
