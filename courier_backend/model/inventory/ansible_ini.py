"""Ansible inventories as INI: ``[web]``, ``[web:vars]``, ``[prod:children]``."""

from __future__ import annotations

import re
import shlex
from typing import Final

from courier_backend.model.inventory.ansible import Hosts, as_inventory
from courier_backend.model.inventory.gathering import Inventory, Place
from courier_backend.model.problems import shown

_SECTION: Final = re.compile(r"\[([^\]:]+)(?::(\w+))?\]\s*(?:[#;].*)?")
_RANGE: Final = re.compile(r"\[(\w+):(\w+)(?::(\d+))?\]")
_KINDS: Final = ("hosts", "children", "vars")
_MOST_HOSTS: Final = 10_000


def read_ini(text: str) -> Inventory:
    """The nodes in an inventory."""
    reading = _Reading()
    for number, line in enumerate(text.splitlines(), 1):
        reading.line(line.strip(), (number, len(line) - len(line.lstrip()) + 1))
    return as_inventory(reading.hosts, reading.found)


class _Reading:
    """Line by line."""

    def __init__(self) -> None:
        self.hosts = Hosts()
        self.found = Inventory()
        self._group = "ungrouped"
        self._kind = "hosts"

    def line(self, text: str, place: Place) -> None:
        """One line, without the spaces around it."""
        if not text or text[0] in "#;":
            return
        is_section = text.startswith("[") and not _RANGE.match(text)
        if is_section or _SECTION.fullmatch(text):
            self._section(text, place)
        elif self._kind == "hosts":
            self._host(text, place)
        elif self._kind == "children":
            self.hosts.group(self._group).children[_bare(text)] = place
            self.hosts.group(_bare(text))
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

    def _host(self, text: str, place: Place) -> None:
        try:
            pattern, *words = shlex.split(text, comments=True)
        except ValueError as error:
            self.found.error(f"{shown(text)} cannot be read: {error}", "", place)
            return
        variables = {}
        for word in words:
            name, is_pair, value = word.partition("=")
            if not is_pair or not name:
                message = f"{shown(word)} is no variable (NAME=VALUE) of the host {shown(pattern)}"
                self.found.error(message, "", place)
            variables[name] = value
        for host in self._expanded(pattern, place):
            self.hosts.host(host, place, variables)
            self.hosts.group(self._group).hosts.append(host)

    def _variable(self, text: str, place: Place) -> None:
        name, is_pair, value = text.partition("=")
        if not is_pair:
            self.found.error(f"{shown(text)} is no variable (NAME=VALUE)", "", place)
            return
        self.hosts.group(self._group).variables[name.strip()] = _unquoted(value.strip())

    def _expanded(self, pattern: str, place: Place) -> list[str]:
        """``web[01:03]`` is three hosts."""
        found = _RANGE.search(pattern)
        if found is None:
            return [pattern]
        parts = _parts(found[1], found[2], int(found[3] or 1))
        if not parts or len(self.hosts.hosts) + len(parts) > _MOST_HOSTS:
            self.found.error(f"{shown(found[0])} is no range of hosts", "", place)
            return []
        names = [pattern[: found.start()] + part + pattern[found.end() :] for part in parts]
        return [host for name in names for host in self._expanded(name, place)]


def _parts(first: str, last: str, step: int) -> list[str]:
    if step < 1:
        return []
    if first.isdecimal() and last.isdecimal() and len(last) < len(str(_MOST_HOSTS)) + 1:
        return [str(n).zfill(len(first)) for n in range(int(first), int(last) + 1, step)]
    if len(first) == len(last) == 1 and first.isalpha() and last.isalpha():
        return [chr(n) for n in range(ord(first), ord(last) + 1, step)]
    return []


def _bare(text: str) -> str:
    """A name without what is said behind it."""
    return text.split("#", maxsplit=1)[0].strip()


def _unquoted(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1]
    return text
