"""How an attempt went, in a few words. Pure."""

from __future__ import annotations

from courier_backend.model.wire import AttemptItem, StepItem
from courier_tui.signs import badge, evidence_sign, sign
from courier_tui.text import Span, plain
from courier_tui.tone import Tone
from courier_tui.widgets.facts import fact_line
from courier_tui.wording import duration, size


def attempt_facts(step: StepItem, attempt: AttemptItem | None) -> list[Span]:
    """Status, exit, time, evidence; then the reason on a line of its own."""
    if attempt is None:
        spans = badge(sign(step["status"]))
        return [*spans, *_reason(step["reason"])]
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
    return [*fact_line(facts), *_reason(reason)]


def _reason(text: str) -> list[Span]:
    return [("\n", Tone.PLAIN), (plain(text), Tone.MUTED)] if text else []


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
