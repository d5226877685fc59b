"""The palette: every key that does something on the screen behind it, found by its words."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from courier_tui.keymap import RANKS

if TYPE_CHECKING:
    from textual.binding import ActiveBinding
    from textual.screen import Screen

_LAST = 99
_HIDDEN = ("list.up", "list.down", "list.pageup", "list.pagedown", "app.palette")


def commands_of(screen: Screen[Any]) -> Iterator[ActiveBinding]:
    """What may be done on a screen, each thing once: its own first, then what goes everywhere."""
    seen: set[str] = set(_HIDDEN)
    found: list[ActiveBinding] = []
    for active in screen.active_bindings.values():
        name = active.binding.id
        if name and name not in seen and active.enabled and active.binding.description:
            seen.add(name)
            found.append(active)
    yield from sorted(found, key=_prominence)


def _prominence(active: ActiveBinding) -> tuple[bool, int]:
    """What the footer shows comes first, in its order; what goes everywhere comes last."""
    everywhere = active.node is active.node.app
    return everywhere, RANKS.get(active.binding.id or "", 0) or _LAST


class Commands(Provider):
    """Reads the active bindings; nothing is said twice."""

    async def discover(self) -> Hits:
        """All of them."""
        for active in commands_of(self.screen):
            yield DiscoveryHit(
                self._line(active), self._run(active), help=active.binding.tooltip or None
            )

    async def search(self, query: str) -> Hits:
        """Those that match."""
        matcher = self.matcher(query)
        for active in commands_of(self.screen):
            text = f"{active.binding.description}  {active.binding.tooltip}"
            score = max(matcher.match(active.binding.description), matcher.match(text) * 0.9)
            if score > 0:
                yield Hit(score, self._line(active), self._run(active), help=active.binding.tooltip)

    def _line(self, active: ActiveBinding) -> Content:
        key = self.app.get_key_display(active.binding)
        return Content.assemble(active.binding.description, ("   " + key, "$muted"))

    def _run(self, active: ActiveBinding) -> partial[Any]:
        return partial(self.app.run_action, active.binding.action, active.node)
