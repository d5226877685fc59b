"""The problems found in one document, each with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from courier_backend.model.problems import path_text

if TYPE_CHECKING:
    from courier_backend.model.problems import Path
    from courier_backend.model.reading.document import Document
    from courier_backend.model.wire import ProblemItem


class Findings:
    """Collects problems; the checks only say what and where in the definition."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._problems: list[ProblemItem] = []

    def error(self, path: Path, message: str, did_you_mean: str = "", *, key: bool = False) -> None:
        """Something that must be mended; `key`: the name of the field is wrong, not its value."""
        self._add("error", path, message, did_you_mean, self.document.offset_of(path, key=key))

    def warning(
        self, path: Path, message: str, did_you_mean: str = "", *, key: bool = True
    ) -> None:
        """Something odd that does no harm."""
        self._add("warning", path, message, did_you_mean, self.document.offset_of(path, key=key))

    def take_remarks(self) -> None:
        """What the reader noticed."""
        for remark in self.document.remarks:
            self._add(remark.severity, remark.path, remark.message, "", remark.offset)

    def _add(
        self, severity: str, path: Path, message: str, did_you_mean: str, offset: int | None
    ) -> None:
        line, column = (0, 0) if offset is None else self.document.lines.locate(offset)
        self._problems.append(
            {
                "severity": severity,
                "path": path_text(path),
                "line": line,
                "column": column,
                "message": message,
                "didYouMean": did_you_mean,
            }
        )

    def has_error_within(self, path: Path) -> bool:
        """Whether an error was found at `path` or below it."""
        text = path_text(path)
        return any(
            problem["severity"] == "error" and _is_within(problem["path"], text)
            for problem in self._problems
        )

    def sorted(self) -> list[ProblemItem]:
        """All of them, in the order of the file."""
        return sorted(self._problems, key=lambda item: (item["line"], item["column"]))


def _is_within(path: str, outer: str) -> bool:
    return path == outer or path.startswith((f"{outer}.", f"{outer}["))
