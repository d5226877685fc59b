"""A file as the raw body of a request: a job, or something smaller."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, NamedTuple

from fastapi import Query, Request

from courier_backend.api.schemas import NAMED
from courier_backend.model.errors import BadInput, CourierError
from courier_backend.model.wire import Submission

FileName = Annotated[
    str, Query(alias="fileName", max_length=500, description="Its ending may tell the format.")
]

_FORMATS: Final = {
    "application/json": "json",
    "application/yaml": "yaml",
    "application/x-yaml": "yaml",
    "text/yaml": "yaml",
    "text/x-yaml": "yaml",
    "application/toml": "toml",
    "text/toml": "toml",
    "": "",
    "application/octet-stream": "",
    "text/plain": "",
    "application/x-www-form-urlencoded": "",  # what curl says when it is told nothing
}


def file_body(
    description: str, schema: Mapping[str, Any] | None = None, *, required: bool = True
) -> dict[str, Any]:
    """The description of a body that is a file, in any of our formats; `schema`: what it says."""
    content: dict[str, Any] = {"application/json": {"schema": schema or {"type": "object"}}}
    for other in ("yaml", "toml", "octet-stream"):
        content[f"application/{other}"] = {"schema": {"type": "string"}}
    body = {"required": required, "description": description, "content": content}
    return {"requestBody": body}


def shaped_body(description: str, kind: type, *, required: bool = True) -> dict[str, Any]:
    """The same, of a body that a model of ours reads."""
    NAMED[kind.__name__] = kind
    reference = {"$ref": f"#/components/schemas/{kind.__name__}"}
    return file_body(description, reference, required=required)


ANY_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": False,
        "description": "Anything; scripts send something, and it says nothing here.",
        "content": {"application/json": {"schema": {}}},
    }
}
FILE_BODY: Final = file_body("A job file, as it is.")


class UnknownFormat(CourierError):
    """A media type that none of our files has."""

    code = "bad-input"
    http_status = 415
    exit_code = 2


class RawBody(NamedTuple):
    """The text of a request, and the format that its type names ("": none)."""

    text: str
    body_format: str


def small_body(
    description: str, fields: Mapping[str, Any], *, required: Sequence[str]
) -> dict[str, Any]:
    """How a body of few fields is described: as JSON; YAML and TOML say the same in their way."""
    schema = {"type": "object", "properties": dict(fields), "required": list(required)}
    return file_body(description, schema)


async def raw_body(request: Request) -> RawBody:
    """The text that a request carries.

    Raises:
        UnknownFormat: its type is none of our files'.
        BadInput: it is not text.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in _FORMATS:
        raise UnknownFormat(
            f"What is sent here is not of type {media_type}.",
            hint="Send application/json, application/yaml or application/toml.",
        )
    try:
        text = (await request.body()).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"The body is not UTF-8 text: byte {error.start} is not.") from error
    return RawBody(text, _FORMATS[media_type])


async def submission_of(request: Request, file_name: str) -> Submission:
    """The submission that a request carries.

    Raises:
        UnknownFormat: its type is none of a job file.
        BadInput: it is not text.
    """
    text, body_format = await raw_body(request)
    return {
        "body": text,
        "bodyFormat": body_format,
        "fileName": file_name,
        "nodeIds": [],
        "inputs": {},
    }
