"""Nodes whose interpreters will not do for a job, as far as it is known before they are asked."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from courier_backend.model.problems import listed
from courier_backend.model.versions import unmet_bounds
from courier_backend.targeting.view import NodeView

_OWN: Final = "chef-platform/"
_NAMED: Final = 3


def skill_warnings(nodes: Sequence[NodeView], actions: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each step and fault; nodes that have told of no skills are left out."""
    known = [node for node in nodes if node.skills]
    for number, step in enumerate(actions["steps"], 1):
        name, bounds = step["interpreter"]["name"], step["interpreter"]["skill"]
        if name.startswith(_OWN):
            missing = [node.name for node in known if name not in node.skills]
            if missing:
                yield f"step {number} needs {name}, which is not on {_some(missing)}"
        wrong: dict[str, list[str]] = {}
        for node in known:
            if fault := _fault(node.skills.get(name), bounds):
                wrong.setdefault(fault, []).append(f"{node.name} ({node.skills[name]})")
        for fault, names in wrong.items():
            yield f"step {number} wants {name} {fault}, unlike on {_some(names)}"


def _fault(version: str | None, bounds: Mapping[str, Any]) -> str:
    if version is None:
        return ""
    try:
        return unmet_bounds(version, bounds)
    except ValueError:
        return ""


def _some(names: Sequence[str]) -> str:
    """The first few names, and how many more there are."""
    more = len(names) - _NAMED
    return listed(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
