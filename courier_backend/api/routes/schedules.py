"""The schedules of jobs: estimates, what is past due, a run by hand, jobs that rest."""

from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from courier_backend.api import answers
from courier_backend.api.context import ApiDep, By
from courier_backend.api.paging import PageDep, moment, sliced
from courier_backend.api.schemas import Item, Items, problems, told
from courier_backend.api.submissions import FileName, raw_body, small_body
from courier_backend.model.errors import BadInput
from courier_backend.model.schedule_bodies import read_manual_job
from courier_backend.model.wire import EstimateItem, JobItem, ManualItem

router: Final = APIRouter(
    prefix="/courier/scheduler-api/v1/jobs", tags=["schedules"], responses=problems()
)

MOST_TIMES: Final = 1000

Count = Annotated[int, Query(ge=1, le=MOST_TIMES, description="How many times.")]
Deadline = Annotated[
    str, Query(min_length=1, max_length=40, description="Due then or before (RFC 3339).")
]
MANUAL_BODY: Final = small_body(
    "One execution by hand; `override`: also inside an exception window.",
    {
        "jobId": {"type": "string", "minLength": 1, "maxLength": 200},
        "triggeredAt": {"type": "string", "format": "date-time"},
        "triggeredBy": {"type": "string", "maxLength": 200},
        "override": {"type": "boolean", "default": False},
    },
    required=("jobId",),
)


@router.get("/pastdue", responses=told(Items[JobItem]), response_class=Response)
async def past_due(request: Request, api: ApiDep, page: PageDep, deadline: Deadline) -> Response:
    """The jobs that are expected to execute at a time or before it, the first due first."""
    found = await api.service.past_due(_deadline(deadline))
    return answers.page(*sliced(request, page, found))


@router.post(
    "/manual",
    status_code=201,
    openapi_extra=MANUAL_BODY,
    responses=told(Item[ManualItem], 404, 409, 413, 415, 507, status=201),
    response_class=Response,
)
async def manual(request: Request, api: ApiDep, by: By, file_name: FileName = "") -> Response:
    """Execute a job once, now, beside its schedule; history keeps who asked."""
    wish = read_manual_job(*await raw_body(request), file_name)
    done = await api.service.manual_job(
        wish.job_id,
        triggered_at=moment(wish.triggered_at, "triggeredAt"),
        triggered_by=wish.triggered_by,
        override=wish.override,
        by=by,
    )
    return answers.item(done, 201)


@router.get("/{job_id}/estimate", responses=told(Item[EstimateItem], 404), response_class=Response)
async def estimate(job_id: str, api: ApiDep, count: Count = 10) -> Response:
    """The next times of a job, and those that a window prevents."""
    return answers.item(await api.service.estimate(job_id, count))


@router.post(
    "/{job_id}/activate", responses=told(Item[JobItem], 404, 409, 507), response_class=Response
)
async def activate(job_id: str, api: ApiDep, by: By) -> Response:
    """Let a job execute by its schedule again."""
    return answers.item(await api.service.set_active(job_id, True, by=by))


@router.post(
    "/{job_id}/deactivate", responses=told(Item[JobItem], 404, 409, 507), response_class=Response
)
async def deactivate(job_id: str, api: ApiDep, by: By) -> Response:
    """Let a job rest: no execution by its schedule. What runs goes on."""
    return answers.item(await api.service.set_active(job_id, False, by=by))


def _deadline(text: str) -> datetime:
    found = moment(text, "deadline")
    if found is None:
        raise BadInput("deadline is empty.", hint="It looks like 2024-03-27T14:57:20Z.")
    return found
