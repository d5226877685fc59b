"""Exception rules for all jobs: the times in which nothing is executed."""

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from courier_backend.api import answers
from courier_backend.api.context import ApiDep, By
from courier_backend.api.paging import PageDep, answer_page
from courier_backend.api.schemas import Item, Items, problems, told
from courier_backend.api.submissions import FileName, raw_body, small_body
from courier_backend.model.schedule_bodies import read_exception
from courier_backend.model.wire import ExceptionId, ExceptionItem
from courier_backend.store.queries.exceptions import list_exceptions

router: Final = APIRouter(
    prefix="/courier/scheduler-api/v1/exceptions", tags=["exceptions"], responses=problems()
)

RULE_BODY: Final = small_body(
    "An exception rule: each occurrence opens a window of so many minutes.",
    {
        "rrule": {"type": "string", "examples": ["RRULE:DTSTART=20230620;FREQ=DAILY"]},
        "duration": {"type": "integer", "minimum": 1, "maximum": 366 * 24 * 60},
    },
    required=("rrule", "duration"),
)


@router.get("", responses=told(Items[ExceptionItem]), response_class=Response)
async def list_(request: Request, api: ApiDep, page: PageDep) -> Response:
    """The rules, oldest first."""
    items, pagination = await api.service.store.read(lambda c: list_exceptions(c, page))
    return answer_page(request, ([api.service.live_exception(i) for i in items], pagination))


@router.post(
    "",
    status_code=201,
    openapi_extra=RULE_BODY,
    responses=told(Item[ExceptionItem], 413, 415, 507, status=201),
    response_class=Response,
)
async def add(request: Request, api: ApiDep, by: By, file_name: FileName = "") -> Response:
    """Another rule; the next executions of all jobs are worked out anew."""
    rule = read_exception(*await raw_body(request), file_name)
    body = {"rrule": rule.rrule, "duration": rule.duration}
    return answers.item(await api.service.add_exception(body, by=by), 201)


@router.get("/{exception_id}", responses=told(Item[ExceptionItem], 404), response_class=Response)
async def get(exception_id: str, api: ApiDep) -> Response:
    """One rule."""
    return answers.item(await api.service.get_exception(exception_id))


@router.put(
    "/{exception_id}",
    openapi_extra=RULE_BODY,
    responses=told(Item[ExceptionItem], 404, 413, 415, 507),
    response_class=Response,
)
async def update(
    exception_id: str, request: Request, api: ApiDep, by: By, file_name: FileName = ""
) -> Response:
    """Another recurrence and duration for a rule."""
    rule = read_exception(*await raw_body(request), file_name)
    body = {"rrule": rule.rrule, "duration": rule.duration}
    return answers.item(await api.service.update_exception(exception_id, body, by=by))


@router.delete(
    "/{exception_id}", responses=told(Item[ExceptionId], 404, 507), response_class=Response
)
async def delete(exception_id: str, api: ApiDep, by: By) -> Response:
    """A rule holds no more; the next executions of all jobs are worked out anew."""
    await api.service.delete_exception(exception_id, by=by)
    return answers.item({"exceptionId": exception_id})
