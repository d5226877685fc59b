"""A lab: many real runners on this machine, to try, to teach, to measure."""

from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from courier_backend.api import answers
from courier_backend.api.context import ApiDep
from courier_backend.api.schemas import Items, LabBody, problems, told
from courier_backend.model.wire import LabItem

router: Final = APIRouter(prefix="/node/management/v1/lab", tags=["lab"], responses=problems(409))


@router.get("", responses=told(Items[LabItem]), response_class=Response)
async def status(api: ApiDep) -> Response:
    """The lab's nodes."""
    return answers.whole(await api.service.lab_status())


@router.post("", responses=told(Items[LabItem]), response_class=Response)
async def up(body: LabBody, api: ApiDep) -> Response:
    """Grow or shrink to so many nodes; answers when all of them do."""
    return answers.whole(await api.service.lab_up(body.nodes, body.seed))


@router.delete("", responses=told(Items[LabItem]), response_class=Response)
async def down(api: ApiDep) -> Response:
    """End the lab: nodes are archived, history stays."""
    return answers.whole(await api.service.lab_down())
