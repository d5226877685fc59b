"""The problems found in one document, each with its place."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from courier_backend.model.problems import problem_item
from courier_backend.model.suggest import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from courier_backend.model.problems import Path
    from courier_backend.model.reading.document import Document
    from courier_backend.model.wire import ProblemItem


_MOST: Final = 500
"""Of errors, and of warnings: who has more to mend begins with these."""
_MOST_MEANT: Final = 100
"""Behind so many problems nobody looks for what was meant."""


class Findings:
    """Collects problems; the checks only say what and where in the definition.

    `is_strict`: what nobody knows is an error, not passed over.
    """

    def __init__(self, document: Document, *, is_strict: bool = False) -> None:
        self.document = document
        self.is_strict = is_strict
        self._problems: list[ProblemItem] = []
        self._counts: Counter[str] = Counter()
        self._faulty: list[Path] = []

    def error(self, path: Path, message: str, did_you_mean: str = "", *, key: bool = False) -> None:
        """Something that must be mended; `key`: the name of the field is wrong, not its value."""
        if not key and not self.is_full("error"):
            self._faulty.append(path)
        self._add("error", path, message, did_you_mean, self.document.offset_of(path, key=key))

    def warning(
        self, path: Path, message: str, did_you_mean: str = "", *, key: bool = True
    ) -> None:
        """Something odd that does no harm."""
        self._add("warning", path, message, did_you_mean, self.document.offset_of(path, key=key))

    def take_remarks(self) -> None:
        """What the reader noticed."""
        for remark in self.document.remarks:
            if remark.severity == "error":
                self._faulty.append(remark.path)
            self._add(remark.severity, remark.path, remark.message, "", remark.offset)

    def _add(
        self, severity: str, path: Path, message: str, did_you_mean: str, offset: int | None
    ) -> None:
        self._counts[severity] += 1
        if self.is_full(severity):
            return
        place = (0, 0) if offset is None else self.document.lines.locate(offset)
        self._problems.append(
            problem_item(message, path, place, severity=severity, did_you_mean=did_you_mean)
        )

    def meant(self, word: str, choices: Iterable[str]) -> str:
        """The nearest of the user's own words; looking for it takes long where there are many."""
        return "" if self._counts.total() > _MOST_MEANT else nearest(word, choices)

    def replace(self, text: str, instead: str) -> None:
        """Put other words in the place of some in what was found so far."""
        for problem in self._problems:
            problem["message"] = problem["message"].replace(text, instead)

    def is_full(self, severity: str) -> bool:
        """Whether more of these are only counted."""
        return self._counts[severity] > _MOST

    def has_value_error_within(self, path: Path) -> bool:
        """Whether an error was found in the value at `path`."""
        return any(found[: len(path)] == path for found in self._faulty)

    def sorted(self) -> list[ProblemItem]:
        """All of them, in the order of the file; of very many, how many more there are."""
        found = sorted(self._problems, key=lambda item: (item["line"], item["column"]))
        for severity, count in self._counts.items():
            if count > _MOST:
                message = f"there are {count - _MOST} more {severity}s like these"
                found.append(problem_item(message, severity=severity))
        return found
