"""Whether a node meets the constraints of a filter, and if not, which of them fail and why (pure).

All constraints must hold; several values of one are alternatives, several bounds of a version are
not. ``!=`` is the opposite of ``=``: it holds for a node that has no such attribute at all.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from courier_backend.model.attributes import AGENT_NAMESPACES, attribute_text
from courier_backend.model.patterns import Patience
from courier_backend.model.versions import read_bound, read_version
from courier_backend.targeting.view import NodeView


@dataclass(frozen=True, slots=True)
class Failure:
    """A constraint that does not hold: where it stands in the filter, and why, in a sentence."""

    path: str
    reason: str


class NodeFilter:
    """The constraints of a filter, ready to judge nodes."""

    def __init__(self, constraints: Mapping[str, Any]) -> None:
        self._tests = list(_tests(constraints))

    def admits(self, node: NodeView) -> bool:
        """Whether all constraints hold.

        Raises:
            PatternTooSlow: a pattern could not be judged in time.
        """
        return not any(test(node) for _, test in self._tests)

    def failures(self, node: NodeView) -> list[Failure]:
        """The constraints that do not hold; none for a node that the filter admits.

        Raises:
            PatternTooSlow: a pattern could not be judged in time.
        """
        judged = ((path, test(node)) for path, test in self._tests)
        return [Failure(path, reason) for path, reason in judged if reason]


_Test = Callable[[NodeView], str]
"""Gives why the constraint does not hold, "" when it does."""


def _tests(constraints: Mapping[str, Any]) -> Iterator[tuple[str, _Test]]:
    patience = Patience()
    for number, attribute in enumerate(constraints.get("attributes") or ()):
        yield f"attributes[{number}]", _attribute_test(attribute, patience)
    for number, skill in enumerate(constraints.get("skills") or ()):
        yield f"skills[{number}]", _skill_test(skill)
    if level := constraints.get("enrollmentLevel"):
        yield "enrollmentLevel", _state_test(level, "enrollment", lambda node: node.enrollment)
    if health := constraints.get("healthStatus"):
        yield "healthStatus", _state_test(health, "health", lambda node: node.health)
    if override := constraints.get("overrideSettings"):
        yield "overrideSettings", _override_test(override)


def _attribute_test(constraint: Mapping[str, Any], patience: Patience) -> _Test:
    name, namespaces = constraint["name"], constraint.get("namespace") or ()
    read = reader(name, namespaces)
    wanted = [str(each) for each in constraint["value"]]
    symbol = constraint["operator"]
    plain, words = _COMPARISONS[symbol]
    compare = plain or (lambda value, pattern: patience.search(pattern, value) is not None)

    def test(node: NodeView) -> str:
        values = read(node)
        holds = any(compare(value, each) for value in values for each in wanted)
        if holds is (symbol != "!="):
            return ""
        if not values:
            return f"it has no {name}{in_places(namespaces)}"
        return f"{name} is {_either(values)}, which {words} {_either(wanted)}"

    return test


_COMPARISONS: Final[Mapping[str, tuple[Callable[[str, str], bool] | None, str]]] = {
    "=": (lambda value, wanted: value == wanted, "is not"),
    "!=": (lambda value, wanted: value == wanted, "must not be"),
    "MATCHES": (None, "does not match"),
    "CONTAINS": (lambda value, wanted: wanted in value, "does not contain"),
}


def reader(name: str, namespaces: Sequence[str]) -> Callable[[NodeView], list[str]]:
    """Gives what a node has under this name, in these namespaces or (none given) in all."""
    in_tags = not namespaces or "tags" in namespaces
    in_facts = not namespaces or not AGENT_NAMESPACES.isdisjoint(namespaces)

    def read(node: NodeView) -> list[str]:
        found = [node.tags[name]] if in_tags and name in node.tags else []
        if in_facts and (fact := node.facts.get(name)) is not None:
            found.append(attribute_text(fact))
        if node.attributes:
            spaces = (node.attributes.get(each, {}) for each in namespaces or node.attributes)
            found += [space[name] for space in spaces if name in space]
        return list(dict.fromkeys(found)) if len(found) > 1 else found

    return read


def _skill_test(constraint: Mapping[str, Any]) -> _Test:
    name = constraint["name"]
    bounds = [(text, read_bound(text)) for text in constraint.get("version") or ()]

    def test(node: NodeView) -> str:
        installed = node.skills.get(name)
        if installed is None:
            return f"it has no skill {name}"
        if not bounds:
            return ""
        try:
            version = read_version(installed)
        except ValueError:
            return f"{name} has the version {installed!r}, which is none"
        missed = [text.strip() for text, bound in bounds if not bound.admits(version)]
        return f"{name} is {installed}, which is not {' and '.join(missed)}" if missed else ""

    return test


def _state_test(
    constraint: Mapping[str, Any], what: str, state_of: Callable[[NodeView], str]
) -> _Test:
    wanted, is_negative = constraint["value"], constraint["operator"] == "!="

    def test(node: NodeView) -> str:
        state = state_of(node)
        if (state in wanted) is not is_negative:
            return ""
        return f"its {what} is {state}, which {_is(is_negative)} {_either(wanted)}"

    return test


def _override_test(constraint: Mapping[str, Any]) -> _Test:
    """Nodes have no settings of their own here: `!=` holds for all of them, `=` for none."""
    names, is_negative = constraint["name"], constraint["operator"] == "!="
    reason = "" if is_negative else f"it has no override settings, so not {_either(names)}"
    return lambda _node: reason


def _is(is_negative: bool) -> str:
    return "must not be" if is_negative else "is not"


def in_places(namespaces: Sequence[str]) -> str:
    """Where was looked, in words; nothing for everywhere."""
    return f" in {' or '.join(namespaces)}" if namespaces else ""


def _either(values: Sequence[str]) -> str:
    return " or ".join(f'"{value}"' for value in values)
