"""``courier filters …``: list, show, add, test and remove saved filters."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from itertools import chain, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from courier_backend.cli.answer import show_item, tell_done
from courier_backend.cli.body import STDIN, Body, read_body
from courier_backend.cli.clean import clean
from courier_backend.cli.column import Column
from courier_backend.cli.constraints import with_constraints
from courier_backend.cli.declare import command
from courier_backend.cli.ids import meant
from courier_backend.cli.lazy import Entry, group
from courier_backend.cli.listing import NEWEST, OLDEST, show_list
from courier_backend.cli.options import LIST, common, dry_run, lines, pass_session
from courier_backend.cli.output import say
from courier_backend.cli.problems import problems_of, problems_of_options
from courier_backend.cli.sending import sent
from courier_backend.cli.session import Session
from courier_backend.cli.when import full, local
from courier_backend.cli.words import number_of
from courier_backend.client import targets
from courier_backend.model.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterator

    from courier_backend.model.wire import FilterItem, FilterTest

COLUMNS: Final = (
    Column("Filter", "id", "id"),
    Column("Name", key="name"),
    Column("Admits nodes with", key="constraints"),
    Column("Changed", key="modifiedAt"),
)
_JUDGED: Final = (Column("Node", "id"), Column("Name"), Column("Matches"), Column("Why not"))
_IN_OPTION: Final = re.compile(r"constraints\.(attributes|skills)\[(\d+)\]")
_ENDINGS: Final = (".json", ".yaml", ".yml", ".toml")

filters: Final = group(
    "filters",
    "Saved filters of nodes: list, show, add, test and remove them.",
    {
        "list": Entry(f"{__name__}:list_", "All saved filters."),
        "show": Entry(f"{__name__}:show", "One saved filter."),
        "add": Entry(f"{__name__}:add", "Save a filter under a name."),
        "test": Entry(f"{__name__}:test", "Which nodes a filter admits, and why not the others."),
        "remove": Entry(f"{__name__}:remove", "Keep a filter no more."),
    },
)


@command("list", example="courier filters list")
@lines
@common(LIST)
@pass_session
def list_(session: Session, *, size: int, page: int, oldest: bool) -> None:
    """Saved filters: the newest of them, the very newest last."""
    call = targets.list_filters(page=page, size=size, sort_order=OLDEST if oldest else NEWEST)
    empty = "No saved filters. `courier filters add NAME FILE` saves one."
    show_list(session, call, COLUMNS, row, empty=empty)


@command("show", example="courier filters show webservers")
@click.argument("name", metavar="FILTER")
@common()
@pass_session
def show(session: Session, *, name: str) -> None:
    """One saved filter, by its name, its id or the beginning of it."""
    answer = session.envelope(targets.get_filter(meant(session, "filter", name)))
    show_item(session, answer, _show)


@command("add", example="courier filters add webservers --attribute role=web --health reachable")
@click.argument("name")
@click.argument("file", required=False)
@with_constraints
@dry_run
@common()
@pass_session
def add(
    session: Session,
    *,
    name: str,
    file: str | None,
    constraints: dict[str, Any] | None,
) -> None:
    """Save a filter under NAME, from a FILE with its constraints or from options."""
    _check_one_way(file, constraints)
    given = _given(file, constraints)
    with _problems(constraints):
        answer = sent(session, targets.create_filter, given, name=name)
    item: FilterItem = answer["item"]
    tell_done(session, answer, f"Filter {clean(item['name'])} ({item['id']}) was saved.")


@command("test", example='courier filters test --attribute "hostname MATCHES ^web" --node web-1')
@click.argument("subject", metavar="FILE|FILTER", required=False)
@with_constraints
@click.option("--node", default="", metavar="NODE", help="Judge this node alone.")
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=50,
    help="How many of the nodes that do not match are shown (50).",
)
@common()
@pass_session
def test(
    session: Session,
    *,
    subject: str | None,
    constraints: dict[str, Any] | None,
    node: str,
    limit: int,
) -> None:
    """Which nodes a filter admits now; and of the others, which constraints fail, and why.

    The filter stands in a file, is a saved one, or is made of options.
    """
    _check_one_way(subject, constraints)
    node_id = meant(session, "node", node) if node else ""
    if subject is None or _is_file(subject):
        given = _given(subject, constraints)
        call = targets.judge_filter(
            given.data,
            content_type=given.content_type,
            file_name=given.file_name,
            node_id=node_id,
            limit=limit,
        )
    else:
        filter_id = meant(session, "filter", subject)
        call = targets.judge_saved_filter(filter_id, node_id=node_id, limit=limit)
    with problems_of(subject) if subject else _problems(constraints):
        answer = session.envelope(call)
    show_item(session, answer, _show_judged)


@command("remove", example="courier filters remove webservers")
@click.argument("name", metavar="FILTER")
@dry_run
@common()
@pass_session
def remove(session: Session, *, name: str) -> None:
    """Keep a filter no more; groups that name it will fail and say so."""
    answer = session.envelope(targets.delete_filter(meant(session, "filter", name)))
    tell_done(session, answer, f"Filter {clean(name)} was removed.")


def row(item: FilterItem) -> tuple[str, ...]:
    """The cells of a filter."""
    return (item["id"], item["name"], " and ".join(in_words(item)), local(item["modifiedAt"]))


def in_words(item: FilterItem) -> list[str]:
    """The constraints, each in words."""
    told = item["constraints"]
    words = [_attribute(each) for each in told.get("attributes", ())]
    words += [_skill(each) for each in told.get("skills", ())]
    for key, what in (("healthStatus", "health"), ("enrollmentLevel", "enrollment")):
        if state := told.get(key):
            words.append(f"{what} {state['operator']} {'|'.join(state['value'])}")
    if override := told.get("overrideSettings"):
        words.append(f"override settings {override['operator']} {'|'.join(override['name'])}")
    return words or ["(no constraint: every node)"]


def _attribute(constraint: dict[str, Any]) -> str:
    space = ",".join(constraint.get("namespace", ()))
    name = f"{space}:{constraint['name']}" if space else constraint["name"]
    return f"{name} {constraint['operator']} {'|'.join(constraint['value'])}"


def _skill(constraint: dict[str, Any]) -> str:
    return f"{constraint['name']} {', '.join(constraint.get('version', ()))}".strip()


def _check_one_way(file: str | None, constraints: dict[str, Any] | None) -> None:
    if (file is None) == (constraints is None):
        raise BadInput(
            "Say what the filter is either by a file or by options such as --attribute role=web."
        )


def _given(file: str | None, constraints: dict[str, Any] | None) -> Body:
    """What to send: the file as it is, or what the options say."""
    if file is not None:
        return read_body(file)
    return Body(json.dumps({"constraints": constraints}).encode(), "", "json")


@contextmanager
def _problems(constraints: dict[str, Any] | None) -> Iterator[None]:
    """Problems of a filter that options say are told with the option; of a file, as they are."""
    if constraints is None:
        yield
        return

    def named(path: str) -> str:
        found = _IN_OPTION.match(path)
        if found is None:
            return path
        told = constraints[found[1]][int(found[2])]
        return (
            f"--attribute {_attribute(told)}"
            if found[1] == "attributes"
            else f"--skill {_skill(told)}"
        )

    with problems_of_options(named):
        yield


def _is_file(subject: str) -> bool:
    path = Path(subject).expanduser()
    return subject == STDIN or path.suffix.lower() in _ENDINGS or path.is_file()


def _show(item: FilterItem) -> None:
    from courier_backend.cli.table import facts  # noqa: PLC0415  start-up time

    facts(
        (
            ("Filter", item["id"]),
            ("Name", item["name"]),
            ("Description", item["description"] or "–"),
            *zip(chain(("Admits",), repeat("and")), in_words(item), strict=False),
            ("Created", full(item["createdAt"])),
            ("Modified", full(item["modifiedAt"])),
        )
    )


def _show_judged(item: FilterTest) -> None:
    from courier_backend.cli.table import draw  # noqa: PLC0415  start-up time

    rows = [(node["id"], node["name"], "yes", "") for node in item["matched"]]
    rows += [
        (each["id"], each["name"], "no", "; ".join(each["reasons"])) for each in item["leftOut"]
    ]
    if rows:
        draw(_JUDGED, rows)
    hidden = item["leftOutCount"] - len(item["leftOut"])
    more = f" ({hidden} of them are not shown; --limit shows more)" if hidden else ""
    matched = number_of(item["matchedCount"], "node matches", "nodes match")
    say(f"{matched}, {item['leftOutCount']} do not{more}.")
    for warning in item.get("warnings", ()):
        say(f"Warning: {clean(warning)}")
