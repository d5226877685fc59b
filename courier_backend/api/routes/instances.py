"""Instances: list, show, cancel, again."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from courier_backend.api import answers
from courier_backend.api.context import ApiDep, By
from courier_backend.api.paging import PageDep, RunAfter, RunBefore, answer_page, moment
from courier_backend.api.schemas import CancelInstanceBody, Item, Items, RetryBody, problems, told
from courier_backend.model.status import InstanceStatus
from courier_backend.model.wire import CancelItem, InstanceItem, Submitted
from courier_backend.store.queries.instances import get_instance, list_instances

router: Final = APIRouter(prefix="/courier/state-api/v1", tags=["instances"], responses=problems())


@router.get("/instances", responses=told(Items[InstanceItem]), response_class=Response)
async def list_(
    request: Request,
    api: ApiDep,
    page: PageDep,
    job_id: Annotated[str, Query(alias="jobId", max_length=40)] = "",
    status: InstanceStatus | None = None,
    run_after: RunAfter = "",
    run_before: RunBefore = "",
) -> Response:
    """Instances by the time of their beginning, oldest first."""
    begin, end = moment(run_after, "runAfter"), moment(run_before, "runBefore")
    found = await api.service.store.read(
        lambda c: list_instances(
            c, page, job_id=job_id or None, status=status, run_after=begin, run_before=end
        )
    )
    return answer_page(request, found)


@router.get(
    "/instance/{instance_id}", responses=told(Item[InstanceItem], 404), response_class=Response
)
async def get(instance_id: str, api: ApiDep) -> Response:
    """One instance."""
    return answers.item(await api.service.store.read(lambda c: get_instance(c, instance_id)))


@router.post(
    "/instance/{instance_id}/cancel",
    responses=told(Item[CancelItem], 404, 409, 503, 507),
    response_class=Response,
)
async def cancel(
    instance_id: str, api: ApiDep, by: By, body: CancelInstanceBody | None = None
) -> Response:
    """Stop an instance, or one group of it."""
    wish = body or CancelInstanceBody()
    done = await api.service.cancel_instance(
        instance_id, group_number=wish.group_number, reason=wish.reason, by=by
    )
    return answers.item(done)


@router.post(
    "/instance/{instance_id}/retry",
    status_code=201,
    responses=told(Item[Submitted], 404, 409, 507, status=201),
    response_class=Response,
)
async def retry(instance_id: str, api: ApiDep, by: By, body: RetryBody | None = None) -> Response:
    """A new instance on the nodes that did not succeed, or on all."""
    done = await api.service.retry(instance_id, only=(body or RetryBody()).only, by=by)
    return answers.item(done, 201)
