"""What is asked beside the file: other nodes for every group, other values of inputs."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from courier_backend.model.checking.soundness import check_text
from courier_backend.model.checking.values import object_at, objects_at, text_at
from courier_backend.model.problems import shown
from courier_backend.model.suggest import nearest
from courier_backend.model.template import TemplateFault, references_in, texts_in

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
    actions = object_at(findings.document.value, "actions")
    named = [(number, step, _names_in(step)) for number, step in objects_at(actions, "steps")]
    known = [name for _, _, names in named for name in names]
    for name, value in inputs.items():
        if name not in known:
            message = f"no step names the input {shown(name)}"
            findings.error(("actions", "steps"), message, nearest(name, known))
        for number, step, names in named:
            if name in names:
                _set(step, name, value)
                check_text(findings, value, ("actions", "steps", number, "inputs", name))


def _names_in(step: dict[str, Any]) -> set[str]:
    """What a step names: its inputs, and what its conditions and its command look at."""
    return {
        *object_at(step, "inputs"),
        *object_at(step, "expectedInputs"),
        *(text_at(condition, "inputName") for _, condition in objects_at(step, "conditions")),
        *(name for _, text in texts_in(step.get("command")) for name in _referred_to(text)),
    }


def _referred_to(text: str) -> list[str]:
    """The names in a template; one that is not understood is reported elsewhere."""
    with suppress(TemplateFault):
        return [reference.name for reference in references_in(text)]
    return []


def _set(step: dict[str, object], name: str, value: str) -> None:
    given = step.get("inputs")
    if isinstance(given, dict):
        given[name] = value
    elif given is None:
        step["inputs"] = {name: value}
