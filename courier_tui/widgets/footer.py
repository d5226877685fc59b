"""The keys that do something here, as many as fit; the important ones stay longest."""

from __future__ import annotations

from functools import partial

from textual.screen import Screen

from courier_tui.keymap import RANKS
from courier_tui.tone import Tone
from courier_tui.widgets.strip_line import Piece, StripLine


class Footer(StripLine):
    """Reads the active bindings; nothing is said twice."""

    DEFAULT_CSS = """
    Footer {
        dock: bottom;
        background: $surface;
        padding: 0 1;
    }
    """

    def on_mount(self) -> None:
        """Follow the focus."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def _changed(self, screen: Screen[object]) -> None:
        if self.is_attached and screen is self.screen:
            self.refresh()

    def pieces(self) -> tuple[list[Piece], list[Piece]]:
        """Keys and labels: of this screen on the left, of the whole app on the right."""
        left: list[tuple[int, Piece]] = []
        right: list[Piece] = []
        seen: set[str] = set()
        for node, binding, enabled, _tooltip in self.screen.active_bindings.values():
            if not (binding.show and enabled) or (binding.id or "") in seen:
                continue
            seen.add(binding.id or "")
            rank = RANKS.get(binding.id or "", 9)
            do = partial(self.app.call_later, self.app.run_action, binding.action, node)
            key = self.app.get_key_display(binding)
            spans = ((key, Tone.KEY), (f" {binding.description}", Tone.MUTED))
            if node is self.app:
                right.append(Piece((("  ", Tone.PLAIN), *spans), do, rank))
            else:
                left.append((rank, Piece((*spans, ("  ", Tone.PLAIN)), do, rank)))
        left.sort(key=lambda each: each[0])
        return [piece for _rank, piece in left], right
