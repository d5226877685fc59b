"""Instances that somebody else executes: made, told of, judged. And one that is executed at once.

Of an instance that is executed here its nodes tell, and nobody else: 409.
"""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from courier_backend.api import answers
from courier_backend.api.context import ApiDep, By
from courier_backend.api.schemas import Item, problems, told
from courier_backend.api.submissions import FileName, shaped_body, submission_of
from courier_backend.api.uploads import UPLOAD, received_file
from courier_backend.model.outside_bodies import (
    DirectInstance,
    InstanceEnd,
    NewInstance,
    RunEnd,
    StepUpdate,
)
from courier_backend.model.wire import EvidenceItem, InstanceItem, RunItem, StepItem

router: Final = APIRouter(
    prefix="/courier/state-api/v1", tags=["outside"], responses=problems(404, 409, 507)
)
direct: Final = APIRouter(
    prefix="/courier/orchestrator-api/v1", tags=["outside"], responses=problems(409, 507)
)

Step = Annotated[int, Path(ge=1, le=1_000_000, description="From 1.")]
Attempt = Annotated[int, Path(ge=1, le=1_000_000, description="From 1.")]


@router.post(
    "/instance",
    status_code=201,
    openapi_extra=shaped_body("What is to be executed, where, and by which runs.", NewInstance),
    responses=told(Item[InstanceItem], 413, 415, status=201),
    response_class=Response,
)
async def create_instance(
    request: Request, api: ApiDep, by: By, file_name: FileName = ""
) -> Response:
    """An instance with all of its runs, for somebody else to execute."""
    sub = await submission_of(request, file_name)
    return answers.item(await api.service.outside.create(sub, by=by), 201)


@router.post(
    "/instance/{instance_id}/complete",
    openapi_extra=shaped_body("How it ended.", InstanceEnd, required=False),
    responses=told(Item[InstanceItem], 413, 415),
    response_class=Response,
)
async def complete_instance(
    instance_id: str, request: Request, api: ApiDep, file_name: FileName = ""
) -> Response:
    """The instance is over: as told, or as its success criteria say."""
    sub = await submission_of(request, file_name)
    return answers.item(await api.service.outside.complete_instance(instance_id, sub))


@router.post("/run/{run_id}/received", responses=told(Item[RunItem]), response_class=Response)
async def receive_run(run_id: str, api: ApiDep) -> Response:
    """A node has its run."""
    return answers.item(await api.service.outside.receive(run_id))


@router.post("/run/{run_id}/timeout", responses=told(Item[RunItem]), response_class=Response)
async def time_out_run(run_id: str, api: ApiDep) -> Response:
    """A run was not heard of in time; its node may still complete it."""
    return answers.item(await api.service.outside.time_out(run_id))


@router.post(
    "/run/{run_id}/complete",
    openapi_extra=shaped_body("How it ended.", RunEnd, required=False),
    responses=told(Item[RunItem], 413, 415),
    response_class=Response,
)
async def complete_run(
    run_id: str, request: Request, api: ApiDep, file_name: FileName = ""
) -> Response:
    """A run has ended on its node; without a body, well."""
    sub = await submission_of(request, file_name)
    return answers.item(await api.service.outside.complete(run_id, sub))


@router.put(
    "/run/{run_id}/step/{step}",
    openapi_extra=shaped_body("How it is now.", StepUpdate),
    responses=told(Item[StepItem], 413, 415),
    response_class=Response,
)
async def update_step(
    run_id: str, step: Step, request: Request, api: ApiDep, file_name: FileName = ""
) -> Response:
    """A step begins, waits for a reboot, or ends."""
    sub = await submission_of(request, file_name)
    return answers.item(await api.service.outside.update_step(run_id, step, sub))


@router.post(
    "/run/{run_id}/step/{step}/attempt/{attempt}/evidence",
    status_code=201,
    openapi_extra=UPLOAD,
    responses=told(Item[EvidenceItem], status=201),
    response_class=Response,
)
async def attach_evidence(
    run_id: str, step: Step, attempt: Attempt, request: Request, api: ApiDep
) -> Response:
    """Keep the evidence of an attempt that was told of before."""
    async with received_file(request) as draft:
        kept = await api.service.outside.attach(run_id, step, attempt, draft)
    return answers.item(kept, 201)


@direct.post(
    "/job-instances",
    status_code=201,
    openapi_extra=shaped_body("What to execute, and where.", DirectInstance),
    responses=told(Item[InstanceItem], 413, 415, status=201),
    response_class=Response,
)
async def start_instance(
    request: Request, api: ApiDep, by: By, file_name: FileName = ""
) -> Response:
    """An instance that is executed here, at once, on the target and with the steps in the body."""
    sub = await submission_of(request, file_name)
    return answers.item(await api.service.outside.direct(sub, by=by), 201)
