"""Says that the backend does not answer, how old what is shown is, and when it is tried again."""

from __future__ import annotations

from datetime import datetime

from textual.widgets import Static

from courier_tui.link import Contact, LinkState
from courier_tui.text import Span, content, plain
from courier_tui.tone import Tone
from courier_tui.wording import time_of_day


class Banner(Static):
    """Hidden while all is well."""

    DEFAULT_CSS = """
    Banner {
        display: none;
        height: auto;
        max-height: 3;
        padding: 0 1;
        margin: 0 0 1 0;
        background: $warning 12%;
        color: $foreground;
    }
    Banner.-shown { display: block; }
    """

    def tell(self, state: LinkState, now: datetime) -> None:
        """Show how the connection is."""
        lost = state.contact is Contact.LOST
        self.set_class(lost, "-shown")
        if lost:
            self.update(content(sentence(state, now)))


def sentence(state: LinkState, now: datetime) -> list[Span]:
    """What the banner says."""
    spans: list[Span] = [("! ", Tone.WARN), (plain(state.why), Tone.PLAIN)]
    if state.as_of is not None:
        spans.append((f"  Shown as of {time_of_day(state.as_of)}.", Tone.MUTED))
    if state.retry_at is None:
        spans.append(("  Trying now…", Tone.MUTED))
    else:
        wait = max(round((state.retry_at - now).total_seconds()), 0)
        spans.append((f"  Trying again in {wait} s; ", Tone.MUTED))
        spans += [("ctrl+r", Tone.KEY), (" now.", Tone.MUTED)]
    if state.hint:
        spans.append((f"  {plain(state.hint)}", Tone.MUTED))
    return spans
