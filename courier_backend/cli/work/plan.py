"""``courier plan FILE``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from courier_backend.cli.answer import write_data
from courier_backend.cli.body import read_body
from courier_backend.cli.declare import command
from courier_backend.cli.options import common, pass_session
from courier_backend.cli.output import legible, write
from courier_backend.cli.problems import BadFile, problems_of, tell_warnings
from courier_backend.cli.session import Session
from courier_backend.cli.words import number_of
from courier_backend.cli.work.plan_picture import picture
from courier_backend.cli.work.submission import file_options, submission_of
from courier_backend.client import calls
from courier_backend.model.errors import BadInput

if TYPE_CHECKING:
    from courier_backend.model.wire import PlanItem


@command("plan", example="courier plan job.json")
@file_options
@common()
@pass_session
def plan(
    session: Session,
    *,
    file: str,
    nodes: tuple[str, ...],
    inputs: tuple[str, ...],
    body_format: str | None,
) -> int:
    """Say what a job file would do: which nodes, which batches, when. Writes nothing."""
    body = read_body(file, body_format or "")
    submission = submission_of(session, body, nodes, inputs)
    with problems_of(body.name):
        answer = session.envelope(calls.plan(submission))
    item: PlanItem = answer["item"]
    if session.for_programs:
        write_data(session, answer)
        return 0 if item["valid"] else BadInput.exit_code
    if not item["valid"]:
        raise _invalid(item, body.name)
    tell_warnings(item["problems"], body.name)
    write(legible(picture(item), sys.stdout))
    return 0


def _invalid(item: PlanItem, name: str) -> BadFile:
    errors = sum(problem["severity"] == "error" for problem in item["problems"])
    what = number_of(errors, "error")
    return BadFile(f"{name} is no valid job file: {what}.", name, item["problems"])
