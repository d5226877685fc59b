"""Saved lists of nodes: list, keep, change, remove."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from courier_backend.api import answers
from courier_backend.api.context import Api, ApiDep, By
from courier_backend.api.paging import PageDep, answer_coded_page
from courier_backend.api.schemas import CodedItem, CodedItems, problems, told
from courier_backend.api.submissions import file_body, submission_of
from courier_backend.model.filter_bodies import read_list, read_nodes
from courier_backend.model.wire import IdItem, ListItem
from courier_backend.store.queries.nodes import nodes_by_id
from courier_backend.store.queries.saved import get_list, list_lists

router: Final = APIRouter(prefix="/node/management/v1", tags=["lists"], responses=problems())

_LIST: Final = file_body("A list: its name, and its nodeIds.")
_NODES: Final = file_body("The nodeIds.")
FileName = Annotated[
    str, Query(alias="fileName", max_length=500, description="Its ending may tell the format.")
]


@router.get("/lists", responses=told(CodedItems[ListItem]), response_class=Response)
async def list_(
    request: Request,
    api: ApiDep,
    page: PageDep,
    name: Annotated[str, Query(max_length=200, description="Exactly this name.")] = "",
) -> Response:
    """Saved lists, oldest first."""
    found = await api.service.store.read(lambda c: list_lists(c, page, name=name or None))
    return answer_coded_page(request, found)


@router.post(
    "/lists",
    status_code=201,
    openapi_extra=_LIST,
    responses=told(CodedItem[ListItem], 409, 413, 415, 507, status=201),
    response_class=Response,
)
async def create(request: Request, api: ApiDep, by: By, file_name: FileName = "") -> Response:
    """Save a list of nodes under a name of its own."""
    file = await submission_of(request, file_name)
    body = read_list(file["body"], file["bodyFormat"], file_name)
    return await _answer(api, await api.service.saved.add_list(body, by), status=201)


@router.get("/lists/{list_id}", responses=told(CodedItem[ListItem], 404), response_class=Response)
async def get(
    list_id: str,
    api: ApiDep,
    expand: Annotated[bool, Query(description="With the nodes themselves.")] = False,
) -> Response:
    """One saved list."""
    return await _answer(api, list_id, expand=expand)


@router.put(
    "/lists/{list_id}",
    openapi_extra=_LIST,
    responses=told(CodedItem[ListItem], 404, 409, 413, 415, 507),
    response_class=Response,
)
async def update(
    list_id: str, request: Request, api: ApiDep, by: By, file_name: FileName = ""
) -> Response:
    """Another list under the same id; instances that begin from now on use it."""
    file = await submission_of(request, file_name)
    body = read_list(file["body"], file["bodyFormat"], file_name)
    await api.service.saved.change_list(list_id, body, by)
    return await _answer(api, list_id)


@router.delete(
    "/lists/{list_id}", responses=told(CodedItem[IdItem], 404, 507), response_class=Response
)
async def remove(list_id: str, api: ApiDep, by: By) -> Response:
    """Keep a list no more; groups that name it will fail and say so."""
    return answers.coded_item({"id": await api.service.saved.remove_list(list_id, by)})


_CHANGED: Final = told(CodedItem[ListItem], 404, 413, 415, 507)


@router.post(
    "/lists/{list_id}/nodes",
    openapi_extra=_NODES,
    responses=_CHANGED,
    response_class=Response,
)
async def add_nodes(
    list_id: str, request: Request, api: ApiDep, by: By, file_name: FileName = ""
) -> Response:
    """Put nodes on a list, behind those that are there."""
    nodes = await _node_ids(request, file_name)
    await api.service.saved.set_nodes(list_id, nodes, "add", by)
    return await _answer(api, list_id)


@router.put(
    "/lists/{list_id}/nodes",
    openapi_extra=_NODES,
    responses=_CHANGED,
    response_class=Response,
)
async def replace_nodes(
    list_id: str, request: Request, api: ApiDep, by: By, file_name: FileName = ""
) -> Response:
    """These nodes, and no others."""
    nodes = await _node_ids(request, file_name)
    await api.service.saved.set_nodes(list_id, nodes, "replace", by)
    return await _answer(api, list_id)


@router.delete(
    "/lists/{list_id}/nodes",
    openapi_extra=_NODES,
    responses=_CHANGED,
    response_class=Response,
)
async def remove_nodes(
    list_id: str, request: Request, api: ApiDep, by: By, file_name: FileName = ""
) -> Response:
    """Take nodes from a list; those that are not on it do no harm."""
    nodes = await _node_ids(request, file_name)
    await api.service.saved.set_nodes(list_id, nodes, "remove", by)
    return await _answer(api, list_id)


async def _node_ids(request: Request, file_name: str) -> list[str]:
    file = await submission_of(request, file_name)
    return read_nodes(file["body"], file["bodyFormat"], file_name).node_ids


async def _answer(api: Api, list_id: str, *, expand: bool = False, status: int = 200) -> Response:
    found = await api.service.store.read(lambda c: get_list(c, list_id))
    if expand:
        wanted = found["nodeIds"]
        nodes = await api.service.store.read(lambda c: nodes_by_id(c, wanted))
        found["nodes"] = [api.service.live_node(each) for each in nodes]
    return answers.coded_item(found, status)
