"""The nodes that a file names, and everything that is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from courier_backend.model.node_url import node_url_fault
from courier_backend.model.problems import problem_item, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from courier_backend.model.wire import ProblemItem

Place = tuple[int, int]
"""Line and column, both from 1; 0 where they are not known."""

_LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class Told:
    """A node as a file tells of it. `where`: its path in the file, "" in files of lines."""

    url: str = ""
    token: str = ""
    token_file: str = ""
    name: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    where: str = ""
    place: Place = (0, 0)


@dataclass(slots=True)
class Inventory:
    """What a file holds. Nothing is to be done with the nodes while one problem is an error."""

    nodes: list[Told] = field(default_factory=list)
    problems: list[ProblemItem] = field(default_factory=list)
    _urls: dict[str, Place] = field(default_factory=dict)
    _told: set[tuple[str, str, Place]] = field(default_factory=set)

    def error(self, message: str, where: str, place: Place, did_you_mean: str = "") -> None:
        """Something that must be mended."""
        self._note(message, where, place, did_you_mean, "error")

    def warning(self, message: str, where: str, place: Place, did_you_mean: str = "") -> None:
        """Something odd that does no harm."""
        self._note(message, where, place, did_you_mean, "warning")

    def add(self, told: Told, names: tuple[str, str] = ("url", "token or tokenFile")) -> None:
        """Take a node, and see what is wrong with it; `names`: what url and token are called."""
        url, token = names
        self.nodes.append(told)
        if not told.url:
            self.error(f"has no {url}", told.where, told.place)
        elif fault := node_url_fault(told.url):
            self.error(f"{url}: {fault}", told.where, told.place)
        elif told.url in self._urls:
            line = self._urls[told.url][0]
            self.error(
                f"{url}: {shown(told.url)} is in line {line} already", told.where, told.place
            )
        else:
            self._urls[told.url] = told.place
        if bool(told.token) is bool(told.token_file):
            both = "both; give one" if told.token else f"no {token}"
            self.error(f"has {both}", told.where, told.place)
        if len(told.name) > _LONGEST_NAME:
            message = f"its name is longer than {_LONGEST_NAME} characters"
            self.error(message, told.where, told.place)

    def _note(
        self, message: str, where: str, place: Place, did_you_mean: str, severity: str
    ) -> None:
        # What is wrong with a group is found again with each of its hosts.
        if (message, where, place) in self._told:
            return
        self._told.add((message, where, place))
        item = problem_item(message, (), place, severity=severity, did_you_mean=did_you_mean)
        item["path"] = where
        self.problems.append(item)
