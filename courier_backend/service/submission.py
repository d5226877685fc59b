"""From the text of a job file, and what the command line adds to it, to a job."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from courier_backend.model.checking.rule_form import RuleFault
from courier_backend.model.checking.saved_names import SavedNames
from courier_backend.model.errors import BadInput
from courier_backend.model.job import Job
from courier_backend.model.parse import Parsed, parse_job
from courier_backend.model.problems import problem_sentence
from courier_backend.model.wire import ProblemItem, Submission
from courier_backend.recurrence.parse import parse_rule

_AT_ONCE_CHARACTERS: Final = 64 * 1024
"""A longer text is read in a thread: it may take seconds, and the fleet must not wait for it."""


async def parsed(
    submission: Submission,
    now: datetime,
    saved: SavedNames,
    kept: Mapping[str, Any] | None = None,
) -> Parsed:
    """The job that a submission describes, and everything odd or wrong about it.

    `kept`: the actions of the job that it changes, whose sensitive values it may keep.
    """
    if len(submission["body"]) > _AT_ONCE_CHARACTERS:
        return await asyncio.to_thread(_parsed, submission, now, saved, kept)
    return _parsed(submission, now, saved, kept)


def _parsed(
    submission: Submission,
    now: datetime,
    saved: SavedNames,
    kept: Mapping[str, Any] | None,
) -> Parsed:
    def judge(rule: str, over_is_fine: bool) -> RuleFault | None:
        return _rule_fault(rule, now, over_is_fine=over_is_fine)

    return parse_job(
        submission["body"],
        submission["bodyFormat"],
        submission["fileName"],
        node_ids=submission["nodeIds"],
        inputs=submission["inputs"],
        judge=judge,
        saved=saved,
        kept=kept,
        plain=submission.get("plainInputs", ()),
    )


async def accepted(
    submission: Submission,
    now: datetime,
    saved: SavedNames,
    kept: Mapping[str, Any] | None = None,
) -> tuple[Job, list[ProblemItem]]:
    """The job and its warnings; `kept` as `parsed` has it.

    Raises:
        BadInput: the file has errors; the sentence is the first of them, `problems` are all.
    """
    result = await parsed(submission, now, saved, kept)
    if result.job is not None:
        return result.job, result.problems
    first = problem_sentence(result.errors[0], submission["fileName"])
    others = len(result.errors) - 1
    more = f" ({others} more)" if others else ""
    raise BadInput(
        first + more, hint="`courier plan FILE` shows all problems.", problems=result.problems
    )


def _rule_fault(rule: str, now: datetime, *, over_is_fine: bool) -> RuleFault | None:
    """What keeps a rule from ever occurring, if anything does."""
    try:
        parse_rule(rule, now, over_is_fine=over_is_fine)
    except BadInput as error:
        is_sentence = error.hint.endswith(".")
        message = f"{error.message} ({error.hint.rstrip('.')})" if is_sentence else error.message
        return RuleFault(message, "" if is_sentence else error.hint)
    return None
