"""Numbers for Prometheus."""

from typing import Any, Final

from fastapi import APIRouter
from starlette.responses import Response

from courier_backend.api.context import ApiDep
from courier_backend.api.schemas import problems
from courier_backend.store.queries.overview import overview

router: Final = APIRouter(tags=["backend"])


_TEXT: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "Prometheus' text format, version 0.0.4.",
        "content": {"text/plain": {"schema": {"type": "string"}}},
    }
}


@router.get("/metrics", response_class=Response, responses={**_TEXT, **problems()})
async def metrics(api: ApiDep) -> Response:
    """Counters and gauges, in Prometheus' text format."""
    # Imported when the first scraper comes: most backends never see one.
    from courier_backend.api.exposition import CONTENT_TYPE, exposition  # noqa: PLC0415

    counts = await api.service.store.read(overview)
    text = exposition(counts, api.service.status(), api.service.activity)
    return Response(text, media_type=CONTENT_TYPE)
