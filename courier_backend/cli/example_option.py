"""``--example``: a command shows a body to start from, and does nothing else."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import click

from courier_backend.cli.body import FORMATS
from courier_backend.cli.output import write

if TYPE_CHECKING:
    from collections.abc import Callable

F = TypeVar("F", bound="Callable[..., Any]")

_OPTIONS: Final = (
    click.option(
        "--example-number",
        "-n",
        type=click.IntRange(min=0),
        default=1,
        help="Which example (1); 0: all.",
    ),
    click.option(
        "--example-format",
        "-f",
        type=click.Choice(FORMATS),
        default="json",
        help="The example's format (json).",
    ),
    click.option(
        "--example",
        "-e",
        is_flag=True,
        is_eager=True,
        help="Show a body to start from, do nothing.",
    ),
)


class Needed(click.Option):
    """An option that is required, but not where only an example is asked for."""

    def process_value(self, ctx: click.Context, value: object) -> Any:  # noqa: ANN401  as click's
        """The value; None for one that is not needed."""
        if ctx.params.get("example") and self.value_is_missing(value):
            return None
        return super().process_value(ctx, value)


def with_examples(kind: str) -> Callable[[F], F]:
    """Chef's options for examples of a body; stands above `with_body`."""

    def decorate(function: F) -> F:
        @wraps(function)
        def run(
            *arguments: Any,  # noqa: ANN401  handed through
            example: bool,
            example_format: str,
            example_number: int,
            **rest: Any,  # noqa: ANN401  handed through
        ) -> Any:  # noqa: ANN401  handed through
            if not example:
                return function(*arguments, **rest)
            from courier_backend.cli.examples import examples  # noqa: PLC0415  rarely needed

            return write(examples(kind, example_format, example_number))

        for option in _OPTIONS:
            run = option(run)
        return cast("F", run)

    return decorate
