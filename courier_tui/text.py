"""Strings from outside, made safe to show: never markup, one line, no control over the terminal."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from courier_tui.tone import STYLES, Tone

if TYPE_CHECKING:
    from collections.abc import Iterable

Span = tuple[str, Tone]
"""Text and what it means; the text is shown as it is."""

_ESCAPE_SEQUENCE: Final = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]"
    r"|\][^\x07\x1b]*(?:\x07|\x1b\\)?"
    r"|[PX^_][^\x1b]*(?:\x1b\\)?"
    r"|[ -/]*[0-~])"
)
_PICTURES: Final = 0x2400  # Unicode's pictures of the control characters
_DELETE: Final = "\x7f"
_ELLIPSIS: Final = "…"


def plain(text: str) -> str:
    """One line that shows what is there: control characters as pictures, none that turn it."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_shown, text))


@lru_cache(maxsize=4096)
def _shown(char: str) -> str:
    if char in "\n\r\t\v\f\u2028\u2029\x85":
        return " "
    if char < " ":
        return chr(_PICTURES + ord(char))
    if char == _DELETE:
        return "␡"
    return "" if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn"} else char


def output_line(text: str) -> str:
    """A line of a program's output: colours taken out, overwritten parts gone, tabs expanded."""
    text = _ESCAPE_SEQUENCE.sub("", text).rstrip("\r")
    if "\r" in text:
        text = text[text.rindex("\r") + 1 :]
    return plain(text.expandtabs(8))


def fitted(text: str, width: int, *, right: bool = False) -> str:
    """Exactly `width` cells: padded, or cut with an ellipsis."""
    length = cell_len(text)
    if length > width:
        return set_cell_size(text, width - 1) + _ELLIPSIS if width > 1 else _ELLIPSIS[:width]
    blank = " " * (width - length)
    return blank + text if right else text + blank


def content(spans: Iterable[Span]) -> Content:
    """The spans as Textual draws them; nothing in them is read as markup."""
    return Content.assemble(*((text, STYLES[tone]) for text, tone in spans))


def words(text: str, tone: Tone = Tone.PLAIN) -> Content:
    """A string from outside, as Textual draws it."""
    return content([(plain(text), tone)])


def paragraphs(text: str, tone: Tone = Tone.PLAIN) -> Content:
    """Like `words`, with its line breaks kept."""
    return content([("\n".join(map(plain, text.splitlines())), tone)])
