"""Jobs: accept, change, list, cancel, start by hand; and what a job file would do."""

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Header, Query, Request
from starlette.responses import Response

from courier_backend.api import answers
from courier_backend.api.context import ApiDep, By
from courier_backend.api.paging import PageDep, answer_page
from courier_backend.api.schemas import (
    CancelJobBody,
    Item,
    Items,
    SubmissionBody,
    problems,
    told,
)
from courier_backend.api.submissions import ANY_BODY, FILE_BODY, FileName, submission_of
from courier_backend.model.status import JobStatus
from courier_backend.model.wire import (
    Activated,
    CancelItem,
    IdItem,
    JobAdded,
    JobItem,
    PlanItem,
    Submitted,
)
from courier_backend.store.queries.jobs import get_job, list_jobs

router: Final = APIRouter(prefix="/courier/scheduler-api/v1", tags=["jobs"], responses=problems())

IdempotencyKey = Annotated[
    str, Header(max_length=200, description="The same key gives the same job.")
]


@router.get("/jobs", responses=told(Items[JobItem]), response_class=Response)
async def list_(
    request: Request,
    api: ApiDep,
    page: PageDep,
    sort_key: Annotated[
        Literal["", "name", "createdAt", "nextExecutionTime"],
        Query(alias="sortKey", description="By the next execution: those that have one."),
    ] = "",
    active: Annotated[bool | None, Query(description="With an execution to come.")] = None,
    status: JobStatus | None = None,
    name: Annotated[str, Query(max_length=500, description="Exactly this name.")] = "",
) -> Response:
    """Jobs, oldest first."""
    found = await api.service.store.read(
        lambda c: list_jobs(
            c, page, active=active, status=status, name=name or None, sort_key=sort_key
        )
    )
    return answer_page(request, found)


@router.post(
    "/jobs",
    status_code=201,
    openapi_extra=FILE_BODY,
    responses=told(Item[JobAdded], 409, 413, 415, 507, status=201),
    response_class=Response,
)
async def add(
    request: Request,
    api: ApiDep,
    by: By,
    file_name: FileName = "",
    idempotency_key: IdempotencyKey = "",
) -> Response:
    """Accept a job; it is on disk when this answers."""
    submission = await submission_of(request, file_name)
    done = await api.service.add_job(submission, idempotency_key=idempotency_key, by=by)
    added: JobAdded = {
        "id": done["jobId"],
        "exceptionReasons": done["exceptionReasons"],
        "nextExecutionTime": done["nextExecutionTime"],
        "instanceId": done["instanceId"],
        "warnings": done["warnings"],
    }
    return answers.item(added, 201)


@router.get("/jobs/{job_id}", responses=told(Item[JobItem], 404), response_class=Response)
async def get(job_id: str, api: ApiDep) -> Response:
    """One job."""
    return answers.item(await api.service.store.read(lambda c: get_job(c, job_id)))


@router.head("/jobs/{job_id}", responses=problems(404), response_class=Response)
async def head(job_id: str, api: ApiDep) -> Response:
    """Whether there is such a job."""
    await api.service.store.read(lambda c: get_job(c, job_id))
    return Response(None, 200, media_type="application/json")


@router.put(
    "/jobs/{job_id}",
    openapi_extra=FILE_BODY,
    responses=told(Item[JobItem], 404, 409, 413, 415, 507),
    response_class=Response,
)
async def update(
    job_id: str, request: Request, api: ApiDep, by: By, file_name: FileName = ""
) -> Response:
    """Another definition; what runs goes on with the old one."""
    submission = await submission_of(request, file_name)
    return answers.item(await api.service.update_job(job_id, submission, by=by))


@router.delete(
    "/jobs/{job_id}", responses=told(Item[IdItem], 404, 409, 507), response_class=Response
)
async def delete(job_id: str, api: ApiDep, by: By) -> Response:
    """Take a job away; its history stays."""
    await api.service.delete_job(job_id, by=by)
    return answers.item({"id": job_id})


@router.post(
    "/jobs/{job_id}/cancel", responses=told(Item[CancelItem], 404, 507), response_class=Response
)
async def cancel(job_id: str, api: ApiDep, by: By, body: CancelJobBody | None = None) -> Response:
    """No instances of this job any more."""
    wish = body or CancelJobBody()
    done = await api.service.cancel_job(job_id, instances=wish.instances, reason=wish.reason, by=by)
    return answers.item(done)


@router.post(
    "/jobs/{job_id}/activated",
    openapi_extra=ANY_BODY,
    responses=told(Item[Activated], 404, 409, 507),
    response_class=Response,
)
async def activate(job_id: str, api: ApiDep, by: By) -> Response:
    """Start one instance now."""
    instance_id = await api.service.activate(job_id, by=by)
    return answers.item({"id": job_id, "instanceId": instance_id})


@router.post(
    "/submissions",
    status_code=201,
    responses=told(Item[Submitted], 409, 413, 507, status=201),
    response_class=Response,
)
async def submit(
    body: SubmissionBody, api: ApiDep, by: By, idempotency_key: IdempotencyKey = ""
) -> Response:
    """Accept a job from text, with nodes and inputs replaced."""
    done = await api.service.add_job(body.submission(), idempotency_key=idempotency_key, by=by)
    return answers.item(done, 201)


@router.post("/plan", responses=told(Item[PlanItem], 413), response_class=Response)
async def plan(body: SubmissionBody, api: ApiDep) -> Response:
    """What a submission would do; nothing is written, no node is called."""
    return answers.item(await api.service.plan(body.submission()))
