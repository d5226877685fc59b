"""The API's description of itself: what FastAPI derives, with how errors and tokens really are."""

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from courier_backend.api.rehearsals import CHANGING, PARAMETER
from courier_backend.api.schemas import NAMED, PROBLEM, Item
from courier_backend.model.wire import DryRun, ErrorBody

Document = dict[str, Any]

_DRY_RUN: Final = {
    "name": PARAMETER,
    "in": "query",
    "description": "Only tell what would change; change nothing.",
    "schema": {"type": "boolean", "default": False},
}
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
    for name, kind in {**NAMED, "ErrorBody": ErrorBody, "Item_DryRun": Item[DryRun]}.items():
        _add_schema(document, name, kind)
    document["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    document["security"] = [{"token": []}]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            _mend(path, operation)
            if method.upper() in CHANGING:
                _tell_dry_run(operation)
    return document


def _mend(path: str, operation: Document) -> None:
    operation["summary"] = operation["description"].partition(".")[0].partition(";")[0]
    if path.startswith(_OPEN):
        operation["security"] = []
    if "requestBody" in operation:
        operation["responses"].setdefault("400", PROBLEM)  # bytes that are no text at all


def _tell_dry_run(operation: Document) -> None:
    """Whatever changes something can be rehearsed, and answers then with what it would change."""
    operation.setdefault("parameters", []).append(_DRY_RUN)
    rehearsed = {"$ref": "#/components/schemas/Item_DryRun"}
    content = operation["responses"].get("200", {}).get("content", {}).get("application/json")
    schema = {"anyOf": [content["schema"], rehearsed]} if content else rehearsed
    operation["responses"]["200"] = {
        "description": "Done; or, of a dry run, what it would have changed.",
        "content": {"application/json": {"schema": schema}},
    }


def _add_schema(document: Document, name: str, kind: type) -> None:
    """A schema that answers refer to, with those that it refers to itself."""
    schema = TypeAdapter(kind).json_schema(ref_template="#/components/schemas/{model}")
    schemas = document["components"]["schemas"]
    schemas.update(schema.pop("$defs", {}))
    schemas[name] = schema
