"""What every route needs, and how it gets it."""

import asyncio
from dataclasses import dataclass, field
from typing import Annotated, Final

from fastapi import Depends, Header, Request

from courier_backend.api.event_stream import EventHub
from courier_backend.api.ports import Service

_NOBODY: Final = "api"


@dataclass(frozen=True, slots=True)
class Api:
    """The parts behind the routes. Setting `closing` ends all streams."""

    service: Service
    hub: EventHub
    token: str
    version: str
    closing: asyncio.Event = field(default_factory=asyncio.Event)


async def _api(request: Request) -> Api:
    api: Api = request.app.state.api
    return api


async def _by(
    courier_user: Annotated[
        str, Header(max_length=100, description="Who asks, as history will name them.")
    ] = "",
) -> str:
    return courier_user if courier_user.isprintable() and courier_user else _NOBODY


ApiDep = Annotated[Api, Depends(_api)]
By = Annotated[str, Depends(_by)]
