"""A program's output, made harmless for the terminal that shows it. No I/O.

A step prints what it likes, and a terminal obeys: titles, cursor movements, questions that it
answers as if a person had typed. Colours stay; everything else that commands is taken out or
shown. What is piped somewhere is never changed.
"""

import re
from typing import Final

from courier_backend.cli.clean import clean_block

_SEQUENCE: Final = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-OQ-WYZ`-~])"
)
_COLOUR: Final = re.compile(r"\x1b\[[0-9;:]*m")
_BEGUN: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b]*\x1b?|[ -/]*)?\Z")
_LONGEST: Final = 4096
"""So much of a sequence that has not ended is held back; a longer one is none."""
_PLAIN: Final = "\x1b[0m"


class TerminalText:
    """One stream of text; sequences may be split over its parts."""

    def __init__(self, *, colours: bool = True) -> None:
        self._colours = colours
        self._held = ""
        self._coloured = False

    def feed(self, text: str) -> str:
        """What to show of the next part."""
        text = self._held + text
        begun = _BEGUN.search(text, max(0, len(text) - _LONGEST))
        cut = begun.start() if begun else len(text)
        self._held = text[cut:]
        return self._harmless(text[:cut])

    def finish(self) -> str:
        """What is left to show at the end: what was held back, and the end of its colours."""
        left, self._held = _shown(self._held), ""
        plain = _PLAIN if self._coloured else ""
        self._coloured = False
        return left + plain

    def _harmless(self, text: str) -> str:
        if text.isascii() and text.isprintable():
            return text
        shown: list[str] = []
        end = 0
        for found in _SEQUENCE.finditer(text):
            shown.append(_shown(text[end : found.start()]))
            if self._colours and _COLOUR.fullmatch(found.group()):
                shown.append(found.group())
                self._coloured = True
            end = found.end()
        return "".join([*shown, _shown(text[end:])])


def _shown(text: str) -> str:
    """Control characters as text; a carriage return does what a progress bar means by it."""
    return "\r".join(map(clean_block, text.split("\r")))
