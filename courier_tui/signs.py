"""Every status as a glyph, a word and a tone: the glyph and the word suffice without colour."""

from dataclasses import dataclass
from typing import Final

from courier_tui.text import Span, plain
from courier_tui.tone import Tone


@dataclass(frozen=True, slots=True)
class Sign:
    """How a status looks."""

    glyph: str
    word: str
    tone: Tone


_SIGNS: Final[dict[str, Sign]] = {
    "pending": Sign("○", "pending", Tone.MUTED),
    "dispatched": Sign("→", "dispatched", Tone.LIVE),
    "received": Sign("◌", "received", Tone.LIVE),
    "running": Sign("●", "running", Tone.LIVE),
    "active": Sign("↻", "rebooting", Tone.LIVE),
    "success": Sign("✓", "success", Tone.GOOD),
    "failure": Sign("✗", "failure", Tone.BAD),
    "timeout": Sign("!", "timeout", Tone.BAD),
    "canceled": Sign("⊘", "canceled", Tone.WARN),
    "skipped": Sign("↷", "skipped", Tone.MUTED),
}
_JOB_SIGNS: Final[dict[str, Sign]] = {
    "active": Sign("●", "active", Tone.LIVE),
    "inactive": Sign("○", "inactive", Tone.MUTED),
    "completed": Sign("✓", "completed", Tone.MUTED),
    "canceled": Sign("⊘", "canceled", Tone.WARN),
}
_HEALTH_SIGNS: Final[dict[str, Sign]] = {
    "reachable": Sign("●", "reachable", Tone.GOOD),
    "offline": Sign("✗", "offline", Tone.BAD),
    "unknown": Sign("?", "unknown", Tone.MUTED),
    "archived": Sign("⊘", "archived", Tone.MUTED),
}
_EVIDENCE_SIGNS: Final[dict[str, Sign]] = {
    "pending": Sign("○", "on its way", Tone.MUTED),
    "stored": Sign("✓", "stored", Tone.GOOD),
    "lost": Sign("✗", "lost", Tone.BAD),
    "expired": Sign("⊘", "expired", Tone.MUTED),
    "none": Sign("–", "none", Tone.MUTED),
}
UNFINISHED: Final = frozenset({"pending", "dispatched", "received", "running", "active"})


def sign(status: str) -> Sign:
    """Of an instance, group, run, step or attempt."""
    return _of(_SIGNS, status)


def job_sign(status: str) -> Sign:
    """Of a job."""
    return _of(_JOB_SIGNS, status)


def health_sign(status: str) -> Sign:
    """Of a node."""
    return _of(_HEALTH_SIGNS, status)


def evidence_sign(state: str) -> Sign:
    """Of the evidence of an attempt."""
    return _of(_EVIDENCE_SIGNS, state)


def badge(found: Sign) -> list[Span]:
    """Glyph and word."""
    return [(f"{found.glyph} {found.word}", found.tone)]


def glyph(found: Sign) -> list[Span]:
    """The glyph alone, where the word stands beside it."""
    return [(found.glyph, found.tone)]


def _of(signs: dict[str, Sign], status: str) -> Sign:
    # A newer backend may know a status that we do not: it is shown as it is.
    return signs.get(status) or Sign("•", plain(status), Tone.PLAIN)
