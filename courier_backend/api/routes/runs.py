"""Runs and their steps: list, show, cancel."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from courier_backend.api import answers
from courier_backend.api.context import ApiDep, By
from courier_backend.api.paging import PageDep, RunAfter, RunBefore, answer_page, moment, sliced
from courier_backend.api.schemas import LARGEST, CancelRunBody, Item, Items, problems, told
from courier_backend.model.errors import NotFound
from courier_backend.model.status import RunStatus
from courier_backend.model.wire import CancelItem, RunItem, StepItem
from courier_backend.store.queries.instances import get_instance
from courier_backend.store.queries.runs import get_run, list_runs
from courier_backend.store.queries.steps import list_steps

router: Final = APIRouter(prefix="/courier/state-api/v1", tags=["runs"], responses=problems())

GroupNumber = Annotated[
    int | None, Query(alias="groupNum", ge=0, le=LARGEST, description="From 0.")
]
JobId = Annotated[str, Query(alias="jobId", max_length=40)]
NodeId = Annotated[str, Query(alias="nodeId", max_length=40)]
Step = Annotated[int, Path(ge=1, le=1_000_000, description="From 1.")]


@router.get(
    "/instance/{instance_id}/runs", responses=told(Items[RunItem], 404), response_class=Response
)
async def list_of_instance(
    request: Request,
    instance_id: str,
    api: ApiDep,
    page: PageDep,
    group_number: GroupNumber = None,
    job_id: JobId = "",
    node_id: NodeId = "",
    status: RunStatus | None = None,
    run_after: RunAfter = "",
    run_before: RunBefore = "",
) -> Response:
    """The runs of an instance; times are those of the last update."""
    begin, end = moment(run_after, "runAfter"), moment(run_before, "runBefore")
    found = await api.service.store.read(
        lambda c: list_runs(
            c,
            page,
            instance_id=instance_id,
            group_number=group_number,
            job_id=job_id or None,
            node_id=node_id or None,
            status=status,
            run_after=begin,
            run_before=end,
        )
    )
    if not found[0]:  # there are none, or there is no such instance
        await api.service.store.read(lambda c: get_instance(c, instance_id))
    return answer_page(request, found)


@router.get("/runs", responses=told(Items[RunItem]), response_class=Response)
async def list_(
    request: Request,
    api: ApiDep,
    page: PageDep,
    job_id: JobId = "",
    node_id: NodeId = "",
    status: RunStatus | None = None,
    run_after: RunAfter = "",
    run_before: RunBefore = "",
) -> Response:
    """All runs, oldest first."""
    begin, end = moment(run_after, "runAfter"), moment(run_before, "runBefore")
    found = await api.service.store.read(
        lambda c: list_runs(
            c,
            page,
            job_id=job_id or None,
            node_id=node_id or None,
            status=status,
            run_after=begin,
            run_before=end,
        )
    )
    return answer_page(request, found)


@router.get("/run/{run_id}", responses=told(Item[RunItem], 404), response_class=Response)
async def get(run_id: str, api: ApiDep) -> Response:
    """One run."""
    return answers.item(await api.service.store.read(lambda c: get_run(c, run_id)))


@router.get("/run/{run_id}/steps", responses=told(Items[StepItem], 404), response_class=Response)
async def steps(request: Request, run_id: str, api: ApiDep, page: PageDep) -> Response:
    """The steps of a run, with their attempts."""
    found = await api.service.store.read(lambda c: list_steps(c, run_id))
    if page.is_descending:
        found.reverse()
    return answers.page(*sliced(request, page, found))


@router.get(
    "/run/{run_id}/step/{step}", responses=told(Item[StepItem], 404), response_class=Response
)
async def step(run_id: str, step: Step, api: ApiDep) -> Response:
    """One step of a run."""
    found = await api.service.store.read(lambda c: list_steps(c, run_id))
    for each in found:
        if each["stepNumber"] == step:
            return answers.item(each)
    raise NotFound(f"Run {run_id} has no step {step}.")


@router.post(
    "/run/{run_id}/cancel",
    responses=told(Item[CancelItem], 404, 409, 503, 507),
    response_class=Response,
)
async def cancel(run_id: str, api: ApiDep, by: By, body: CancelRunBody | None = None) -> Response:
    """Stop one run."""
    reason = (body or CancelRunBody()).reason
    return answers.item(await api.service.cancel_run(run_id, reason=reason, by=by))
