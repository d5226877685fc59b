"""The backend's HTTP app, put together."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute
from fastapi.telemetry import TelemetryConfig
from starlette.middleware import Middleware

from courier_backend.api.activity import ActivityMiddleware
from courier_backend.api.bodies import BodyLimitMiddleware
from courier_backend.api.context import Api
from courier_backend.api.event_stream import EventFilter, EventHub
from courier_backend.api.guard import GuardMiddleware
from courier_backend.api.openapi import describe
from courier_backend.api.ports import Service
from courier_backend.api.problems import CrashMiddleware, handle_problems
from courier_backend.api.query_words import refuse_unknown
from courier_backend.api.rehearsals import RehearsalMiddleware, answer_rehearsal
from courier_backend.api.routes import (
    backend,
    events,
    evidence,
    exceptions,
    filters,
    health,
    instances,
    jobs,
    lab,
    lists,
    management,
    metrics,
    nodes,
    outside,
    runs,
    schedules,
    stats,
)
from courier_backend.model.event import EventItem
from courier_backend.store.queries.events import list_events
from courier_backend.store.rehearsal import WouldChange
from courier_backend.store.store import Store

_ROUTERS: Final = (
    schedules.router,  # before jobs: `pastdue` is no job's id
    jobs.router,
    exceptions.router,
    instances.router,
    runs.router,
    evidence.router,
    outside.router,
    outside.direct,
    evidence.links,
    lab.router,
    nodes.router,
    filters.router,
    lists.router,
    management.router,
    events.router,
    events.stream,
    stats.router,
    backend.router,
    health.router,
    metrics.router,
)
_NO_TELEMETRY: Final[TelemetryConfig] = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
}


def create_app(
    service: Service, token: str, version: str, *, hosts: frozenset[str] = frozenset()
) -> FastAPI:
    """The app. `hosts`: names, beside localhost and addresses, under which it may be asked."""
    app = FastAPI(
        title="Courier",
        summary="Run jobs on a fleet of machines, and read what happened.",
        version=version,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=_operation_id,
        telemetry=_NO_TELEMETRY,
        dependencies=[Depends(refuse_unknown)],
        middleware=[
            Middleware(CrashMiddleware),
            Middleware(ActivityMiddleware, activity=service.activity),
            Middleware(GuardMiddleware, token=token, hosts=hosts),
            Middleware(BodyLimitMiddleware),
            Middleware(RehearsalMiddleware),
        ],
    )
    app.state.api = Api(service, _hub(service.store), token, version)
    handle_problems(app)
    app.add_exception_handler(WouldChange, answer_rehearsal)
    describe(app)
    for router in _ROUTERS:
        app.include_router(router)
    return app


def _hub(store: Store) -> EventHub:
    """A hub that hears of every event from now on."""
    hub = EventHub(store.last_seq, partial(_read_events, store))
    store.listen(hub.publish)
    return hub


async def _read_events(
    store: Store, after: int, limit: int, wanted: EventFilter
) -> Sequence[EventItem]:
    return await store.read(
        lambda c: list_events(
            c,
            after=after,
            limit=limit,
            job_id=wanted.job_id or None,
            instance_id=wanted.instance_id or None,
            run_id=wanted.run_id or None,
        )
    )


def close_streams(app: FastAPI) -> None:
    """End all open streams, so that the server can end."""
    api: Api = app.state.api
    api.closing.set()


def _operation_id(route: APIRoute) -> str:
    area = str(route.tags[0]) if route.tags else "api"
    return f"{area}-{route.name.strip('_')}"
