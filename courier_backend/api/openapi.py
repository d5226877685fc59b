"""The API's description of itself: what FastAPI derives, with how errors and tokens really are."""

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from courier_backend.api.schemas import NAMED
from courier_backend.model.wire import ErrorBody

Document = dict[str, Any]

_OPEN: Final = ("/healthz", "/evidence/")


def describe(app: FastAPI) -> None:
    """Make the app describe itself so; the document is made once, when first asked for."""

    def document() -> Document:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign] # FastAPI's own way of extending it


def _document(app: FastAPI) -> Document:
    document: Document = get_openapi(
        title=app.title, version=app.version, summary=app.summary, routes=app.routes
    )
    for name, kind in {**NAMED, "ErrorBody": ErrorBody}.items():
        _add_schema(document, name, kind)
    document["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    document["security"] = [{"token": []}]
    for path, operations in document["paths"].items():
        for operation in operations.values():
            _mend(path, operation)
    return document


def _mend(path: str, operation: Document) -> None:
    operation["summary"] = operation["description"].partition(".")[0].partition(";")[0]
    if path.startswith(_OPEN):
        operation["security"] = []


def _add_schema(document: Document, name: str, kind: type) -> None:
    """A schema that answers refer to, with those that it refers to itself."""
    schema = TypeAdapter(kind).json_schema(ref_template="#/components/schemas/{model}")
    schemas = document["components"]["schemas"]
    schemas.update(schema.pop("$defs", {}))
    schemas[name] = schema
