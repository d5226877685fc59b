"""Saved filters: list, keep, change, remove; what a filter admits now, and why not the others."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from courier_backend.api import answers
from courier_backend.api.context import Api, ApiDep, By
from courier_backend.api.paging import PageDep, answer_coded_page, sliced
from courier_backend.api.schemas import CodedItem, CodedItems, problems, told
from courier_backend.api.submissions import file_body, submission_of
from courier_backend.model.errors import BadInput
from courier_backend.model.filter_bodies import read_ad_hoc, read_filter
from courier_backend.model.patterns import PatternTooSlow
from courier_backend.model.wire import FilterItem, FilterTest, IdItem, LeftOutItem, NodeItem
from courier_backend.store.queries.lookup import not_found
from courier_backend.store.queries.nodes import nodes_by_id
from courier_backend.store.queries.paging import PageRequest
from courier_backend.store.queries.saved import get_filter, list_filters
from courier_backend.targeting.doubts import doubts
from courier_backend.targeting.resolve import LeftOut, judged
from courier_backend.targeting.view import FleetView, NodeView

router: Final = APIRouter(prefix="/node/management/v1", tags=["filters"], responses=problems())

_FILTER: Final = file_body("A filter: its constraints, and the name of one to save.")
FileName = Annotated[
    str, Query(alias="fileName", max_length=500, description="Its ending may tell the format.")
]
OnlyNode = Annotated[
    str, Query(alias="nodeId", max_length=100, description="Judge this node alone.")
]
Limit = Annotated[int, Query(ge=0, le=100_000, description="So many of the others are told.")]


@router.get("/filters", responses=told(CodedItems[FilterItem]), response_class=Response)
async def list_(
    request: Request,
    api: ApiDep,
    page: PageDep,
    name: Annotated[str, Query(max_length=200, description="Exactly this name.")] = "",
) -> Response:
    """Saved filters, oldest first."""
    found = await api.service.store.read(lambda c: list_filters(c, page, name=name or None))
    return answer_coded_page(request, found)


@router.post(
    "/filters",
    status_code=201,
    openapi_extra=_FILTER,
    responses=told(CodedItem[FilterItem], 409, 413, 415, 507, status=201),
    response_class=Response,
)
async def create(
    request: Request,
    api: ApiDep,
    by: By,
    file_name: FileName = "",
    name: Annotated[str, Query(max_length=200, description="Instead of the one it says.")] = "",
) -> Response:
    """Save a filter under a name of its own."""
    file = await submission_of(request, file_name)
    body = read_filter(file["body"], file["bodyFormat"], file_name, name=name)
    filter_id = await api.service.saved.add_filter(body, by)
    return await _answer(api, filter_id, 201)


@router.post(
    "/filters/exec",
    openapi_extra=_FILTER,
    responses=told(CodedItems[NodeItem], 413, 415),
    response_class=Response,
)
async def run_ad_hoc(
    request: Request, api: ApiDep, page: PageDep, file_name: FileName = ""
) -> Response:
    """The nodes that a filter admits now."""
    constraints = await _constraints(request, file_name)
    return await _nodes(request, api, page, constraints)


@router.post(
    "/filters/test",
    openapi_extra=_FILTER,
    responses=told(CodedItem[FilterTest], 404, 413, 415),
    response_class=Response,
)
async def judge_ad_hoc(
    request: Request,
    api: ApiDep,
    file_name: FileName = "",
    node_id: OnlyNode = "",
    limit: Limit = 200,
) -> Response:
    """The nodes that a filter admits now; and of the others, which constraint fails, and why."""
    constraints = await _constraints(request, file_name)
    return answers.coded_item(_judgement(api, constraints, node_id, limit))


@router.get(
    "/filters/{filter_id}", responses=told(CodedItem[FilterItem], 404), response_class=Response
)
async def get(filter_id: str, api: ApiDep) -> Response:
    """One saved filter."""
    return await _answer(api, filter_id)


@router.put(
    "/filters/{filter_id}",
    openapi_extra=_FILTER,
    responses=told(CodedItem[FilterItem], 404, 409, 413, 415, 507),
    response_class=Response,
)
async def update(
    filter_id: str, request: Request, api: ApiDep, by: By, file_name: FileName = ""
) -> Response:
    """Another filter under the same id; instances that begin from now on use it."""
    file = await submission_of(request, file_name)
    body = read_filter(file["body"], file["bodyFormat"], file_name)
    await api.service.saved.change_filter(filter_id, body, by)
    return await _answer(api, filter_id)


@router.delete(
    "/filters/{filter_id}", responses=told(CodedItem[IdItem], 404, 507), response_class=Response
)
async def remove(filter_id: str, api: ApiDep, by: By) -> Response:
    """Keep a filter no more; groups that name it will fail and say so."""
    return answers.coded_item({"id": await api.service.saved.remove_filter(filter_id, by)})


@router.get(
    "/filters/{filter_id}/exec",
    responses=told(CodedItems[NodeItem], 404),
    response_class=Response,
)
async def run_saved(filter_id: str, request: Request, api: ApiDep, page: PageDep) -> Response:
    """The nodes that a saved filter admits now."""
    saved = api.service.saved.saved_filter(filter_id)
    return await _nodes(request, api, page, saved.constraints)


@router.get(
    "/filters/{filter_id}/test", responses=told(CodedItem[FilterTest], 404), response_class=Response
)
async def judge_saved(
    filter_id: str, api: ApiDep, node_id: OnlyNode = "", limit: Limit = 200
) -> Response:
    """What a saved filter admits now; and of the others, which constraint fails, and why."""
    saved = api.service.saved.saved_filter(filter_id)
    return answers.coded_item(_judgement(api, saved.constraints, node_id, limit))


async def _answer(api: Api, filter_id: str, status: int = 200) -> Response:
    found = await api.service.store.read(lambda c: get_filter(c, filter_id))
    return answers.coded_item(found, status)


async def _constraints(request: Request, file_name: str) -> dict[str, Any]:
    file = await submission_of(request, file_name)
    return read_ad_hoc(file["body"], file["bodyFormat"], file_name).constraints.normal()


async def _nodes(
    request: Request, api: Api, page: PageRequest, constraints: Mapping[str, Any]
) -> Response:
    admitted, _ = _judged(constraints, api.service.saved.view())
    shown, pagination = sliced(request, page, [node.id for node in admitted])
    items = await api.service.store.read(lambda c: nodes_by_id(c, shown))
    return answers.coded_page([api.service.live_node(each) for each in items], pagination)


def _judgement(api: Api, constraints: Mapping[str, Any], node_id: str, limit: int) -> FilterTest:
    whole = fleet = api.service.saved.view()
    if node_id:
        fleet = FleetView({node_id: _one(fleet, node_id)})
    admitted, others = _judged(constraints, fleet)
    return {
        "matched": [{"id": node.id, "name": node.name} for node in admitted],
        "matchedCount": len(admitted),
        "leftOut": [_left_out(each) for each in others[:limit]],
        "leftOutCount": len(others),
        "warnings": doubts(constraints, whole.nodes.values()),
    }


def _one(fleet: FleetView, node_id: str) -> NodeView:
    node = fleet.nodes.get(node_id.lower())
    if node is None:
        raise not_found("node", node_id)
    return node


def _judged(
    constraints: Mapping[str, Any], fleet: FleetView
) -> tuple[list[NodeView], list[LeftOut]]:
    try:
        return judged(constraints, fleet)
    except PatternTooSlow as error:
        raise BadInput(f"The filter cannot be judged: {error}.") from error


def _left_out(each: LeftOut) -> LeftOutItem:
    return {"id": each.node_id, "name": each.name, "reasons": each.reasons}
