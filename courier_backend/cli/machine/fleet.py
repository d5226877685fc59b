"""Changing the fleet: ``courier node add|remove|tag|archive``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from courier_backend.cli.answer import tell_done
from courier_backend.cli.clean import clean
from courier_backend.cli.declare import command
from courier_backend.cli.ids import meant
from courier_backend.cli.options import common, dry_run, pass_session
from courier_backend.cli.session import Session
from courier_backend.client import calls
from courier_backend.model.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterable

    from courier_backend.model.wire import NodeItem


_LONGEST: Final = 300


@command("add", example="courier node add http://10.0.0.7:7070/nodes/ID --token-file token.txt")
@click.argument("url")
@click.option("--name", default="", help="What to call it (its host name unless given).")
@click.option("--tag", "tags", multiple=True, metavar="K=V", help="A tag; may be repeated.")
@click.option(
    "--token-file",
    "node_token_file",
    metavar="FILE",
    required=True,
    help="Holds its token, or is its runner's runner.json; - is stdin.",
)
@dry_run
@common(with_address=False)
@pass_session
def add(
    session: Session, *, url: str, name: str, tags: tuple[str, ...], node_token_file: str
) -> None:
    """Take a node into the fleet: the one whose runner answers at URL and knows the token."""
    from courier_backend.cli.machine.node_token import node_token  # noqa: PLC0415  only here

    token = node_token(node_token_file, url)
    call = calls.add_node(url, token, name=name, tags=_pairs(tags))
    _tell(session, session.envelope(call), "was added")


@command("remove", example="courier node remove web-1")
@click.argument("node")
@dry_run
@common()
@pass_session
def remove(session: Session, *, node: str) -> None:
    """Forget a node; its history stays."""
    answer = session.envelope(calls.remove_node(meant(session, "node", node)))
    tell_done(session, answer, f"Node {clean(node)} was removed; its history stays.")


@command("tag", example="courier node tag web-1 role=web zone-")
@click.argument("node")
@click.argument("tags", nargs=-1, required=True, metavar="K=V|K-…")
@dry_run
@common()
@pass_session
def tag(session: Session, *, node: str, tags: tuple[str, ...]) -> None:
    """Set tags (K=V) or take them away (K-); other tags stay."""
    node_id = meant(session, "node", node)
    changes: dict[str, str | None] = {}
    for given in tags:
        is_gone = given.endswith("-") and "=" not in given
        changes |= {given[:-1]: None} if is_gone else _pairs([given])
    before = session.ask(calls.get_node(node_id))["tags"]
    answer = session.envelope(calls.tag_node(node_id, changes))
    _tell(session, answer, _tagged(before, answer["item"]["tags"]))


@command("archive", example="courier node archive web-1")
@click.argument("node")
@click.option("--undo", is_flag=True, help="Target it again.")
@dry_run
@common()
@pass_session
def archive(session: Session, *, node: str, undo: bool) -> None:
    """Target a node no more; its history stays."""
    node_id = meant(session, "node", node)
    answer = session.envelope(calls.archive_node(node_id, archived=not undo))
    _tell(session, answer, "is targeted again" if undo else "is archived")


def _tagged(before: dict[str, str], now: dict[str, str]) -> str:
    told = ", ".join(f"{name}={value}" for name, value in sorted(now.items()))
    short = told if len(told) <= _LONGEST else f"{told[: _LONGEST - 1]}…"
    has = f"has the tags {clean(short)}" if now else "has no tags"
    return f"{has}, as before" if now == before else has


def _pairs(given: Iterable[str]) -> dict[str, str]:
    pairs = {}
    for text in given:
        name, found, value = text.partition("=")
        if not found or not name:
            raise BadInput(f"{text!r} is no tag: it looks like role=web.")
        pairs[name] = value
    return pairs


def _tell(session: Session, answer: dict[str, NodeItem], what: str) -> None:
    node = answer["item"]
    tell_done(session, answer, f"Node {clean(node['name'])} ({node['id']}) {what}.")
