"""The fleet: list, show, add, tag, archive, remove."""

from collections.abc import Sequence
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from courier_backend.api import answers
from courier_backend.api.context import Api, ApiDep, By
from courier_backend.api.paging import PageDep, answer_coded_page
from courier_backend.api.schemas import (
    ArchiveBody,
    CodedItem,
    CodedItems,
    ImportBody,
    TagsBody,
    problems,
    told,
)
from courier_backend.api.submissions import file_body, submission_of
from courier_backend.model.filter_bodies import read_attributes, read_node, read_tags
from courier_backend.model.wire import IdItem, ImportedNode, NodeItem, NodeStatus, Pagination
from courier_backend.store.queries.nodes import get_node, list_nodes

_NODE: Final = file_body("Where a node's runner answers (url), its token, a name, tags.")
_TAGS: Final = file_body("The tags: an object with names and values.")
_ATTRIBUTES: Final = file_body("The attributes: name, value and namespace of each.")
FileName = Annotated[
    str, Query(alias="fileName", max_length=500, description="Its ending may tell the format.")
]
router: Final = APIRouter(prefix="/node/management/v1", tags=["nodes"], responses=problems())


@router.get("/nodes", responses=told(CodedItems[NodeItem]), response_class=Response)
async def list_(
    request: Request,
    api: ApiDep,
    page: PageDep,
    name: Annotated[str, Query(max_length=200, description="Exactly this name.")] = "",
    health: Annotated[
        Literal["", "reachable", "offline", "unknown"], Query(alias="healthStatus")
    ] = "",
    archived: Annotated[bool | None, Query(description="Not given: all.")] = None,
    tag: Annotated[
        Sequence[Annotated[str, Query(max_length=1000)]],
        Query(max_length=20, description="With this tag: role=web, or role. All must hold."),
    ] = (),
) -> Response:
    """The fleet."""
    found = await api.service.store.read(
        lambda c: list_nodes(
            c, page, name=name or None, health=health or None, archived=archived, tags=tag
        )
    )
    return answer_coded_page(request, _live(api, found))


@router.get("/nodes/{node_id}", responses=told(CodedItem[NodeItem], 404), response_class=Response)
async def get(node_id: str, api: ApiDep) -> Response:
    """One node."""
    return answers.coded_item(await _node(api, node_id))


@router.get(
    "/nodes/{node_id}/status", responses=told(CodedItem[NodeStatus], 404), response_class=Response
)
async def status(node_id: str, api: ApiDep) -> Response:
    """How a node is."""
    node = await _node(api, node_id)
    found: NodeStatus = {
        "id": node["id"],
        "name": node["name"],
        "healthStatus": node["healthStatus"],
        "healthReason": node["healthReason"],
        "healthSince": node["healthSince"],
        "enrollmentLevel": node["enrollmentLevel"],
        "archived": node["archived"],
        "lastContactAt": node["lastContactAt"],
        "latencySeconds": node["latencySeconds"],
        "clockSkewSeconds": node["clockSkewSeconds"],
        "runnerVersion": node["runnerVersion"],
        "activeRuns": node["activeRuns"],
    }
    return answers.coded_item(found)


@router.post(
    "/nodes",
    status_code=201,
    openapi_extra=_NODE,
    responses=told(CodedItem[NodeItem], 409, 413, 415, 507, status=201),
    response_class=Response,
)
async def add(request: Request, api: ApiDep, by: By, file_name: FileName = "") -> Response:
    """Add a node; it is asked who it is first."""
    file = await submission_of(request, file_name)
    body = read_node(file["body"], file["bodyFormat"], file_name)
    added = await api.service.add_node(body.url, body.token, name=body.name, tags=body.tags, by=by)
    return answers.coded_item(added, 201)


@router.post(
    "/nodes/import", responses=told(CodedItems[ImportedNode], 413, 507), response_class=Response
)
async def import_(body: ImportBody, api: ApiDep, by: By) -> Response:
    """Many nodes at once: what became of each. One that does not answer holds up no other."""
    return answers.coded_whole(await api.service.import_nodes(body.wishes(), by=by))


@router.post(
    "/nodes/{node_id}/tags",
    openapi_extra=_TAGS,
    responses=told(CodedItem[NodeItem], 404, 413, 415, 507),
    response_class=Response,
)
async def tag(
    node_id: str, request: Request, api: ApiDep, by: By, file_name: FileName = ""
) -> Response:
    """All tags of a node, anew."""
    file = await submission_of(request, file_name)
    body = read_tags(file["body"], file["bodyFormat"], file_name)
    return answers.coded_item(await api.service.change_node(node_id, tags=body.tags, by=by))


@router.patch(
    "/nodes/{node_id}/tags",
    responses=told(CodedItem[NodeItem], 404, 507),
    response_class=Response,
)
async def retag(node_id: str, body: TagsBody, api: ApiDep, by: By) -> Response:
    """Set some tags of a node, and take some away (null); the others stay."""
    return answers.coded_item(await api.service.tag_node(node_id, body.tags, by=by))


@router.put(
    "/nodes/{node_id}/attributes",
    openapi_extra=_ATTRIBUTES,
    responses=told(CodedItem[NodeItem], 404, 413, 415, 507),
    response_class=Response,
)
async def describe(
    node_id: str, request: Request, api: ApiDep, by: By, file_name: FileName = ""
) -> Response:
    """Set attributes in namespaces of the operator's; what is not named stays, "" takes away."""
    file = await submission_of(request, file_name)
    body = read_attributes(file["body"], file["bodyFormat"], file_name)
    wanted = [(each.namespace, each.name, each.value) for each in body.attributes]
    return answers.coded_item(await api.service.describe_node(node_id, wanted, by=by))


@router.post(
    "/nodes/{node_id}/archive",
    responses=told(CodedItem[NodeItem], 404, 507),
    response_class=Response,
)
async def archive(node_id: str, api: ApiDep, by: By, body: ArchiveBody | None = None) -> Response:
    """Archive a node, or take it back."""
    archived = (body or ArchiveBody()).archived
    return answers.coded_item(await api.service.change_node(node_id, archived=archived, by=by))


@router.delete(
    "/nodes/{node_id}", responses=told(CodedItem[IdItem], 404, 409, 507), response_class=Response
)
async def remove(node_id: str, api: ApiDep, by: By) -> Response:
    """Forget a node; its history stays."""
    await api.service.remove_node(node_id, by=by)
    return answers.coded_item({"id": node_id})


async def _node(api: Api, node_id: str) -> NodeItem:
    found = await api.service.store.read(lambda c: get_node(c, node_id))
    return api.service.live_node(found)


def _live(api: Api, found: tuple[list[NodeItem], Pagination]) -> tuple[list[NodeItem], Pagination]:
    items, pagination = found
    return [api.service.live_node(each) for each in items], pagination
