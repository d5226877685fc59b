"""Ansible inventories as INI: ``[web]``, ``[web:vars]``, ``[prod:children]``."""

from __future__ import annotations

import re
import shlex
from typing import Final

from courier_backend.model.inventory.ansible import Hosts, Variable, as_inventory
from courier_backend.model.inventory.gathering import Inventory, Place
from courier_backend.model.inventory.ranges import (
    MOST_HOSTS,
    BadRange,
    begins_with_range,
    expanded,
)
from courier_backend.model.problems import shown
from courier_backend.model.suggest import nearest

_SECTION: Final = re.compile(r"\[([^\]:]+)(?::(\w+))?\]\s*(?:[#;].*)?")
_KINDS: Final = ("hosts", "children", "vars")


def read_ini(text: str) -> Inventory:
    """The nodes in an inventory."""
    reading = _Reading()
    for number, line in enumerate(text.splitlines(), 1):
        reading.line(line.strip(), (number, len(line) - len(line.lstrip()) + 1))
    reading.check_groups()
    return as_inventory(reading.hosts, reading.found)


class _Reading:
    """Line by line."""

    def __init__(self) -> None:
        self.hosts = Hosts()
        self.found = Inventory()
        self._group = "ungrouped"
        self._kind = "hosts"
        self._defined = {"all", "ungrouped"}
        self._named: dict[str, Place] = {}

    def check_groups(self) -> None:
        """Groups that are named as children, or have variables, must be there, as in Ansible."""
        for name, place in self._named.items():
            if name not in self._defined:
                near = nearest(name, self._defined - {"all", "ungrouped"})
                self.found.error(f"there is no group {shown(name)}", "", place, near)

    def line(self, text: str, place: Place) -> None:
        """One line, without the spaces around it."""
        if not text or text[0] in "#;":
            return
        is_section = text.startswith("[") and not begins_with_range(text)
        if is_section or _SECTION.fullmatch(text):
            self._section(text, place)
        elif self._kind == "hosts":
            self._host(text, place)
        elif self._kind == "children":
            self.hosts.group(self._group).children[_bare(text)] = place
            self._named.setdefault(_bare(text), place)
        else:
            self._variable(text, place)

    def _section(self, text: str, place: Place) -> None:
        found = _SECTION.fullmatch(text)
        if found is None or (found[2] or "hosts") not in _KINDS:
            kinds = ", ".join(_KINDS[1:])
            self.found.error(f"{shown(text)} is no section ([NAME], [NAME:{kinds}])", "", place)
            self._kind = "vars"
            self._group = "ungrouped"
            return
        self._group, self._kind = found[1].strip(), found[2] or "hosts"
        self.hosts.group(self._group)
        if self._kind == "vars":
            self._named.setdefault(self._group, place)
        else:
            self._defined.add(self._group)

    def _host(self, text: str, place: Place) -> None:
        try:
            pattern, *words = shlex.split(text, comments=True)
        except ValueError as error:
            self.found.error(f"{shown(text)} cannot be read: {error}", "", place)
            return
        values = {}
        for word in words:
            name, is_pair, value = word.partition("=")
            if not is_pair or not name:
                message = f"{shown(word)} is no variable (NAME=VALUE) of the host {shown(pattern)}"
                self.found.error(f"{message}; quote a value with spaces", "", place)
            values[name] = value
        variables = {name: Variable(value, place, pattern) for name, value in values.items()}
        for host in self._expanded(pattern, place):
            self.hosts.host(host, place, self._group, variables)

    def _variable(self, text: str, place: Place) -> None:
        name, is_pair, value = text.partition("=")
        if not is_pair:
            self.found.error(f"{shown(text)} is no variable (NAME=VALUE)", "", place)
            return
        self.hosts.group(self._group).variables[name.strip()] = Variable(
            _unquoted(value.strip()), place, self._group
        )

    def _expanded(self, pattern: str, place: Place) -> list[str]:
        try:
            return expanded(pattern, MOST_HOSTS - len(self.hosts.hosts))
        except BadRange as fault:
            self.found.error(f"{shown(str(fault))} is no range of hosts", "", place)
            return []


def _bare(text: str) -> str:
    """A name without what is said behind it."""
    return text.split("#", maxsplit=1)[0].strip()


def _unquoted(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1]
    return text
