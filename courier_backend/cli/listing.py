"""A page of a list: an envelope or CSV for programs, a table and what is left of it for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

from courier_backend.cli.answer import write_data
from courier_backend.cli.output import say
from courier_backend.model.errors import BadInput

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
    """Ask for a page and show it; the newest stands last, at the prompt."""
    answer = session.envelope(call)
    if call.query.get("sortOrder") == NEWEST:
        answer["items"].reverse()
    show_page(session, answer, columns, row, empty=empty)


def show_page(
    session: Session,
    answer: dict[str, Any],
    columns: Sequence[Column],
    row: Callable[[Any], Sequence[str]],
    *,
    empty: str = "There are none.",
) -> None:
    """A page in its envelope, as it came. `empty` is said to people where there is nothing.

    Raises:
        BadInput: columns were chosen that are not there, or for JSON or YAML.
    """
    if session.columns and session.form not in {"csv", "table"}:
        raise BadInput(
            f"--columns is for --format csv and table, not for {session.form}.",
            hint="JSON and YAML carry all there is.",
        )
    if session.form == "csv":
        _show_csv(session, answer, columns)
    elif not session.for_programs:
        _show_table(session, answer, columns, row, empty)
    else:
        write_data(session, answer)


def _show_csv(session: Session, answer: dict[str, Any], columns: Sequence[Column]) -> None:
    from courier_backend.cli.cells import checked_keys, keys_of  # noqa: PLC0415  start-up time
    from courier_backend.cli.spreadsheet import write_csv  # noqa: PLC0415  start-up time

    items = answer["items"]
    write_csv(checked_keys(session.columns, items) or keys_of(columns, items), items)
    _tell_rest(answer)


def _show_table(
    session: Session,
    answer: dict[str, Any],
    columns: Sequence[Column],
    row: Callable[[Any], Sequence[str]],
    empty: str,
) -> None:
    items = answer["items"]
    if not items:
        total = answer.get("totalItems", 0)
        say(f"Nothing stands on this page; there are {total} in all." if total else empty)
        return
    from courier_backend.cli.table import draw  # noqa: PLC0415  start-up time

    if session.columns:
        from courier_backend.cli.cells import (  # noqa: PLC0415  start-up time
            checked_keys,
            column_for,
            text_at,
        )

        keys = checked_keys(session.columns, items)
        chosen = [column_for(key, items) for key in keys]
        draw(chosen, [[text_at(item, key) for key in keys] for item in items])
    else:
        draw(columns, [row(item) for item in items])
    _tell_rest(answer)


def _tell_rest(answer: dict[str, Any]) -> None:
    page = answer["pagination"]
    shown, total = len(answer["items"]), answer["totalItems"]
    if shown < total:
        last = f", page {page['page']} of {page['totalPages']}" if page["totalPages"] else ""
        say(f"{shown} of {total}{last}.")
