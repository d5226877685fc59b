"""What a job's definition says of when it executes, and from which moments its rules count."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from courier_backend.model.errors import CourierError
from courier_backend.model.times import from_text, to_text
from courier_backend.recurrence.parse import parse_rule
from courier_backend.recurrence.recurrence import Recurrence
from courier_backend.recurrence.windows import ExceptionRule, parse_exception
from courier_backend.store.queries.exceptions import StoredException

_log = logging.getLogger(__name__)

IMMEDIATE: Final = "immediate"


WRONG_BY: Final = timedelta(days=1)
"""Who accounted for what comes so much later had a clock that was wrong."""


MOST_REMEMBERED: Final = 16_384
"""So many rules, read, are kept."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A recurring job as the scheduler sees it; `exceptions` are its own."""

    rule: Recurrence
    exceptions: tuple[ExceptionRule, ...]
    overlap: str
    missed: str


def read_schedule(definition: Mapping[str, Any], anchors: Mapping[str, Any]) -> Schedule | None:
    """The schedule of a definition in normal form; None: it is immediate.

    Raises:
        BadInput: a rule is none, or never occurs.
    """
    if definition["scheduleRule"] == IMMEDIATE:
        return None
    return Schedule(
        _rule(definition["scheduleRule"], anchors["schedule"]),
        own_exceptions(definition, anchors),
        definition["overlap"],
        definition["missed"],
    )


@lru_cache(maxsize=MOST_REMEMBERED)
def _rule(text: str, anchor: str) -> Recurrence:
    """The same rule and anchor give the same recurrence, and a long COUNT is counted once."""
    return parse_rule(text, from_text(anchor))


@lru_cache(maxsize=MOST_REMEMBERED)
def _exception(text: str, minutes: int, anchor: str) -> ExceptionRule:
    return parse_exception(text, minutes, from_text(anchor), source="job")


def accounted(settled_at: datetime, now: datetime) -> datetime:
    """Up to when all is accounted for, where the clock may have been wrong when that was noted."""
    return now if settled_at - now > WRONG_BY else settled_at


def own_exceptions(
    definition: Mapping[str, Any], anchors: Mapping[str, Any]
) -> tuple[ExceptionRule, ...]:
    """The exception rules of a definition.

    Raises:
        BadInput: one is none, or never occurs.
    """
    accepted = anchors.get("exceptions", ())
    return tuple(
        _exception(each["rrule"], each["duration"], at)
        for each, at in zip(definition["exceptionRules"], accepted, strict=False)
    )


def read_exceptions(stored: Iterable[StoredException]) -> Iterator[ExceptionRule]:
    """The rules for all jobs; without one that nobody can read any more, work goes on."""
    for each in stored:
        try:
            yield parse_exception(
                each.rrule, each.duration, each.anchored_at, source="global", rule_id=each.id
            )
        except CourierError as error:
            _log.error("the exception rule %s is left out: %s", each.id, error)


def anchors_of(
    definition: Mapping[str, Any],
    now: datetime,
    before: Mapping[str, Any] | None = None,
    anchors: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """From when the rules of a definition count; those that stood in it `before` stay."""
    known = _known(before or {}, anchors or {})
    here = to_text(now)
    kept = (known or {}).get(definition["scheduleRule"], here)
    return {
        "schedule": kept,
        "exceptions": [
            known.get((each["rrule"], each["duration"]), here)
            for each in definition["exceptionRules"]
        ],
    }


def _known(before: Mapping[str, Any], anchors: Mapping[str, Any]) -> dict[Any, str]:
    known: dict[Any, str] = {
        (each["rrule"], each["duration"]): at
        for each, at in zip(
            before.get("exceptionRules", ()), anchors.get("exceptions", ()), strict=False
        )
    }
    if "schedule" in anchors:
        known[before["scheduleRule"]] = anchors["schedule"]
    return known
