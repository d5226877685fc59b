"""Our own files of nodes: a list of objects, alone or under ``nodes``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from courier_backend.model.attributes import NAMESPACES
from courier_backend.model.inventory.gathering import Inventory, Place, Told
from courier_backend.model.problems import path_text, shown
from courier_backend.model.suggest import nearest

if TYPE_CHECKING:
    from courier_backend.model.problems import Path
    from courier_backend.model.reading.document import Document

FIELDS: Final = ("url", "token", "tokenFile", "name", "tags", "attributes")
_TEXTS: Final = ("url", "token", "tokenFile", "name")
_SET: Final = tuple(space for space in NAMESPACES if space not in ("agent", "tags"))


def read_plain(document: Document, items: list[Any], path: Path) -> Inventory:
    """The nodes in a list that stands at `path`."""
    found = Inventory()
    for number, item in enumerate(items):
        _Reading(document, found).take(item, (*path, number))
    return found


class _Reading:
    """One object of the list."""

    def __init__(self, document: Document, found: Inventory) -> None:
        self._document = document
        self._found = found

    def take(self, item: object, path: Path) -> None:
        if not isinstance(item, dict):
            self._error(f"must be an object with a url and a token, not {shown(item)}", path)
            return
        for key in item:
            if key not in FIELDS:
                near = nearest(key, FIELDS)
                self._found.error(
                    "is no field of a node", path_text((*path, key)), self._at((*path, key)), near
                )
        texts = {key: self._text(item.get(key), (*path, key)) for key in _TEXTS}
        told = Told(
            texts["url"],
            texts["token"],
            texts["tokenFile"],
            texts["name"],
            self._map(item.get("tags"), (*path, "tags")),
            self._spaces(item.get("attributes"), (*path, "attributes")),
            path_text(path),
            self._at(path),
        )
        self._found.add(told)

    def _spaces(self, value: object, path: Path) -> dict[str, dict[str, str]]:
        """Attributes by namespace."""
        if value is None:
            return {}
        if not isinstance(value, dict):
            self._error(f"must be an object by namespace, not {shown(value)}", path)
            return {}
        spaces = {}
        for space, values in value.items():
            if space not in _SET:
                message = f"is no namespace that can be set ({', '.join(_SET)})"
                where = (*path, space)
                self._found.error(message, path_text(where), self._at(where), nearest(space, _SET))
            spaces[space] = self._map(values, (*path, space))
        return spaces

    def _map(self, value: object, path: Path) -> dict[str, str]:
        if value is None:
            return {}
        if not isinstance(value, dict):
            self._error(f"must be an object with names and values, not {shown(value)}", path)
            return {}
        return {key: self._text(each, (*path, key)) for key, each in value.items()}

    def _text(self, value: object, path: Path) -> str:
        if value is None:
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, dict | list):
            self._error(f"must be text, not {shown(value)}", path)
            return ""
        return str(value)

    def _error(self, message: str, path: Path) -> None:
        self._found.error(message, path_text(path), self._at(path))

    def _at(self, path: Path) -> Place:
        offset = self._document.offset_of(path)
        return (0, 0) if offset is None else self._document.lines.locate(offset)
