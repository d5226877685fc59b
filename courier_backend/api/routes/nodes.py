"""The fleet: list, show, add, tag, archive, remove; and which nodes a filter admits."""

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from courier_backend.api import answers
from courier_backend.api.context import Api, ApiDep, By
from courier_backend.api.paging import ALL, PageDep, answer_page, answer_slice
from courier_backend.api.schemas import (
    ArchiveBody,
    Item,
    Items,
    NodeBody,
    TagsBody,
    problems,
    told,
)
from courier_backend.model.filter import Filter
from courier_backend.model.wire import IdItem, NodeItem, NodeStatus, Pagination
from courier_backend.store.queries.nodes import get_node, list_nodes
from courier_backend.targeting.filters import NodeFilter
from courier_backend.targeting.view import NodeView

router: Final = APIRouter(prefix="/node/management/v1", tags=["nodes"], responses=problems())


@router.get("/nodes", responses=told(Items[NodeItem]), response_class=Response)
async def list_(
    request: Request,
    api: ApiDep,
    page: PageDep,
    name: Annotated[str, Query(max_length=200, description="Exactly this name.")] = "",
    health: Annotated[
        Literal["", "reachable", "offline", "unknown"], Query(alias="healthStatus")
    ] = "",
    archived: Annotated[bool | None, Query(description="Not given: all.")] = None,
) -> Response:
    """The fleet."""
    found = await api.service.store.read(
        lambda c: list_nodes(c, page, name=name or None, health=health or None, archived=archived)
    )
    return answer_page(request, _live(api, found))


@router.get("/nodes/{node_id}", responses=told(Item[NodeItem], 404), response_class=Response)
async def get(node_id: str, api: ApiDep) -> Response:
    """One node."""
    return answers.item(await _node(api, node_id))


@router.get(
    "/nodes/{node_id}/status", responses=told(Item[NodeStatus], 404), response_class=Response
)
async def status(node_id: str, api: ApiDep) -> Response:
    """How a node is."""
    node = await _node(api, node_id)
    found: NodeStatus = {
        "id": node["id"],
        "name": node["name"],
        "healthStatus": node["healthStatus"],
        "healthReason": node["healthReason"],
        "enrollmentLevel": node["enrollmentLevel"],
        "archived": node["archived"],
        "lastContactAt": node["lastContactAt"],
        "activeRuns": node["activeRuns"],
    }
    return answers.item(found)


@router.post(
    "/nodes",
    status_code=201,
    responses=told(Item[NodeItem], 409, 507, status=201),
    response_class=Response,
)
async def add(body: NodeBody, api: ApiDep, by: By) -> Response:
    """Add a node; it is asked who it is first."""
    added = await api.service.add_node(body.url, body.token, name=body.name, tags=body.tags, by=by)
    return answers.item(added, 201)


@router.post(
    "/nodes/{node_id}/tags", responses=told(Item[NodeItem], 404, 507), response_class=Response
)
async def tag(node_id: str, body: TagsBody, api: ApiDep, by: By) -> Response:
    """All tags of a node, anew."""
    return answers.item(await api.service.change_node(node_id, tags=body.tags, by=by))


@router.post(
    "/nodes/{node_id}/archive", responses=told(Item[NodeItem], 404, 507), response_class=Response
)
async def archive(node_id: str, api: ApiDep, by: By, body: ArchiveBody | None = None) -> Response:
    """Archive a node, or take it back."""
    archived = (body or ArchiveBody()).archived
    return answers.item(await api.service.change_node(node_id, archived=archived, by=by))


@router.delete(
    "/nodes/{node_id}", responses=told(Item[IdItem], 404, 409, 507), response_class=Response
)
async def remove(node_id: str, api: ApiDep, by: By) -> Response:
    """Forget a node; its history stays."""
    await api.service.remove_node(node_id, by=by)
    return answers.item({"id": node_id})


@router.post("/filters/exec", responses=told(Items[NodeItem], 413), response_class=Response)
async def try_filter(body: Filter, request: Request, api: ApiDep, page: PageDep) -> Response:
    """The nodes that a filter admits now."""
    wanted = NodeFilter(body.normal()["constraints"])
    found = await api.service.store.read(lambda c: list_nodes(c, ALL, archived=False))
    nodes, _ = _live(api, found)
    return answer_slice(request, page, [n for n in nodes if wanted.admits(_view(n))])


async def _node(api: Api, node_id: str) -> NodeItem:
    found = await api.service.store.read(lambda c: get_node(c, node_id))
    return api.service.live_node(found)


def _live(api: Api, found: tuple[list[NodeItem], Pagination]) -> tuple[list[NodeItem], Pagination]:
    items, pagination = found
    return [api.service.live_node(each) for each in items], pagination


def _view(node: NodeItem) -> NodeView:
    """A node as targeting sees it."""
    facts = {a["name"]: a["value"] for a in node["attributes"] if a["namespace"] != "tags"}
    skills = {skill["name"]: skill["version"] for skill in node["installedSkills"]}
    return NodeView(
        node["id"],
        node["name"],
        facts,
        node["tags"],
        skills,
        archived=node["archived"],
        health=node["healthStatus"],
    )
