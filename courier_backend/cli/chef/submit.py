"""Those of ``scheduler jobs …`` that take a body."""

from __future__ import annotations

import click

from courier_backend.cli.answer import show_item
from courier_backend.cli.body import Body, with_body
from courier_backend.cli.declare import command
from courier_backend.cli.example_option import with_examples
from courier_backend.cli.ids import full_id
from courier_backend.cli.options import CHEF_ITEM, common, dry_run, pass_session
from courier_backend.cli.problems import tell_warnings
from courier_backend.cli.sending import sent
from courier_backend.cli.session import Session
from courier_backend.client import calls

_job = click.option("--jobId", "job_id", metavar="ID", required=True, help="Which job.")


@command("add-job", example="courier scheduler jobs add-job --body-file job.json")
@with_examples("job")
@with_body()
@dry_run
@common(CHEF_ITEM)
@pass_session
def add_job(
    session: Session,
    *,
    given: Body,
) -> None:
    """Submit a job. Accepted means on disk."""
    answer = sent(session, calls.add_job, given)
    tell_warnings(answer["item"].get("warnings", []), given.name)
    show_item(session, answer)


@command("update-job", example="courier scheduler jobs update-job --jobId ID --body-file job.json")
@_job
@with_body()
@dry_run
@common(CHEF_ITEM)
@pass_session
def update_job(
    session: Session,
    *,
    job_id: str,
    given: Body,
) -> None:
    """Give a job another definition; what runs goes on with the old one."""
    show_item(session, sent(session, calls.update_job, given, full_id(session, "job", job_id)))


@command("activated-job", example="courier scheduler jobs activated-job --jobId 61013744-bd6e-…")
@_job
@with_body(required=False)
@dry_run
@common(CHEF_ITEM)
@pass_session
def activated_job(
    session: Session,
    *,
    job_id: str,
    given: Body | None,
) -> None:
    """Start one execution now. A body is accepted, as scripts may send one; it says nothing."""
    del given
    show_item(session, session.envelope(calls.activate_job(full_id(session, "job", job_id))))
