"""What is asked beside the file: other nodes for every group, other values of inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from courier_backend.model.checking.values import object_at, objects_at
from courier_backend.model.problems import shown
from courier_backend.model.suggest import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from courier_backend.model.checking.findings import Findings

_SELECTION = ("filter", "filterId", "listId", "query")


def put_nodes(findings: Findings, node_ids: Sequence[str]) -> None:
    """Run every group on these nodes."""
    if not node_ids:
        return
    for number, group in objects_at(object_at(findings.document.value, "target"), "groups"):
        for field in _SELECTION:
            group.pop(field, None)
        group["nodeListType"] = "nodes"
        group["nodeIdentifiers"] = list(node_ids)
        findings.document.added.add(("target", "groups", number, "nodeIdentifiers"))


def put_inputs(findings: Findings, inputs: Mapping[str, str]) -> None:
    """Set inputs in every step that names them; a name that no step knows is an error."""
    steps = [step for _, step in objects_at(object_at(findings.document.value, "actions"), "steps")]
    known = {
        name: None
        for step in steps
        for field in ("inputs", "expectedInputs")
        for name in object_at(step, field)
    }
    for name, value in inputs.items():
        if name not in known:
            message = f"no step names the input {shown(name)}"
            findings.error(("actions", "steps"), message, nearest(name, known))
            continue
        for step in steps:
            if name in object_at(step, "inputs") or name in object_at(step, "expectedInputs"):
                _set(step, name, value)


def _set(step: dict[str, object], name: str, value: str) -> None:
    given = step.get("inputs")
    if isinstance(given, dict):
        given[name] = value
    elif given is None:
        step["inputs"] = {name: value}
