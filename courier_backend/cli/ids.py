"""What a person typed for a job, instance, run or node: a whole id, its beginning, a name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from courier_backend.model.errors import BadInput, NotFound

if TYPE_CHECKING:
    from courier_backend.cli.session import Session
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
    raise NotFound(f"There is no {kind} {text!r}, by id or by name.", hint=_where(kind))


def _of_this_name(session: Session, kind: Kind, name: str) -> list[str]:
    from courier_backend.client import calls, targets  # noqa: PLC0415  start-up time

    if kind == "job":
        return [item["id"] for item in session.ask(calls.list_jobs(name=name))["items"]]
    if kind == "filter":
        return [item["id"] for item in session.ask(targets.list_filters(name=name))["items"]]
    if kind == "list":
        return [item["id"] for item in session.ask(targets.list_lists(name=name))["items"]]
    nodes = session.ask(calls.list_nodes(name=name))["items"]
    # An archived node keeps its name, and gives way to one that has it now.
    chosen = [node for node in nodes if not node["archived"]] or nodes
    return [node["id"] for node in chosen]


def _where(kind: str) -> str:
    return f"`courier {kind}s list` shows them."
