"""YAML 1.2 with the place of each value, safe against anchors that explode and endless nesting.

ruamel.yaml gives the events; what they mean is decided here: a mapping becomes a dict with text
keys, aliases and merge keys (``<<``) are resolved, everything is counted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from courier_backend.model.reading.document import (
    MAX_BYTES,
    MAX_DEPTH,
    MAX_VALUES,
    Document,
    Empty,
    Plain,
    TooLarge,
    Unreadable,
)
from courier_backend.model.reading.yaml_faults import yaml_fault
from courier_backend.model.reading.yaml_scalars import Scalar, scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from courier_backend.model.problems import Path

_LONG_TAG: Final = re.compile(
    r"![^\s!\"']*![^\s\"']{64,}|(?:^|[\s\[{,])![^\s\"']{256,}", re.MULTILINE
)
"""A tag that nobody means; the parser's work grows with the square of its length."""


def read_yaml(text: str) -> Document:
    """Read YAML.

    Raises:
        Unreadable: the text is not YAML; says where and why.
    """
    long_tag = _LONG_TAG.search(text)
    if long_tag:
        raise TooLarge("what looks like a tag (!) is too long", long_tag.start())
    document = Document(text, "yaml")
    root = _compose(text)
    if root is None or (isinstance(root, _Scalar) and root.value is None):
        raise Empty
    document.value = _Unfolding(document).value(root, ())
    return document


@dataclass(slots=True)
class _Scalar:
    """A scalar, and how it was written (for keys)."""

    offset: int
    value: Scalar
    source: str
    merge: bool


@dataclass(slots=True)
class _List:
    """A sequence."""

    offset: int
    items: list[_Node]


@dataclass(slots=True)
class _Map:
    """A mapping, as written: merge keys and duplicates are still in it."""

    offset: int
    pairs: list[tuple[_Node, _Node]]


_Node = _Scalar | _List | _Map


def _compose(text: str) -> _Node | None:
    """The one document of the text as nodes. Aliases share the node that they name."""
    from ruamel.yaml import YAML  # noqa: PLC0415  imported for YAML only
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415
    from ruamel.yaml.reader import ReaderError  # noqa: PLC0415

    try:
        return _Composer(YAML(typ="safe", pure=True).parse(text)).document()
    except ReaderError as error:
        code = f"U+{ord(text[error.position]):04X}"
        raise Unreadable(f"the character {code} is not allowed", error.position) from None
    except YAMLError as error:
        raise yaml_fault(error) from None


class _Mark(Protocol):
    index: int


class _Event(Protocol):
    """What ruamel.yaml's events have, of which there are several kinds."""

    start_mark: _Mark
    anchor: Any
    tag: str | None
    value: str
    style: str | None


class _Composer:
    """Makes nodes of events."""

    def __init__(self, events: Iterator[_Event]) -> None:
        self._events = events
        self._anchors: dict[str, _Node | None] = {}
        self._count = 0

    def document(self) -> _Node | None:
        """The first document; a second one is refused."""
        next(self._events)  # the start of the stream
        if _kind(next(self._events)) == "StreamEnd":
            return None
        root = self._node(next(self._events), 0)
        next(self._events)  # the end of the document
        after = next(self._events)
        if _kind(after) != "StreamEnd":
            raise Unreadable("a second YAML document begins here; a file is one job", _at(after))
        return root

    def _node(self, event: _Event, depth: int) -> _Node:
        self._count += 1
        if depth > MAX_DEPTH:
            raise TooLarge(f"values are nested deeper than {MAX_DEPTH} levels", _at(event))
        if self._count > MAX_VALUES:
            raise TooLarge(f"the file holds more than {MAX_VALUES} values", _at(event))
        if _kind(event) == "Alias":
            return self._alias(event.anchor, _at(event))
        if event.anchor is None:
            return self._content(event, depth)
        self._anchors[event.anchor] = None
        node = self._anchors[event.anchor] = self._content(event, depth)
        return node

    def _content(self, event: _Event, depth: int) -> _Node:
        kind, offset = _kind(event), _at(event)
        if kind == "Scalar":
            plain = event.style is None
            value = scalar(event.value, event.tag, offset, plain=plain)
            return _Scalar(offset, value, event.value, plain and event.value == "<<")
        _check_tag(event.tag, kind, offset)
        if kind == "SequenceStart":
            return _List(offset, list(self._items("SequenceEnd", depth)))
        items = self._items("MappingEnd", depth)
        return _Map(offset, list(zip(items, items, strict=True)))

    def _items(self, end: str, depth: int) -> Iterator[_Node]:
        while _kind(event := next(self._events)) != end:
            yield self._node(event, depth + 1)

    def _alias(self, name: str, offset: int) -> _Node:
        if name not in self._anchors:
            raise Unreadable(f"nothing is named &{name} above this", offset)
        node = self._anchors[name]
        if node is None:
            raise Unreadable(f"*{name} stands inside itself", offset)
        return node


