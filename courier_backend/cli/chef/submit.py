"""Those of ``scheduler jobs …`` that take a body."""

from __future__ import annotations

import click

from courier_backend.cli.answer import show_item
from courier_backend.cli.body import FORMATS, body_options, chosen_body
from courier_backend.cli.declare import command
from courier_backend.cli.ids import full_id
from courier_backend.cli.options import CHEF_ITEM, common, dry_run, pass_session
from courier_backend.cli.output import write
from courier_backend.cli.problems import problems_of, tell_warnings
from courier_backend.cli.session import Session
from courier_backend.client import calls

_job = click.option("--jobId", "job_id", metavar="ID", required=True, help="Which job.")


@command("add-job", example="courier scheduler jobs add-job --body-file job.json")
@body_options
@click.option("--example", "-e", is_flag=True, help="Show a job file, and submit nothing.")
@click.option("--example-format", "-f", type=click.Choice(FORMATS), default="json")
@click.option(
    "--example-number", "-n", type=click.IntRange(min=0), default=1, help="Which one; 0: all."
)
@dry_run
@common(CHEF_ITEM)
@pass_session
def add_job(
    session: Session,
    *,
    body: str | None,
    body_file: str | None,
    body_format: str | None,
    example: bool,
    example_format: str,
    example_number: int,
) -> None:
    """Submit a job. Accepted means on disk."""
    if example:
        from courier_backend.cli.examples import example_jobs  # noqa: PLC0415  rarely needed

        write(example_jobs(example_format, example_number))
        return
    given = chosen_body(body, body_file, body_format)
    call = calls.add_job(given.data, content_type=given.content_type, file_name=given.file_name)
    with problems_of(given.name):
        answer = session.envelope(call)
    tell_warnings(answer["item"].get("warnings", []), given.name)
    show_item(session, answer)


@command("update-job", example="courier scheduler jobs update-job --jobId ID --body-file job.json")
@_job
@body_options
@dry_run
@common(CHEF_ITEM)
@pass_session
def update_job(
    session: Session,
    *,
    job_id: str,
    body: str | None,
    body_file: str | None,
    body_format: str | None,
) -> None:
    """Give a job another definition; what runs goes on with the old one."""
    given = chosen_body(body, body_file, body_format)
    call = calls.update_job(
        full_id(session, "job", job_id),
        given.data,
        content_type=given.content_type,
        file_name=given.file_name,
    )
    with problems_of(given.name):
        answer = session.envelope(call)
    show_item(session, answer)


@command("activated-job", example="courier scheduler jobs activated-job --jobId 61013744-bd6e-…")
@_job
@body_options
@dry_run
@common(CHEF_ITEM)
@pass_session
def activated_job(
    session: Session,
    *,
    job_id: str,
    body: str | None,
    body_file: str | None,
    body_format: str | None,
) -> None:
    """Start one execution now. A body is accepted, as scripts may send one; it says nothing."""
    if body is not None or body_file is not None:
        chosen_body(body, body_file, body_format)
    show_item(session, session.envelope(calls.activate_job(full_id(session, "job", job_id))))
