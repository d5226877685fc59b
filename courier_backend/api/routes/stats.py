"""Counters of everything; and the id that a prefix stands for."""

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Path
from starlette.responses import Response

from courier_backend.api import answers
from courier_backend.api.context import ApiDep
from courier_backend.api.schemas import Item, problems, told
from courier_backend.model.wire import IdItem, Overview
from courier_backend.store.queries.overview import overview
from courier_backend.store.queries.resolve import SHORTEST, resolve_prefix

router: Final = APIRouter(prefix="/courier", tags=["stats"], responses=problems())


@router.get("/stats-api/v1/overview", responses=told(Item[Overview]), response_class=Response)
async def counts(api: ApiDep) -> Response:
    """Counters, from the same transactions as the events."""
    return answers.item(await api.service.store.read(overview))


@router.get(
    "/resolve-api/v1/{kind}/{prefix}", responses=told(Item[IdItem], 404), response_class=Response
)
async def resolve(
    kind: Literal["job", "instance", "run", "node", "exception", "filter", "list"],
    prefix: Annotated[str, Path(min_length=SHORTEST, max_length=40)],
    api: ApiDep,
) -> Response:
    """The one id that begins so."""
    found = await api.service.store.read(lambda c: resolve_prefix(c, kind, prefix))
    return answers.item({"id": found})
