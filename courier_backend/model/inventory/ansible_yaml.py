"""Ansible inventories as YAML (or JSON): groups with ``hosts``, ``vars`` and ``children``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from courier_backend.model.inventory.ansible import Hosts, Variable, Variables, as_inventory
from courier_backend.model.inventory.gathering import Inventory, Place
from courier_backend.model.inventory.ranges import MOST_HOSTS, BadRange, expanded
from courier_backend.model.problems import path_text, shown
from courier_backend.model.suggest import nearest

if TYPE_CHECKING:
    from courier_backend.model.problems import Path
    from courier_backend.model.reading.document import Document

PARTS: Final = ("hosts", "vars", "children")


def is_inventory(value: object) -> bool:
    """Whether it looks like one: groups, at least one of them with parts."""
    if not isinstance(value, dict) or not value:
        return False
    groups = value.values()
    return all(group is None or isinstance(group, dict) for group in groups) and any(
        set(group or ()) & set(PARTS) for group in groups
    )


def read_inventory_of_groups(document: Document) -> Inventory:
    """The nodes in an inventory."""
    reading = _Reading(document)
    assert isinstance(document.value, dict)  # noqa: S101  the caller has looked
    for name, group in document.value.items():
        reading.group(name, group, (name,))
    return as_inventory(reading.hosts, reading.found)


class _Reading:
    def __init__(self, document: Document) -> None:
        self._document = document
        self.hosts = Hosts()
        self.found = Inventory()

    def group(self, name: str, value: object, path: Path) -> None:
        """A group, and what is in it."""
        known = self.hosts.group(name)
        for key in self._object(value, path):
            if key not in PARTS:
                message = f"is no part of a group ({', '.join(PARTS)})"
                where = (*path, key)
                self.found.error(message, path_text(where), self._at(where), nearest(key, PARTS))
        parts = {
            key: self._object(self._object(value, path).get(key), (*path, key)) for key in PARTS
        }
        known.variables |= self._variables(name, parts["vars"], (*path, "vars"))
        for pattern, variables in parts["hosts"].items():
            here = (*path, "hosts", pattern)
            own = self._variables(pattern, self._object(variables, here), here)
            for host in self._expanded(pattern, here):
                self.hosts.host(host, self._at(here), name, own)
        for child, inner in parts["children"].items():
            here = (*path, "children", child)
            known.children[child] = self._at(here)
            self.group(child, inner, here)

    def _variables(self, owner: str, values: dict[str, Any], path: Path) -> Variables:
        return {
            name: Variable(value, self._at((*path, name)), owner) for name, value in values.items()
        }

    def _expanded(self, pattern: str, path: Path) -> list[str]:
        try:
            return expanded(pattern, MOST_HOSTS - len(self.hosts.hosts))
        except BadRange as fault:
            message = f"{shown(str(fault))} is no range of hosts"
            self.found.error(message, path_text(path), self._at(path))
            return []

    def _object(self, value: object, path: Path) -> dict[str, Any]:
        if value is None or isinstance(value, dict):
            return value or {}
        message = f"must be an object with named fields, not {shown(value)}"
        self.found.error(message, path_text(path), self._at(path))
        return {}

    def _at(self, path: Path) -> Place:
        offset = self._document.offset_of(path, key=True)
        return (0, 0) if offset is None else self._document.lines.locate(offset)
