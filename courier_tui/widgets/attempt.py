"""How an attempt went, in a few words. Pure."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Final

from courier_backend.model.wire import AttemptItem, StepItem
from courier_tui.signs import badge, evidence_sign, sign
from courier_tui.text import Span, plain
from courier_tui.tone import Tone
from courier_tui.widgets.facts import fact_line
from courier_tui.wording import duration, size

_LONGEST: Final = 40
_HIDDEN: Final = "••••••"
"""What stands for a value that the backend keeps to itself."""


def attempt_facts(step: StepItem, attempt: AttemptItem | None) -> list[Span]:
    """Status, exit, time, evidence; on lines of their own the reason, and the data of the step."""
    if attempt is None:
        spans = badge(sign(step["status"]))
        return [*spans, *_reason(step["reason"]), *_data(step)]
    facts: list[tuple[str, list[Span]]] = [("", badge(sign(attempt["status"])))]
    ending = _ending(attempt)
    if ending:
        facts.append(("", ending))
    if attempt["status"] not in {"running", "active"}:
        facts.append(("took", [(duration(attempt["durationSeconds"]), Tone.PLAIN)]))
        facts.append(("evidence", _evidence(attempt)))
    if step["ignored"]:
        facts.append(("", [("ignored", Tone.WARN)]))
    reason = attempt["reason"] or attempt["evidence"]["reason"]
    return [*fact_line(facts), *_reason(reason), *_data(step)]


def _reason(text: str) -> list[Span]:
    return [("\n", Tone.PLAIN), (plain(text), Tone.MUTED)] if text else []


def _data(step: StepItem) -> list[Span]:
    """What the step was given, and what it gave; on one line, since both are short as a rule."""
    parts: list[Span] = []
    for label, text in (("in", step["inputs"]), ("out", step["outputs"])):
        if listed := _listed(text):
            parts += [(f"{'  ' if parts else ''}{label} ", Tone.MUTED), (listed, Tone.PLAIN)]
    return [("\n", Tone.PLAIN), *parts] if parts else []


def _listed(text: str) -> str:
    """Values by name; what others than our runners tell may be any text."""
    with suppress(ValueError):
        values = json.loads(text)
        if isinstance(values, dict):
            return " ".join(f"{plain(name)}={_shown(value)}" for name, value in values.items())
    return _shown(text)


def _shown(value: object) -> str:
    """A value in few characters; line ends as what they are."""
    if isinstance(value, dict):
        return _HIDDEN
    text = plain(str(value).replace("\r", "\\r").replace("\n", "\\n"))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _ending(attempt: AttemptItem) -> list[Span]:
    if attempt["signal"]:
        return [(f"signal {plain(attempt['signal'])}", Tone.BAD)]
    code = attempt["exitCode"]
    return [] if code is None else [(f"exit {code}", Tone.BAD if code else Tone.MUTED)]


def _evidence(attempt: AttemptItem) -> list[Span]:
    evidence = attempt["evidence"]
    spans = badge(evidence_sign(evidence["state"]))
    if evidence["state"] == "stored":
        spans.append((f" {size(evidence['bytes'])}", Tone.MUTED))
    return spans
