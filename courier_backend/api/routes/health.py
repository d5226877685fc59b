"""Whether the backend lives, and that it is the one that a client looks for."""

import hmac
from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.responses import Response

from courier_backend.api.answers import Json
from courier_backend.api.context import ApiDep
from courier_backend.api.schemas import Health, told

router: Final = APIRouter(tags=["backend"])


@router.get("/healthz", responses=told(Health), response_class=Response)
async def healthz(
    api: ApiDep,
    nonce: Annotated[str, Query(max_length=200, description="Signed with the token.")] = "",
) -> Response:
    """Alive; with a nonce, the proof that this backend knows the token (HMAC-SHA256, hex)."""
    proof = hmac.digest(api.token.encode(), nonce.encode(), "sha256").hex() if nonce else ""
    return Json({"status": "ok", "version": api.version, "hmac": proof})
