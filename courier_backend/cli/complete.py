"""What a shell completes beyond words of ours: the ids and the names of what there is.

Only a backend that runs is asked, and not for long: a key that does nothing is better than one
that hangs, or that starts something.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from click.shell_completion import CompletionItem

    from courier_backend.client.call import Call, Page

_SECONDS: Final = 2.0
_MOST: Final = 100


class Kind(NamedTuple):
    """A kind of thing: where its id, its name and its standing are; `named`: it goes by name."""

    what: str
    id_key: str
    name_key: str
    status_key: str
    named: bool = False


_JOB: Final = Kind("job", "id", "name", "status")
_INSTANCE: Final = Kind("instance", "id", "jobName", "status")
_RUN: Final = Kind("run", "runId", "nodeName", "status")
_NODE: Final = Kind("node", "id", "name", "healthStatus")
_FILTER: Final = Kind("filter", "id", "name", "modifiedAt")
_LIST: Final = Kind("list", "id", "name", "nodeCount")
_RULE: Final = Kind("exception", "exceptionId", "rrule", "createdAt")
KINDS: Final = {
    "job": _JOB._replace(named=True),
    "job_id": _JOB,
    "instance": _INSTANCE,
    "instance_id": _INSTANCE,
    "run": _RUN,
    "run_": _RUN,
    "run_id": _RUN,
    "node": _NODE._replace(named=True),
    "nodes": _NODE._replace(named=True),
    "node_id": _NODE,
    "filter_id": _FILTER,
    "FILTER": _FILTER._replace(named=True),
    "list_id": _LIST,
    "LIST": _LIST._replace(named=True),
    "rule": _RULE,
    "exception_id": _RULE,
}
"""By the name of a parameter, or by what stands for it in help."""
_OF_A_KIND: Final = "id_"
"""One whose kind another parameter tells."""


class Known(click.types.StringParamType):
    """Text that is the id or the name of something that there is."""

    def __init__(self, kind: Kind | None) -> None:
        self.kind = kind

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Those that begin so."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415  only here

        del param
        kind = self.kind or KINDS.get(str(ctx.params.get("kind")))
        if kind is None:
            return []
        told = _told(kind, _items(ctx, kind), incomplete)
        return [CompletionItem(text, help=more) for text, more in told]


def complete_names(params: Iterable[click.Parameter]) -> None:
    """Let plain texts among the parameters be completed whose names say what they are."""
    for param in params:
        name = param.metavar if param.metavar in KINDS else param.name or ""
        if param.type is click.STRING and (name in KINDS or name == _OF_A_KIND):
            param.type = Known(KINDS.get(name))


def _told(kind: Kind, items: Iterable[Any], incomplete: str) -> list[tuple[str, str]]:
    found = {}
    for item in items:
        name, its_id = str(item[kind.name_key]), str(item[kind.id_key])
        text = name if kind.named and not its_id.startswith(incomplete or "-") else its_id
        if text.startswith(incomplete):
            other = its_id[:8] if text == name else name
            found[text] = f"{other} {item[kind.status_key]}"
    return list(found.items())


def _items(context: click.Context, kind: Kind) -> list[Any]:
    from courier_backend.cli.session import Session  # noqa: PLC0415  only here
    from courier_backend.client.sync_client import SyncClient  # noqa: PLC0415  only here
    from courier_backend.model.errors import CourierError  # noqa: PLC0415  only here

    session = context.ensure_object(Session)
    try:
        address = session.connect(start=False).address
        page = SyncClient(address, timeout=_SECONDS).send(_call(kind.what))
    except (CourierError, OSError):
        return []
    return page["items"]


def _call(what: str) -> Call[Page[Any]]:
    """The newest of them."""
    from courier_backend.client import calls, schedules, targets  # noqa: PLC0415  only here

    lists: dict[str, Callable[..., Call[Page[Any]]]] = {
        "job": calls.list_jobs,
        "instance": calls.list_instances,
        "run": calls.list_runs,
        "node": calls.list_nodes,
        "exception": schedules.list_exceptions,
        "filter": targets.list_filters,
        "list": targets.list_lists,
    }
    return lists[what](size=_MOST, sort_order="desc")
