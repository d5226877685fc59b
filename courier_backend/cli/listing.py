"""A page of a list: an envelope for programs, a table and what is left of it for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

from courier_backend.cli.output import say, write_json

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from courier_backend.cli.column import Column
    from courier_backend.cli.session import Session
    from courier_backend.client.call import Call, Page

T = TypeVar("T")

OLDEST: Final = "asc"
NEWEST: Final = "desc"


def show_list(
    session: Session,
    call: Call[Page[T]],
    columns: Sequence[Column],
    row: Callable[[T], Sequence[str]],
    *,
    empty: str,
) -> None:
    """Ask for a page and show it. `empty` is said where there is nothing."""
    answer = session.envelope(call)
    if call.query.get("sortOrder") == NEWEST:
        # The newest of them, told in the order in which they came: the last stands at the prompt.
        answer["items"].reverse()
    if session.json:
        write_json(answer)
        return
    if not answer["items"]:
        say(empty)
        return
    from courier_backend.cli.table import draw  # noqa: PLC0415  start-up time

    draw(columns, [row(item) for item in answer["items"]])
    _tell_rest(answer)


def _tell_rest(answer: dict[str, Any]) -> None:
    page = answer["pagination"]
    shown, total = len(answer["items"]), answer["totalItems"]
    if shown < total:
        last = f", page {page['page']} of {page['totalPages']}" if page["totalPages"] else ""
        say(f"{shown} of {total}{last}.")
