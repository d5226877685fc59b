"""Jobs to start from: files beside this one, filled with the nodes that there are."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from courier_backend.model.wire import NodeItem

_FOLDER: Final = Path(__file__).parent
_HERE: Final = '["@this-machine"]'
_FLEET: Final = '["@fleet"]'
_LONGEST_LIST: Final = 500
_DEFINITION: Final = (
    "name",
    "description",
    "scheduleRule",
    "exceptionRules",
    "allowManualExecution",
    "overlap",
    "missed",
    "target",
    "actions",
)


@dataclass(frozen=True, slots=True)
class Template:
    """A job to start from."""

    key: str
    title: str
    about: str

    def text(self, nodes: Sequence[NodeItem]) -> str:
        """The job as YAML, for these nodes."""
        raw = (_FOLDER / f"{self.key}.yaml").read_text("utf-8")
        here = [node for node in nodes if node["builtin"]] or list(nodes[:1])
        fleet = [node for node in nodes if not node["archived"]]
        return raw.replace(_HERE, _listed(here)).replace(_FLEET, _listed(fleet[:_LONGEST_LIST]))


TEMPLATES: Final = (
    Template("hello", "Hello on this machine", "One step, here: see a job run from end to end"),
    Template("rolling", "Rolling over the fleet", "Every node, a quarter of them at a time"),
    Template("nightly", "Every night, but not on Sundays", "A schedule with an exception rule"),
    Template("retries", "Several steps with retries", "A flaky step is tried again, then verified"),
)


def _listed(nodes: Sequence[NodeItem]) -> str:
    """A block of YAML with a line a node; names are comments, made harmless."""
    if not nodes:
        return "[]"
    lines = (f"\n        - {node['id']}  # {_comment(node['name'])}" for node in nodes)
    return "".join(lines)


def _comment(name: str) -> str:
    return "".join(char if char.isprintable() else " " for char in name)[:60]


def definition_text(job: Mapping[str, Any]) -> str:
    """The definition of a job that there is, as JSON."""
    return json.dumps({key: job[key] for key in _DEFINITION}, indent=2, ensure_ascii=False) + "\n"
