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

_TEMPLATE: Final = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_EVERYWHERE: Final = frozenset({"all", "ungrouped"})
_DEEPEST: Final = 5


@dataclass(slots=True)
class Host:
    """A host, and where it is named first."""

    place: Place
    variables: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Group:
    """A group: its hosts, the groups in it, and their variables."""

    hosts: list[str] = field(default_factory=list)
    children: dict[str, Place] = field(default_factory=dict)
    variables: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Hosts:
    """What an inventory says, whatever it is written in."""

    hosts: dict[str, Host] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)

    def group(self, name: str) -> Group:
        """The group of this name, there from now on."""
        return self.groups.setdefault(name, Group())

    def host(self, name: str, place: Place, variables: dict[str, Any]) -> None:
        """A host is named, perhaps again."""
        self.hosts.setdefault(name, Host(place)).variables.update(variables)


def as_inventory(hosts: Hosts, found: Inventory) -> Inventory:
    """The hosts as nodes, behind the problems that were found already."""
    parents = _parents(hosts, found)
    for name, host in hosts.hosts.items():
        _take(found, hosts, parents, name, host)
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


def _take(
    found: Inventory, hosts: Hosts, parents: dict[str, list[str]], name: str, host: Host
) -> None:
    direct = sorted(group for group, each in hosts.groups.items() if name in each.hosts)
    around = list(dict.fromkeys(each for group in direct for each in _around(parents, group)))
    variables: dict[str, Any] = dict(hosts.groups.get("all", Group()).variables)
    for group in reversed([each for each in around if each != "all"]):
        variables |= hosts.groups[group].variables if group in hosts.groups else {}
    variables |= host.variables | {"inventory_hostname": name}
    values = {key: _filled(found, key, variables, host.place) for key in _KEYS}
    tags = {group: "true" for group in around if group not in _EVERYWHERE}
    told = Told(
        values["courier_url"],
        values["courier_token"],
        values["courier_token_file"],
        values["courier_name"] or name,
        tags | _tags(found, variables.get("courier_tags"), name, host.place),
        where=name,
        place=host.place,
    )
    found.add(told, ("courier_url", "courier_token or courier_token_file"))


_KEYS: Final = ("courier_url", "courier_token", "courier_token_file", "courier_name")


def _filled(found: Inventory, key: str, variables: dict[str, Any], place: Place) -> str:
    """A variable as text, with others put in."""
    text = attribute_text(variables.get(key, ""))
    name = str(variables["inventory_hostname"])
    for _ in range(_DEEPEST):
        wanted = _TEMPLATE.search(text)
        if wanted is None:
            break
        if wanted[1] not in variables:
            found.error(f'{key}: there is no variable "{wanted[1]}"', name, place)
            return ""
        text = text.replace(wanted[0], attribute_text(variables[wanted[1]]))
    if "{{" in text:
        found.error(f"{key}: {shown(text)} cannot be worked out", name, place)
        return ""
    return text


def _tags(found: Inventory, value: object, name: str, place: Place) -> dict[str, str]:
    if isinstance(value, dict):
        return {str(key): attribute_text(each) for key, each in value.items()}
    try:
        return pairs_of(str(value or ""), ",")
    except BadPairs as fault:
        found.error(f"courier_tags: {fault}", name, place)
        return {}