def _kind(event: _Event) -> str:
    return type(event).__name__.removesuffix("Event")


def _at(event: _Event) -> int:
    return int(event.start_mark.index)


def _check_tag(tag: str | None, kind: str, offset: int) -> None:
    fitting = "seq" if kind == "SequenceStart" else "map"
    if tag not in {None, "!", f"tag:yaml.org,2002:{fitting}"}:
        raise Unreadable(f"the tag {tag} is not understood here", offset)


class _Unfolding:
    """Makes the value of a document from its nodes, and notes the places."""

    def __init__(self, document: Document) -> None:
        self._doc = document
        self._count = 0
        self._length = 0

    def value(self, node: _Node, path: Path) -> Plain:
        """The value of a node that stands at `path`."""
        self._step(node)
        if len(path) > MAX_DEPTH:
            raise TooLarge(f"values are nested deeper than {MAX_DEPTH} levels", node.offset)
        self._doc.places[path] = node.offset
        if isinstance(node, _Scalar):
            self._weigh(node)
            return node.value
        if isinstance(node, _List):
            return [self.value(item, (*path, n)) for n, item in enumerate(node.items)]
        return self._object(node, path)

    def _weigh(self, node: _Scalar) -> None:
        """An alias is short, and what it stands for may be long."""
        self._length += len(node.source)
        if self._length > MAX_BYTES:
            message = f"the file unfolds to more than {MAX_BYTES // 1024 // 1024} MB"
            raise TooLarge(message, node.offset)

    def _step(self, node: _Node) -> None:
        self._count += 1
        if self._count > MAX_VALUES:
            raise TooLarge(f"the file unfolds to more than {MAX_VALUES} values", node.offset)

    def _object(self, node: _Map, path: Path) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key, value in self._pairs(node):
            inner = (*path, key.source)
            if key.source in result:
                self._doc.note_duplicate(inner, key.offset)
            if not isinstance(key.value, str):
                name = key.source or "null"
                message = f"the field name {name} is not text; write it in quotes"
                self._doc.remark("error", inner, key.offset, message)
            self._doc.keys[inner] = key.offset
            result[key.source] = self.value(value, inner)
        return result

    def _pairs(self, node: _Map) -> list[tuple[_Scalar, _Node]]:
        """The pairs of a mapping, and those that it merges and does not have itself."""
        self._step(node)
        own: list[tuple[_Scalar, _Node]] = []
        merged: list[_Node] = []
        for key, value in node.pairs:
            if not isinstance(key, _Scalar):
                raise self._no_name(key)
            if key.merge:
                merged += value.items if isinstance(value, _List) else [value]
            else:
                own.append((key, value))
        return own + self._merged(merged, {key.source for key, _ in own})

    def _no_name(self, key: _Node) -> Unreadable:
        if self._doc.text.startswith("{{", key.offset - 1):
            message = "text that begins with {{ must stand in quotes"
            return Unreadable(message, key.offset - 1)
        return Unreadable("a field name must be text, not a list or object", key.offset)

    def _merged(self, nodes: list[_Node], taken: set[str]) -> list[tuple[_Scalar, _Node]]:
        pairs: list[tuple[_Scalar, _Node]] = []
        for node in nodes:
            if not isinstance(node, _Map):
                raise Unreadable("<< can only take in an object", node.offset)
            new = [pair for pair in self._pairs(node) if pair[0].source not in taken]
            pairs += new
            taken |= {key.source for key, _ in new}
        return pairs
