"""``management skill …``, and what is not here: cohorts, assemblies, settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from courier_backend.cli.column import Column
from courier_backend.cli.declare import command
from courier_backend.cli.listing import show_page
from courier_backend.cli.options import CHEF_LIST, common, paging, pass_session
from courier_backend.cli.session import Session
from courier_backend.client import targets

if TYPE_CHECKING:
    from courier_backend.model.wire import FleetSkillItem, NamedItem

_SKILLS: Final = (
    Column("Skill", key="name"),
    Column("Versions", key="versions"),
    Column("Nodes", "number", "nodeCount"),
)
_NAMED: Final = (Column("Id", "id", "id"), Column("Name", key="name"))


@command("find-all-skills", example="courier management skill find-all-skills")
@paging
@common(CHEF_LIST)
@pass_session
def find_all_skills(session: Session, *, page: int, size: int) -> None:
    """The skills that nodes have, with their versions."""
    answer = session.envelope(targets.list_skills(page=page, size=size))
    show_page(session, answer, _SKILLS, _skill)


@command("find-all-cohorts", example="courier management cohort find-all-cohorts")
@paging
@common(CHEF_LIST)
@pass_session
def find_all_cohorts(session: Session, *, page: int, size: int) -> None:
    """An empty list: there are no cohorts here; nodes are told apart by tags."""
    answer = session.envelope(targets.list_cohorts(page=page, size=size))
    show_page(session, answer, _NAMED, _named, empty="There are no cohorts here; use tags.")


@command("find-all-assemblies", example="courier management assembly find-all-assemblies")
@paging
@common(CHEF_LIST)
@pass_session
def find_all_assemblies(session: Session, *, page: int, size: int) -> None:
    """An empty list: which skills a node has is what its runner finds there."""
    answer = session.envelope(targets.list_assemblies(page=page, size=size))
    show_page(session, answer, _NAMED, _named)


@command("find-all-settings", example="courier management setting find-all-settings")
@paging
@common(CHEF_LIST)
@pass_session
def find_all_settings(session: Session, *, page: int, size: int) -> None:
    """An empty list: nodes have no settings that a backend keeps."""
    answer = session.envelope(targets.list_settings(page=page, size=size))
    show_page(session, answer, _NAMED, _named)


def _skill(item: FleetSkillItem) -> tuple[str, ...]:
    return (item["name"], ", ".join(item["versions"]), str(item["nodeCount"]))


def _named(item: NamedItem) -> tuple[str, ...]:
    return (item["id"], item["name"])
