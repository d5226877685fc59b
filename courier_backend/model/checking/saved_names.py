"""Saved filters and lists that a job names: found by id or by name, and kept by id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from courier_backend.model.checking.values import object_at, objects_at, text_at
from courier_backend.model.ids import ZERO_ID, is_id
from courier_backend.model.problems import is_placeholder, shown

if TYPE_CHECKING:
    from courier_backend.model.checking.findings import Findings

_FIELDS: Final = {"savedFilter": ("filterId", "filter"), "savedList": ("listId", "list")}


@dataclass(frozen=True, slots=True)
class SavedNames:
    """What there is: names by id. Names are not told apart from others by capitals alone."""

    filters: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, str] = field(default_factory=dict)

    def of(self, what: str) -> Mapping[str, str]:
        """Those of one kind: `filter` or `list`."""
        return self.filters if what == "filter" else self.lists


def put_saved(findings: Findings, saved: SavedNames) -> None:
    """Put ids in the place of names; report what there is not."""
    groups = objects_at(object_at(findings.document.value, "target"), "groups")
    for number, group in groups:
        if (kind := text_at(group, "nodeListType")) not in _FIELDS:
            continue
        name, what = _FIELDS[kind]
        text = text_at(group, name).strip()
        if not text or text == ZERO_ID or is_placeholder(text):
            continue
        known = saved.of(what)
        if (its_id := saved_id(known, text)) is not None:
            group[name] = its_id
            continue
        by = "with this id" if is_id(text) else "of this name"
        message = f"{shown(text)}: there is no saved {what} {by}"
        meant = findings.meant(text, known.values())
        findings.error(("target", "groups", number, name), message, meant)


def saved_id(known: Mapping[str, str], text: str) -> str | None:
    """The id that is meant by an id or a name; None when there is none."""
    if text.lower() in known:
        return text.lower()
    return next((its_id for its_id, name in known.items() if name == text), None)
