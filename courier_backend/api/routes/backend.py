"""The backend itself: how it is, and its end."""

from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from courier_backend.api import answers
from courier_backend.api.context import ApiDep
from courier_backend.api.schemas import Item, StopBody, problems, told
from courier_backend.model.wire import BackendStatus

router: Final = APIRouter(prefix="/courier/backend/v1", tags=["backend"], responses=problems())


@router.get("/status", responses=told(Item[BackendStatus]), response_class=Response)
async def status(api: ApiDep) -> Response:
    """How the backend is."""
    return answers.item(api.service.status())


@router.post(
    "/stop",
    status_code=202,
    responses=told(Item[BackendStatus], status=202),
    response_class=Response,
)
async def stop(api: ApiDep, body: StopBody | None = None) -> Response:
    """Begin to end the backend; running steps go on without it, unless `all` are canceled."""
    was = api.service.status()
    await api.service.stop((body or StopBody()).all)
    api.closing.set()
    return answers.item(was, 202)
