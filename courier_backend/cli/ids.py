"""What a person typed for a job, instance, run or node: a whole id, its beginning, a name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from courier_backend.model.errors import BadInput, NotFound

if TYPE_CHECKING:
    from collections.abc import Callable

    from courier_backend.cli.session import Session
    from courier_backend.client.call import Call, Page
    from courier_backend.client.calls import Kind

SHORTEST: Final = 6
_WHOLE: Final = 36
_ID_LIKE: Final = re.compile(r"[0-9a-fA-F-]+\Z")
_A: Final[dict[Kind, str]] = {
    "job": "a job",
    "instance": "an instance",
    "run": "a run",
    "node": "a node",
    "exception": "an exception rule",
    "filter": "a saved filter",
    "list": "a saved list",
}
_LOOKED_THROUGH: Final = 100
_NAMED: Final = frozenset({"job", "node", "filter", "list"})


def full_id(session: Session, kind: Kind, text: str) -> str:
    """The id that was meant; a whole one is taken as it is.

    Raises:
        BadInput: it cannot be an id, or is too short, or several begin so.
        NotFound: none begins so.
    """
    from courier_backend.client.calls import resolve  # noqa: PLC0415  start-up time

    if len(text) == _WHOLE and _ID_LIKE.match(text):
        return text.lower()
    if not _ID_LIKE.match(text) or len(text) > _WHOLE:
        raise BadInput(f"{text!r} is no id of {_A[kind]}.", hint=_where(kind))
    if len(text) < SHORTEST:
        raise BadInput(
            f"{text!r} is too short for the id of {_A[kind]}: at least {SHORTEST} characters.",
            hint=_where(kind),
        )
    return session.ask(resolve(kind, text.lower()))["id"]


def meant(session: Session, kind: Kind, text: str) -> str:
    """Like `full_id`; a job or a node may also be called by its name.

    Raises:
        BadInput: several have this name, or it is neither a name nor an id.
        NotFound: there is none.
    """
    if kind not in _NAMED or (len(text) == _WHOLE and _ID_LIKE.match(text)):
        return full_id(session, kind, text)
    found = _of_this_name(session, kind, text)
    if len(found) > 1:
        raise BadInput(
            f"Several {kind}s have the name {text!r}: {', '.join(found)}.",
            hint="Give the id of the one that you mean.",
        )
    if found:
        return found[0]
    if _ID_LIKE.match(text) and SHORTEST <= len(text) <= _WHOLE:
        return full_id(session, kind, text)
    near = _near(session, kind, text)
    hint = f"Did you mean {near!r}? {_where(kind)}" if near else _where(kind)
    raise NotFound(f"There is no {kind} {text!r}, by id or by name.", hint=hint)


def _of_this_name(session: Session, kind: Kind, name: str) -> list[str]:
    items = session.ask(_lister(kind)(name=name))["items"]
    # An archived node keeps its name, and gives way to one that has it now.
    chosen = [item for item in items if not item.get("archived")] or items
    return [item["id"] for item in chosen]


def _near(session: Session, kind: Kind, name: str) -> str:
    """The name that was perhaps meant, of the newest that there are."""
    from courier_backend.model.suggest import nearest  # noqa: PLC0415  only where it is wrong

    items = session.ask(_lister(kind)(size=_LOOKED_THROUGH, sort_order="desc"))["items"]
    return nearest(name, [item["name"] for item in items if not item.get("archived")])


def _lister(kind: Kind) -> Callable[..., Call[Page[Any]]]:
    from courier_backend.client import calls, targets  # noqa: PLC0415  start-up time

    listers: dict[str, Callable[..., Call[Page[Any]]]] = {
        "job": calls.list_jobs,
        "node": calls.list_nodes,
        "filter": targets.list_filters,
        "list": targets.list_lists,
    }
    return listers[kind]


def _where(kind: str) -> str:
    return f"`courier {kind}s list` shows them."
