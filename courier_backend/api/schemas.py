"""The shapes of bodies, for the API's description of itself. Answers are not validated by them."""

from typing import (
    Annotated,
    Any,
    Final,
    Generic,
    Literal,
    NotRequired,
    TypeVar,
    get_args,
    get_origin,
)

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from typing_extensions import TypedDict

from courier_backend.model.wire import NodeWish, Pagination, Submission

T = TypeVar("T")

LARGEST: Final = 2**31 - 1
"""Of numbers that count things: more than there ever are, less than the store cannot hold."""
MOST_BYTES: Final = 2**53
"""Of places in files: what JSON carries exactly."""


class Item(TypedDict, Generic[T]):
    """One thing, in its envelope."""

    item: T


class Items(TypedDict, Generic[T]):
    """A page of a list, in its envelope."""

    items: list[T]
    pagination: Pagination
    totalItems: int


class CodedItem(TypedDict, Generic[T]):
    """One thing, in the envelope of the management of nodes; `code` is 200."""

    code: int
    item: T


class CodedItems(TypedDict, Generic[T]):
    """A page of a list, in the envelope of the management of nodes; `code` is 200."""

    code: int
    items: list[T]
    pagination: Pagination
    totalItems: int


class Event(TypedDict):
    """Something that happened; `data` depends on the `type`."""

    seq: int
    time: str
    type: str
    jobId: str | None
    instanceId: str | None
    runId: str | None
    nodeId: str | None
    data: dict[str, Any]
    count: NotRequired[int]


class Health(TypedDict):
    """The backend lives; `hmac` proves that it knows the token, and is "" without a nonce."""

    status: str
    version: str
    hmac: str


class _Body(BaseModel):
    """What a client sends; a word that we do not know is refused, so that no typo is obeyed."""

    model_config = ConfigDict(
        extra="forbid", strict=True, alias_generator=to_camel, populate_by_name=True
    )


class SubmissionBody(_Body):
    """A job file as text, with nodes and inputs that replace those in it."""

    body: str
    body_format: Literal["", "json", "yaml", "toml"] = ""
    file_name: str = ""
    node_ids: list[str] = Field(default_factory=list, max_length=100_000)
    inputs: dict[str, str] = Field(default_factory=dict)
    plain_inputs: list[str] = Field(
        default_factory=list, description="Of `inputs`, those that stood on a command line."
    )
    kept_from: str = Field(
        "", max_length=40, description="The job whose sensitive values the file keeps."
    )

    def submission(self) -> Submission:
        """As the service takes it."""
        return {
            "body": self.body,
            "bodyFormat": self.body_format,
            "fileName": self.file_name,
            "nodeIds": self.node_ids,
            "inputs": self.inputs,
            "plainInputs": self.plain_inputs,
            "keptFrom": self.kept_from,
        }


class CancelJobBody(_Body):
    """`instances`: stop those that are not final, too."""

    instances: bool = False
    reason: Annotated[str, Field(max_length=1000)] = ""


class CancelInstanceBody(_Body):
    """`groupNumber`: only this group."""

    group_number: int | None = Field(default=None, ge=0, le=LARGEST)
    reason: Annotated[str, Field(max_length=1000)] = ""


class CancelRunBody(_Body):
    """Why, for history."""

    reason: Annotated[str, Field(max_length=1000)] = ""


class RetryBody(_Body):
    """Which nodes: those that did not succeed, or all."""

    only: Literal["failed", "all"] = "failed"


class WishBody(_Body):
    """A node to take in; `attributes` by namespace."""

    url: Annotated[str, Field(min_length=1, max_length=2000)]
    token: Annotated[str, Field(min_length=1, max_length=4000)]
    name: Annotated[str, Field(max_length=200)] = ""
    tags: dict[str, str] = Field(default_factory=dict)
    attributes: dict[Literal["gohai", "ohai", "aws", "azure"], dict[str, str]] = Field(
        default_factory=dict
    )


class ImportBody(_Body):
    """Many nodes at once."""

    nodes: Annotated[list[WishBody], Field(min_length=1, max_length=5000)]

    def wishes(self) -> list[NodeWish]:
        """As the service takes them."""
        return [
            {
                "url": node.url,
                "token": node.token,
                "name": node.name,
                "tags": node.tags,
                "attributes": {str(space): own for space, own in node.attributes.items()},
            }
            for node in self.nodes
        ]


class ArchiveBody(_Body):
    """An archived node is never targeted."""

    archived: bool = True


class TagsBody(_Body):
    """Tags to set; null takes one away. What is not named stays."""

    tags: Annotated[dict[str, str | None], Field(max_length=1000)]


class LabBody(_Body):
    """How many nodes; the same seed gives the same fleet."""

    nodes: Annotated[int, Field(ge=0, le=10_000)]
    seed: int | None = Field(default=None, ge=0, le=LARGEST)


class StopBody(_Body):
    """`all`: cancel what runs first, and wait for it."""

    all: bool = False


# By reference: a model would be built anew for each of some 300 answers when the backend starts.
PROBLEM: dict[str, Any] = {
    "description": "It did not work: a problem as RFC 9457 describes it.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ErrorBody"}}},
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """These answers, as problems; 401, 421 and 500 may always come."""
    return dict.fromkeys(sorted({401, 421, 422, 500, *statuses}), PROBLEM)


NAMED: dict[str, Any] = {}
"""The shapes of answers by their names in the description."""


def told(kind: type, *errors: int, status: int = 200) -> dict[int | str, dict[str, Any]]:
    """An answer of this shape, or these problems."""
    name = _name(kind)
    NAMED[name] = kind
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}
    return {status: {"description": "Done.", "content": content}, **problems(*errors)}


def _name(kind: type) -> str:
    """``Items_JobItem`` for ``Items[JobItem]``."""
    return "_".join(each.__name__ for each in (get_origin(kind) or kind, *get_args(kind)))
