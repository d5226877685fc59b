"""The head of every screen: the sections, how the connection is, and the way that led here."""

from __future__ import annotations

from functools import partial

from courier_tui.frame import frame_of
from courier_tui.keymap import SECTION_KEYS, SECTIONS
from courier_tui.link import Contact
from courier_tui.text import Span, fitted, plain
from courier_tui.tone import Tone
from courier_tui.widgets.strip_line import Piece, StripLine

_LONGEST_CRUMB = 40
_CONTACTS: dict[Contact, tuple[Span, ...]] = {
    Contact.SEEKING: (("◌ ", Tone.MUTED), ("connecting", Tone.MUTED)),
    Contact.LIVE: (("● ", Tone.GOOD), ("live", Tone.MUTED)),
    Contact.LOST: (("✗ ", Tone.BAD), ("no contact", Tone.BAD)),
}


class Sections(StripLine):
    """The sections by number, the present one marked."""

    DEFAULT_CSS = """
    Sections { background: $surface; padding: 0 1; dock: top; }
    """

    def pieces(self) -> tuple[list[Piece], list[Piece]]:
        """Brand and sections left, the connection right."""
        frame = frame_of(self)
        left = [Piece((("Courier", Tone.STRONG), ("   ", Tone.PLAIN)), rank=3)]
        for name, command in zip(SECTION_KEYS, SECTIONS, strict=True):
            here = name == frame.current_mode
            spans: tuple[Span, ...] = (
                (command.key, Tone.KEY if here else Tone.FAINT),
                (f" {command.label}", Tone.STRONG if here else Tone.MUTED),
                ("   ", Tone.PLAIN),
            )
            left.append(Piece(spans, partial(frame.action_section, name)))
        return left, [Piece(_CONTACTS[frame.link_state.contact], frame.action_reconnect, 1)]


class Crumbs(StripLine):
    """The way from the section to here; a click goes back to that place."""

    DEFAULT_CSS = """
    Crumbs { padding: 0 1; margin: 1 0; dock: top; }
    """

    def pieces(self) -> tuple[list[Piece], list[Piece]]:
        """Each step of the way."""
        frame = frame_of(self)
        way = frame.way_to(self.screen)
        pieces = []
        for place, (title, steps_back) in enumerate(way):
            last = place == len(way) - 1
            shown = plain(title)
            shown = fitted(shown, _LONGEST_CRUMB) if len(shown) > _LONGEST_CRUMB else shown
            spans: list[Span] = [(" › ", Tone.FAINT)] if place else []
            spans.append((shown, Tone.STRONG if last else Tone.MUTED))
            go = None if last else partial(frame.go_back, steps_back)
            pieces.append(Piece(tuple(spans), go, rank=0 if last else len(way) - place))
        return pieces, []
