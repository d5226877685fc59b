"""Targets as calls: filters and lists that are saved, what a filter admits, many nodes at once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from courier_backend.client.asking import (
    get_list,
    item,
    query_of,
    segment,
    send_file,
    whole,
)
from courier_backend.client.call import Call, Page
from courier_backend.client.calls import NODES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from courier_backend.model.wire import (
        FilterItem,
        FilterTest,
        FleetSkillItem,
        IdItem,
        ImportedNode,
        ListItem,
        NamedItem,
        NodeItem,
        NodeWish,
    )

_FILTERS = f"{NODES}/filters"
_LISTS = f"{NODES}/lists"
_JSON = "application/json"


def list_filters(
    *, page: int = 1, size: int = 10, after: str = "", name: str = "", sort_order: str = ""
) -> Call[Page[FilterItem]]:
    """The saved filters. `name`: exactly this one."""
    return get_list(_FILTERS, page, size, after, name=name, sortOrder=sort_order)


def get_filter(filter_id: str) -> Call[FilterItem]:
    """One saved filter."""
    return Call("GET", f"{_FILTERS}/{segment(filter_id)}", item)


def create_filter(
    body: bytes, *, content_type: str = _JSON, file_name: str = "", name: str = ""
) -> Call[FilterItem]:
    """Save a filter, under `name` instead of the one it says where that is given.

    `content_type` names the body's format, else the file's name does.
    """
    query = query_of({"fileName": file_name, "name": name})
    return Call("POST", _FILTERS, item, query, body, _typed(content_type))


def update_filter(
    filter_id: str, body: bytes, *, content_type: str = _JSON, file_name: str = ""
) -> Call[FilterItem]:
    """Another filter under the same id."""
    path = f"{_FILTERS}/{segment(filter_id)}"
    return send_file("PUT", path, body, content_type=content_type, file_name=file_name)


def delete_filter(filter_id: str) -> Call[IdItem]:
    """A filter is kept no more."""
    return Call("DELETE", f"{_FILTERS}/{segment(filter_id)}", item)


def run_filter(
    body: bytes,
    *,
    content_type: str = _JSON,
    file_name: str = "",
    page: int = 1,
    size: int = 10,
) -> Call[Page[NodeItem]]:
    """The nodes that a filter admits now."""
    query = query_of({"pagination.page": page, "pagination.size": size, "fileName": file_name})
    return Call("POST", f"{_FILTERS}/exec", whole, query, body, _typed(content_type))


def run_saved_filter(filter_id: str, *, page: int = 1, size: int = 10) -> Call[Page[NodeItem]]:
    """The nodes that a saved filter admits now."""
    return get_list(f"{_FILTERS}/{segment(filter_id)}/exec", page, size, "")


def judge_filter(
    body: bytes,
    *,
    content_type: str = _JSON,
    file_name: str = "",
    node_id: str = "",
    limit: int | None = None,
) -> Call[FilterTest]:
    """What a filter admits now, and why not the others; `node_id`: judge this node alone."""
    query = query_of({"fileName": file_name, "nodeId": node_id, "limit": limit})
    return Call("POST", f"{_FILTERS}/test", item, query, body, _typed(content_type))


def judge_saved_filter(
    filter_id: str, *, node_id: str = "", limit: int | None = None
) -> Call[FilterTest]:
    """What a saved filter admits now, and why not the others."""
    query = query_of({"nodeId": node_id, "limit": limit})
    return Call("GET", f"{_FILTERS}/{segment(filter_id)}/test", item, query)


def list_lists(
    *, page: int = 1, size: int = 10, after: str = "", name: str = "", sort_order: str = ""
) -> Call[Page[ListItem]]:
    """The saved lists. `name`: exactly this one."""
    return get_list(_LISTS, page, size, after, name=name, sortOrder=sort_order)


def get_list_of_nodes(list_id: str, *, expand: bool = False) -> Call[ListItem]:
    """One saved list; `expand`: with its nodes themselves."""
    query = query_of({"expand": expand or None})
    return Call("GET", f"{_LISTS}/{segment(list_id)}", item, query)


def create_list(body: bytes, *, content_type: str = _JSON, file_name: str = "") -> Call[ListItem]:
    """Save a list of nodes."""
    return send_file("POST", _LISTS, body, content_type=content_type, file_name=file_name)


def update_list(
    list_id: str, body: bytes, *, content_type: str = _JSON, file_name: str = ""
) -> Call[ListItem]:
    """Another list under the same id."""
    path = f"{_LISTS}/{segment(list_id)}"
    return send_file("PUT", path, body, content_type=content_type, file_name=file_name)


def delete_list(list_id: str) -> Call[IdItem]:
    """A list is kept no more."""
    return Call("DELETE", f"{_LISTS}/{segment(list_id)}", item)


def add_to_list(
    list_id: str, body: bytes, *, content_type: str = _JSON, file_name: str = ""
) -> Call[ListItem]:
    """Nodes for a list, behind those that are there."""
    path = f"{_LISTS}/{segment(list_id)}/nodes"
    return send_file("POST", path, body, content_type=content_type, file_name=file_name)


def take_from_list(
    list_id: str, body: bytes, *, content_type: str = _JSON, file_name: str = ""
) -> Call[ListItem]:
    """Nodes that are on a list no more."""
    path = f"{_LISTS}/{segment(list_id)}/nodes"
    return send_file("DELETE", path, body, content_type=content_type, file_name=file_name)


def set_list(
    list_id: str, body: bytes, *, content_type: str = _JSON, file_name: str = ""
) -> Call[ListItem]:
    """All nodes of a list, anew."""
    path = f"{_LISTS}/{segment(list_id)}/nodes"
    return send_file("PUT", path, body, content_type=content_type, file_name=file_name)


def import_nodes(nodes: Sequence[NodeWish]) -> Call[Page[ImportedNode]]:
    """Many nodes at once; what became of each."""
    body = json.dumps({"nodes": list(nodes)}, ensure_ascii=False).encode()
    return Call("POST", f"{NODES}/nodes/import", whole, {}, body, _typed(_JSON))


def list_skills(*, page: int = 1, size: int = 10) -> Call[Page[FleetSkillItem]]:
    """The skills of the fleet."""
    return get_list(f"{NODES}/skills", page, size, "")


def list_cohorts(*, page: int = 1, size: int = 10) -> Call[Page[NamedItem]]:
    """There are none."""
    return get_list(f"{NODES}/cohorts", page, size, "")


def list_assemblies(*, page: int = 1, size: int = 10) -> Call[Page[NamedItem]]:
    """There are none."""
    return get_list(f"{NODES}/assemblies", page, size, "")


def list_settings(*, page: int = 1, size: int = 10) -> Call[Page[NamedItem]]:
    """There are none."""
    return get_list(f"{NODES}/settings", page, size, "")


def create_node(body: bytes, *, content_type: str = _JSON, file_name: str = "") -> Call[NodeItem]:
    """A node as its file has it: url, token, name, tags."""
    path = f"{NODES}/nodes"
    return send_file("POST", path, body, content_type=content_type, file_name=file_name)


def set_tags(
    node_id: str, body: bytes, *, content_type: str = _JSON, file_name: str = ""
) -> Call[NodeItem]:
    """All tags of a node, anew, as a file has them."""
    path = f"{NODES}/nodes/{segment(node_id)}/tags"
    return send_file("POST", path, body, content_type=content_type, file_name=file_name)


def nodes_body(node_ids: Sequence[str]) -> bytes:
    """The body that names nodes, as JSON."""
    return json.dumps({"nodeIds": list(node_ids)}).encode()


def set_attributes(
    node_id: str, body: bytes, *, content_type: str = _JSON, file_name: str = ""
) -> Call[NodeItem]:
    """What the operator says of a node, besides what was said before."""
    path = f"{NODES}/nodes/{segment(node_id)}/attributes"
    return send_file("PUT", path, body, content_type=content_type, file_name=file_name)


def _typed(content_type: str) -> dict[str, str]:
    return {"Content-Type": content_type or "application/octet-stream"}
