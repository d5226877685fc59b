"""An Ansible inventory as nodes: which hosts there are, their variables and their groups.

Of a host these variables are read, wherever Ansible would find them (its own come before those of
its groups, a group's before those of the groups around it):

``courier_url``         the address of its runner's node
``courier_token``       the token, or ``courier_token_file``: a file that holds it
``courier_name``        what to call it; else as the inventory does
``courier_tags``        an object, or ``role=web,stage=test``

``{{ inventory_hostname }}`` and ``{{ name of a variable }}`` are put in. Every group that a host is
in, but for ``all`` and ``ungrouped``, becomes a tag with the value ``true``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final

from courier_backend.model.attributes import attribute_text
from courier_backend.model.inventory.gathering import Inventory, Place, Told
from courier_backend.model.inventory.pairs import BadPairs, pairs_of
from courier_backend.model.problems import shown
from courier_backend.model.suggest import nearest

_TEMPLATE: Final = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_EVERYWHERE: Final = frozenset({"all", "ungrouped"})
_DEEPEST: Final = 5


@dataclass(frozen=True, slots=True)
class Variable:
    """What a variable says, and where: its place, and the host or group that it belongs to."""

    value: Any
    place: Place = (0, 0)
    owner: str = ""


Variables = dict[str, Variable]


@dataclass(slots=True)
class Host:
    """A host, and where it is named first."""

    place: Place
    variables: Variables = field(default_factory=dict)


@dataclass(slots=True)
class Group:
    """A group: its hosts, the groups in it, and their variables."""

    hosts: list[str] = field(default_factory=list)
    children: dict[str, Place] = field(default_factory=dict)
    variables: Variables = field(default_factory=dict)


@dataclass(slots=True)
class Hosts:
    """What an inventory says, whatever it is written in."""

    hosts: dict[str, Host] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)

    def group(self, name: str) -> Group:
        """The group of this name, there from now on."""
        return self.groups.setdefault(name, Group())

    def host(self, name: str, place: Place, group: str, variables: Variables) -> None:
        """A host is named, perhaps again, in a group."""
        self.hosts.setdefault(name, Host(place)).variables.update(variables)
        self.group(group).hosts.append(name)


def as_inventory(hosts: Hosts, found: Inventory) -> Inventory:
    """The hosts as nodes, behind the problems that were found already."""
    parents = _parents(hosts, found)
    direct: dict[str, list[str]] = {}
    for group in sorted(hosts.groups):
        for name in dict.fromkeys(hosts.groups[group].hosts):
            direct.setdefault(name, []).append(group)
    for name, host in hosts.hosts.items():
        groups = [each for group in direct[name] for each in _around(parents, group)]
        _take(found, hosts, list(dict.fromkeys(groups)), name, host)
    return found


def _parents(hosts: Hosts, found: Inventory) -> dict[str, list[str]]:
    """Each group's groups around it; what would be around itself is reported, and left out."""
    parents: dict[str, list[str]] = {name: [] for name in hosts.groups}
    for name, group in hosts.groups.items():
        for child, place in group.children.items():
            if name in _around(parents, child) or child in _around(parents, name):
                found.error(f'the group "{child}" would be around itself', "", place)
            else:
                parents.setdefault(child, []).append(name)
    return parents


def _around(parents: dict[str, list[str]], name: str) -> list[str]:
    """The group and all groups around it, the nearest first."""
    found = [name]
    for each in found:
        found += [parent for parent in parents.get(each, ()) if parent not in found]
    return found


def _take(found: Inventory, hosts: Hosts, around: list[str], name: str, host: Host) -> None:
    """One host as a node; `around`: the groups that it is in, the nearest first."""
    variables: Variables = dict(hosts.group("all").variables)
    for group in reversed([each for each in around if each != "all"]):
        variables |= hosts.group(group).variables
    variables |= host.variables | {"inventory_hostname": Variable(name)}
    values = {key: _filled(found, key, variables) for key in _KEYS}
    told = _tags(found, variables.get("courier_tags"))
    if None in values.values():
        return
    url, token, token_file, title = (text or "" for text in values.values())
    tags = {group: "true" for group in around if group not in _EVERYWHERE}
    node = Told(url, token, token_file, title or name, tags | told, where=name, place=host.place)
    found.add(node, ("courier_url", "courier_token or courier_token_file"))


_KEYS: Final = ("courier_url", "courier_token", "courier_token_file", "courier_name")


def _filled(found: Inventory, key: str, variables: Variables) -> str | None:
    """A variable as text, with others put in; None if that cannot be done."""
    given = variables.get(key)
    if given is None:
        return ""
    text = attribute_text(given.value)
    for _ in range(_DEEPEST):
        wanted = _TEMPLATE.search(text)
        if wanted is None:
            break
        if wanted[1] not in variables:
            near = nearest(wanted[1], variables)
            message = f'{key}: there is no variable "{wanted[1]}"'
            found.error(message, given.owner, given.place, near)
            return None
        text = text.replace(wanted[0], attribute_text(variables[wanted[1]].value))
    if "{{" in text:
        written = shown(attribute_text(given.value))
        found.error(f"{key}: {written} cannot be worked out", given.owner, given.place)
        return None
    return text


def _tags(found: Inventory, given: Variable | None) -> dict[str, str]:
    if given is None:
        return {}
    if isinstance(given.value, dict):
        return {str(key): attribute_text(each) for key, each in given.value.items()}
    try:
        return pairs_of(attribute_text(given.value or ""), ",")
    except BadPairs as fault:
        found.error(f"courier_tags: {fault}", given.owner, given.place)
        return {}
