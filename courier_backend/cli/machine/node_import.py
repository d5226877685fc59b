"""``courier nodes import FILE``: many nodes at once, from a file of ours or Ansible's."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from courier_backend.cli.body import STDIN, read_body
from courier_backend.cli.column import Column
from courier_backend.cli.declare import command
from courier_backend.cli.listing import show_page
from courier_backend.cli.machine.node_token import node_token
from courier_backend.cli.options import LIST, common, dry_run, pass_session
from courier_backend.cli.output import say
from courier_backend.cli.problems import BadFile, tell_warnings
from courier_backend.cli.session import Session
from courier_backend.cli.words import counted, number_of
from courier_backend.client import targets
from courier_backend.model.errors import BadInput

if TYPE_CHECKING:
    from courier_backend.model.inventory.gathering import Inventory, Told
    from courier_backend.model.wire import ImportedNode, NodeWish

_FORMATS: Final = ("json", "yaml", "toml", "csv", "ini")
_SECONDS: Final = 600.0
_COLUMNS: Final = (
    Column("Node", "id", "id"),
    Column("Name", key="name"),
    Column("Outcome", key="outcome"),
    Column("Why not", key="reason"),
)


@command("import", example="courier nodes import inventory.ini --dry-run")
@click.argument("file")
@click.option(
    "--file-format", type=click.Choice(_FORMATS), default=None, help="Found out if not given."
)
@dry_run
@common(LIST)
@pass_session
def import_(session: Session, *, file: str, file_format: str | None) -> int:
    """Take many nodes into the fleet, from JSON, YAML, TOML, CSV or an Ansible inventory.

    All that is wrong in the file is told at once, and nothing is done then. Each node is asked who
    it is; one that does not answer holds up no other. Nodes that are there are brought up to date.
    """
    from courier_backend.model.inventory.read import read_inventory  # noqa: PLC0415  start-up time

    body = read_body(file)
    found = read_inventory(body.text, file_format or "", body.file_name)
    wishes = _wishes(found, Path(file).expanduser().parent if file != STDIN else Path())
    _refuse(found, body.name)
    tell_warnings(found.problems, body.name)
    answer = session.envelope(targets.import_nodes(wishes), seconds=_SECONDS)
    show_page(session, answer, _COLUMNS, _row)
    return _told(answer["items"])


def _wishes(found: Inventory, folder: Path) -> list[NodeWish]:
    """The nodes, with the tokens that stand in files (beside the file that names them)."""
    return [
        {
            "url": told.url,
            "token": told.token or _token(found, told, folder),
            "name": told.name,
            "tags": dict(told.tags),
            "attributes": {space: dict(values) for space, values in told.attributes.items()},
        }
        for told in found.nodes
    ]


def _token(found: Inventory, told: Told, folder: Path) -> str:
    if not told.token_file:
        return ""
    try:
        return node_token(str(folder / Path(told.token_file).expanduser()), told.url)
    except BadInput as error:
        found.error(error.message.rstrip("."), told.where, told.place)
        return ""


def _refuse(found: Inventory, name: str) -> None:
    errors = [problem for problem in found.problems if problem["severity"] == "error"]
    if errors:
        found.problems.sort(key=lambda problem: (problem["line"], problem["column"]))
        what = number_of(len(errors), "error")
        raise BadFile(f"{name} cannot be imported: {what}.", name, found.problems)


def _row(node: ImportedNode) -> tuple[str, ...]:
    return (node["id"] or "–", node["name"] or node["url"], node["outcome"], node["reason"])


def _told(nodes: list[ImportedNode]) -> int:
    """The counts in words; the exit code."""
    counts: dict[str, int] = {}
    for node in nodes:
        counts[node["outcome"]] = counts.get(node["outcome"], 0) + 1
    say(f"{number_of(len(nodes), 'node')}: {counted(counts)}.")
    return 1 if counts.get("failed") else 0
