"""Nodes on which a job will not do what it says, as far as it is known before they are asked.

Their interpreters are missing or of another version; facts that the job looks at are not known.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from courier_backend.model.commands import SHELL
from courier_backend.model.problems import listed
from courier_backend.model.suggest import nearest
from courier_backend.model.template import TemplateFault, references_in, texts_in
from courier_backend.model.variables import FACTS
from courier_backend.model.versions import unmet_bounds
from courier_backend.targeting.view import NodeView

_OWN: Final = "chef-platform/"
_NAMED: Final = 3


def node_warnings(nodes: Sequence[NodeView], actions: Mapping[str, Any]) -> Iterator[str]:
    """All there is to say, a sentence each."""
    yield from skill_warnings(nodes, actions)
    yield from platform_warnings(nodes, actions)
    yield from fact_warnings(nodes, actions)


def skill_warnings(nodes: Sequence[NodeView], actions: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each step and fault; nodes that have told of no skills are left out."""
    known = [node for node in nodes if node.skills]
    for number, step in enumerate(actions["steps"], 1):
        name, bounds = step["interpreter"]["name"], step["interpreter"]["skill"]
        if missing := [node.name for node in known if name not in node.skills]:
            hint = _meant_skill(name, known) if len(missing) == len(known) else ""
            may_come = number > 1 and not name.startswith(_OWN) and not hint
            rest = "; perhaps an earlier step puts it there" if may_come else hint
            yield f"step {number} needs {name}, which is not on {_some(missing)}{rest}"
        wrong: dict[str, list[str]] = {}
        for node in known:
            if fault := _fault(node.skills.get(name), bounds):
                wrong.setdefault(fault, []).append(f"{node.name} ({node.skills[name]})")
        for fault, names in wrong.items():
            yield f"step {number} wants {name} {fault}, unlike on {_some(names)}"


def _meant_skill(name: str, nodes: Sequence[NodeView]) -> str:
    meant = nearest(name, sorted({each for node in nodes for each in node.skills}))
    return f'; did you mean "{meant}"?' if meant else ""


def platform_warnings(nodes: Sequence[NodeView], actions: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each step of the shell that has no command for some of the nodes."""
    for number, step in enumerate(actions["steps"], 1):
        command = step.get("command")
        if step["interpreter"]["name"] != SHELL or not isinstance(command, dict):
            continue
        lacking: dict[str, list[str]] = {}
        for node in nodes:
            os_name = str(node.facts.get("os") or "")
            if os_name and not command.get(os_name) and not _need_not_run(step):
                lacking.setdefault(os_name, []).append(node.name)
        for os_name, names in lacking.items():
            yield f"step {number} has no command for {os_name}, which runs on {_some(names)}"


def _need_not_run(step: Mapping[str, Any]) -> bool:
    """Whether it may be skipped or fail without harm, as steps for one system often are."""
    ignored = step["failureBehavior"]["action"] == "retryThenIgnore"
    return bool(step["conditions"]) or ignored


def fact_warnings(nodes: Sequence[NodeView], actions: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each step and fact; nodes that have told of no facts are left out."""
    known = [node for node in nodes if node.facts]
    for number, step in enumerate(actions["steps"], 1):
        for name in dict.fromkeys(_names_in(step)):
            fact = name.removeprefix(FACTS)
            lacking = [node.name for node in known if fact not in node.facts]
            if lacking:
                hint = _meant(fact, known) if len(lacking) == len(known) else ""
                yield f"step {number} looks at {name}, which is no fact of {_some(lacking)}{hint}"


def _meant(fact: str, nodes: Sequence[NodeView]) -> str:
    meant = nearest(fact, sorted({each for node in nodes for each in node.facts}))
    return f'; did you mean "{FACTS}{meant}"?' if meant else ""


def _names_in(step: Mapping[str, Any]) -> Iterator[str]:
    """The facts that a step names, but for those that it was given as inputs."""
    names = [condition["inputName"] for condition in step["conditions"]]
    for _, text in texts_in(step["command"]):
        with suppress(TemplateFault):
            names += [reference.name for reference in references_in(text)]
    given = {**step["inputs"], **step["expectedInputs"]}
    return (name for name in names if name.startswith(FACTS) and name not in given)


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
