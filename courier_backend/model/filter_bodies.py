"""The bodies of requests about saved filters and lists, and about the attributes of nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field

from courier_backend.model.attributes import NAMESPACES
from courier_backend.model.body import read_body
from courier_backend.model.checking.filter_rules import check_constraints
from courier_backend.model.checking.values import list_at, object_at, objects_at, text_at
from courier_backend.model.definition import Definition
from courier_backend.model.filter import Constraints
from courier_backend.model.ids import is_id
from courier_backend.model.problems import listed, shown
from courier_backend.model.suggest import nearest

if TYPE_CHECKING:
    from courier_backend.model.checking.findings import Findings

_OF_ANSWERS: Final = ("id", "createdAt", "modifiedAt", "nodeCount", "nodes", "code")

Name = Annotated[str, Field(min_length=1, max_length=200)]
Words = Annotated[str, Field(max_length=2000)]
NodeIds = Annotated[list[str], Field(max_length=100_000)]


class AdHocFilter(Definition):
    """A filter to try; a saved one may be sent as it is."""

    name: str = ""
    description: str = ""
    constraints: Constraints


class FilterBody(Definition):
    """A filter to save."""

    name: Name
    description: Words = ""
    constraints: Constraints


class ListBody(Definition):
    """A list of nodes to save."""

    name: Name
    description: Words = ""
    node_ids: NodeIds


class NodesBody(Definition):
    """Nodes to add to a list, to take from it, or to be all of it."""

    node_ids: NodeIds


class NodeFile(Definition):
    """Where a node's runner answers, and the token that it knows."""

    url: Annotated[str, Field(min_length=1, max_length=2000)]
    token: Annotated[str, Field(min_length=1, max_length=4000)]
    name: Annotated[str, Field(max_length=200)] = ""
    tags: dict[str, str] = Field(default_factory=dict)


class TagsFile(Definition):
    """All tags of a node."""

    tags: dict[str, str]


class OwnAttribute(Definition):
    """Something that the operator says of a node."""

    name: Name
    value: Words
    namespace: str = "tags"


class AttributesBody(Definition):
    """What the operator says of a node."""

    attributes: Annotated[list[OwnAttribute], Field(max_length=1000)]


def read_ad_hoc(text: str, body_format: str = "", file_name: str = "") -> AdHocFilter:
    """A filter to try.

    Raises:
        BadInput: it has errors.
    """
    return read_body(
        AdHocFilter, text, body_format, file_name, ignored=_OF_ANSWERS, check=_check_filter
    )


def read_filter(
    text: str, body_format: str = "", file_name: str = "", *, name: str = ""
) -> FilterBody:
    """A filter to save; under `name` instead of the name that it says, if there is one.

    Raises:
        BadInput: it has errors.
    """

    def check(findings: Findings) -> None:
        if name and isinstance(findings.document.value, dict):
            findings.document.value["name"] = name
        _check_name(findings)
        _check_filter(findings)

    return read_body(FilterBody, text, body_format, file_name, ignored=_OF_ANSWERS, check=check)


def read_list(text: str, body_format: str = "", file_name: str = "") -> ListBody:
    """A list to save.

    Raises:
        BadInput: it has errors.
    """
    return read_body(ListBody, text, body_format, file_name, ignored=_OF_ANSWERS, check=_check_list)


def read_nodes(text: str, body_format: str = "", file_name: str = "") -> NodesBody:
    """Nodes of a list.

    Raises:
        BadInput: it has errors.
    """
    ignored = (*_OF_ANSWERS, "name", "description", "listId")
    return read_body(NodesBody, text, body_format, file_name, ignored=ignored, check=_check_ids)


def read_node(text: str, body_format: str = "", file_name: str = "") -> NodeFile:
    """A node to add.

    Raises:
        BadInput: it has errors.
    """
    return read_body(NodeFile, text, body_format, file_name)


def read_tags(text: str, body_format: str = "", file_name: str = "") -> TagsFile:
    """All tags of a node.

    Raises:
        BadInput: they have errors.
    """
    return read_body(TagsFile, text, body_format, file_name, ignored=("nodeId",))


def read_attributes(text: str, body_format: str = "", file_name: str = "") -> AttributesBody:
    """Attributes of a node.

    Raises:
        BadInput: it has errors.
    """
    return read_body(
        AttributesBody, text, body_format, file_name, ignored=("nodeId",), check=_check_attributes
    )


def _check_filter(findings: Findings) -> None:
    check_constraints(findings, object_at(findings.document.value, "constraints"), ("constraints",))


def _check_list(findings: Findings) -> None:
    _check_name(findings)
    _check_ids(findings)


def _check_name(findings: Findings) -> None:
    """A name must be seen, and never be taken for an id."""
    name = text_at(findings.document.value, "name")
    if name and (not name.strip() or name != name.strip()):
        findings.error(("name",), f"{shown(name)} begins or ends with a space")
    elif is_id(name):
        findings.error(("name",), f"{shown(name)} looks like an id; give it a name in words")


def _check_ids(findings: Findings) -> None:
    for number, node in enumerate(list_at(findings.document.value, "nodeIds")):
        if isinstance(node, str) and not is_id(node):
            findings.error(("nodeIds", number), f"{shown(node)} is not the id of a node")


def _check_attributes(findings: Findings) -> None:
    for number, attribute in objects_at(findings.document.value, "attributes"):
        space = attribute.get("namespace", "tags")
        if isinstance(space, str) and space not in NAMESPACES:
            message = f"{shown(space)} is not one of {listed(NAMESPACES)}"
            findings.error(("attributes", number, "namespace"), message, nearest(space, NAMESPACES))
        elif space == "agent":
            message = 'what "agent" holds is told by the node itself; use another namespace'
            findings.error(("attributes", number, "namespace"), message)
