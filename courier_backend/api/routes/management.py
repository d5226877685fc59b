"""What else Chef's node management can be asked for: skills, and what is not here."""

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from courier_backend.api import answers
from courier_backend.api.context import ApiDep
from courier_backend.api.paging import PageDep, sliced
from courier_backend.api.schemas import CodedItems, problems, told
from courier_backend.model.versions import read_version
from courier_backend.model.wire import FleetSkillItem, NamedItem

router: Final = APIRouter(prefix="/node/management/v1", tags=["management"], responses=problems())


@router.get("/skills", responses=told(CodedItems[FleetSkillItem]), response_class=Response)
async def skills(request: Request, api: ApiDep, page: PageDep) -> Response:
    """The skills that nodes of the fleet have, with their versions; archived nodes apart."""
    found: dict[str, list[str]] = {}
    for node in api.service.saved.view().nodes.values():
        for name, version in () if node.archived else node.skills.items():
            found.setdefault(name, []).append(version)
    items: list[FleetSkillItem] = [
        {"name": name, "versions": _ordered(found[name]), "nodeCount": len(found[name])}
        for name in sorted(found)
    ]
    return answers.coded_page(*sliced(request, page, items))


@router.get("/cohorts", responses=told(CodedItems[NamedItem]), response_class=Response)
async def cohorts(request: Request, page: PageDep) -> Response:
    """Always empty: there are no cohorts here; nodes are told apart by tags."""
    none: list[NamedItem] = []
    return answers.coded_page(*sliced(request, page, none))


@router.get("/settings", responses=told(CodedItems[NamedItem]), response_class=Response)
async def settings(request: Request, page: PageDep) -> Response:
    """Always empty: nodes have no settings that a backend keeps."""
    none: list[NamedItem] = []
    return answers.coded_page(*sliced(request, page, none))


@router.get("/assemblies", responses=told(CodedItems[NamedItem]), response_class=Response)
async def assemblies(request: Request, page: PageDep) -> Response:
    """Always empty: which skills a node has is what its runner finds there."""
    none: list[NamedItem] = []
    return answers.coded_page(*sliced(request, page, none))


def _ordered(versions: list[str]) -> list[str]:
    """Each once, the oldest first; what is no version comes before all."""

    def key(text: str) -> tuple[bool, object, str]:
        try:
            return True, read_version(text), text
        except ValueError:
            return False, read_version("0"), text

    return sorted(set(versions), key=key)
