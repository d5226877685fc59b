"""Sending a body: what is wrong with it is told at its place in the file it came from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from courier_backend.cli.problems import problems_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from courier_backend.cli.body import Body
    from courier_backend.cli.session import Session
    from courier_backend.client.call import Call


def sent(
    session: Session,
    make: Callable[..., Call[Any]],
    given: Body,
    *place: str | int,
    **more: str | int,
) -> dict[str, Any]:
    """The answer to a call with a body; `place`: the ids before it, `more`: what stands behind it.

    Raises:
        BadFile: the backend finds something wrong with the body.
    """
    call = make(
        *place, given.data, content_type=given.content_type, file_name=given.file_name, **more
    )
    with problems_of(given.name):
        return session.envelope(call)
