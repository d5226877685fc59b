"""``scheduler exceptions …``."""

from __future__ import annotations

import click

from courier_backend.cli.body import FORMATS, Body, body_options, chosen_body
from courier_backend.cli.declare import command
from courier_backend.cli.ids import full_id
from courier_backend.cli.options import PROGRAMS, common, order, paging, pass_session
from courier_backend.cli.output import write, write_json
from courier_backend.cli.problems import problems_of
from courier_backend.cli.session import Session
from courier_backend.client import schedules

_rule = click.option(
    "--exceptionId", "exception_id", metavar="ID", required=True, help="Which rule."
)


@command("add-rule", example="courier scheduler exceptions add-rule --body-file exception.json")
@body_options
@click.option("--example", "-e", is_flag=True, help="Show a rule, and add nothing.")
@click.option("--example-format", "-f", type=click.Choice(FORMATS), default="json")
@click.option(
    "--example-number", "-n", type=click.IntRange(min=0), default=1, help="Which one; 0: all."
)
@common(PROGRAMS)
@pass_session
def add_rule(
    session: Session,
    *,
    body: str | None,
    body_file: str | None,
    body_format: str | None,
    example: bool,
    example_format: str,
    example_number: int,
) -> None:
    """Add a rule for all jobs: in its windows nothing is executed."""
    if example:
        from courier_backend.cli.examples import example_exceptions  # noqa: PLC0415  rarely needed

        write(example_exceptions(example_format, example_number))
        return
    given = chosen_body(body, body_file, body_format)
    call = schedules.add_exception(
        given.data, content_type=given.content_type, file_name=given.file_name
    )
    with problems_of(given.name):
        answer = session.envelope(call)
    write_json(answer)


@command("get-rule", example="courier scheduler exceptions get-rule --exceptionId 61013744-bd6e-…")
@_rule
@common(PROGRAMS)
@pass_session
def get_rule(session: Session, *, exception_id: str) -> None:
    """One rule, and its next window."""
    call = schedules.get_exception(full_id(session, "exception", exception_id))
    write_json(session.envelope(call))


@command("list-rules", example="courier scheduler exceptions list-rules --pagination.size 100")
@order
@paging
@common(PROGRAMS)
@pass_session
def list_rules(session: Session, *, sort_order: str, page: int, size: int) -> None:
    """All rules, by page."""
    call = schedules.list_exceptions(page=page, size=size, sort_order=sort_order)
    write_json(session.envelope(call))


@command(
    "update-rule",
    example="courier scheduler exceptions update-rule --exceptionId ID --body-file r.json",
)
@_rule
@body_options
@common(PROGRAMS)
@pass_session
def update_rule(
    session: Session,
    *,
    exception_id: str,
    body: str | None,
    body_file: str | None,
    body_format: str | None,
) -> None:
    """Give a rule another recurrence or duration; the next executions are worked out anew."""
    given: Body = chosen_body(body, body_file, body_format)
    call = schedules.update_exception(
        full_id(session, "exception", exception_id),
        given.data,
        content_type=given.content_type,
        file_name=given.file_name,
    )
    with problems_of(given.name):
        answer = session.envelope(call)
    write_json(answer)


@command("delete-rule", example="courier scheduler exceptions delete-rule --exceptionId 61013744-…")
@_rule
@common(PROGRAMS)
@pass_session
def delete_rule(session: Session, *, exception_id: str) -> None:
    """Take a rule away; the next executions are worked out anew."""
    call = schedules.delete_exception(full_id(session, "exception", exception_id))
    write_json(session.envelope(call))
