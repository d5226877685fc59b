"""Those of ``state …`` that tell of instances which somebody else executes."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from courier_backend.cli.answer import show_item
from courier_backend.cli.body import Body, reason, with_body
from courier_backend.cli.declare import command
from courier_backend.cli.example_option import with_examples
from courier_backend.cli.ids import full_id
from courier_backend.cli.options import CHEF_ITEM, common, dry_run, pass_session
from courier_backend.cli.sending import sent
from courier_backend.cli.session import Session
from courier_backend.client import outside
from courier_backend.model.errors import BadInput

MOST_BYTES: Final = 64 * 1024 * 1024

_run = click.option("--runId", "run_id", metavar="ID", required=True, help="Which run.")
_number = click.IntRange(min=1)
_step = click.option("--stepNo", "step", type=_number, required=True, help="From 1.")


@command("create-instance", example="courier state instance create-instance --body-file i.json")
@with_examples("instance")
@with_body()
@dry_run
@common(CHEF_ITEM)
@pass_session
def create_instance(session: Session, *, given: Body) -> None:
    """An instance that somebody else executes: all of its runs, and what they are to do.

    Its runs are told of with `state run received-run`, `update-step` and `complete-run`; nothing
    of it is executed here.
    """
    show_item(session, sent(session, outside.create_instance, given))


@command(
    "complete-instance",
    example=(
        "courier state instance complete-instance --instanceId ID \\\n"
        '      --body \'{"status": "failure"}\''
    ),
)
@click.option("--instanceId", "instance_id", metavar="ID", required=True, help="Which instance.")
@with_body(required=False)
@dry_run
@common(CHEF_ITEM)
@pass_session
def complete_instance(session: Session, *, instance_id: str, given: Body | None) -> None:
    """An instance is over, whatever its runs still do; what they tell later changes them alone.

    Without a body its success criteria say how it ended. The body: {"status": "success" or
    "failure", "reason": …}; success is refused while the criteria do not hold.
    """
    body = given or Body(b"")
    show_item(
        session,
        sent(session, outside.complete_instance, body, full_id(session, "instance", instance_id)),
    )


@command("received-run", example="courier state run received-run --runId 496f0d9a-f0be-4cb7-…")
@_run
@dry_run
@common(CHEF_ITEM)
@pass_session
def received_run(session: Session, *, run_id: str) -> None:
    """A node has its run. Refused when it had it already."""
    show_item(session, session.envelope(outside.receive_run(full_id(session, "run", run_id))))


@command("timeout-run", example="courier state run timeout-run --runId 496f0d9a-f0be-4cb7-…")
@_run
@dry_run
@common(CHEF_ITEM)
@pass_session
def timeout_run(session: Session, *, run_id: str) -> None:
    """A run was not heard of in time. Its node may still complete it."""
    show_item(session, session.envelope(outside.time_out_run(full_id(session, "run", run_id))))


@command(
    "complete-run",
    example='courier state run complete-run --runId ID --body \'{"status": "failure"}\'',
)
@_run
@click.option("--stepNo", "_step", type=int, default=None, hidden=True, expose_value=False)
@click.option("--attemptNo", "_attempt", type=int, default=None, hidden=True, expose_value=False)
@with_body(required=False)
@dry_run
@common(CHEF_ITEM)
@pass_session
def complete_run(session: Session, *, run_id: str, given: Body | None) -> None:
    """A run has ended on its node: {"status": "success" or "failure", "reason": …}.

    Without a body it ended well. --stepNo and --attemptNo, which older scripts give, say nothing.
    """
    body = given or Body(b"")
    show_item(session, sent(session, outside.complete_run, body, full_id(session, "run", run_id)))


@command(
    "update-step",
    example=(
        "courier state run update-step --runId ID --stepNo 1 \\\n"
        '      --body \'{"status": "running"}\''
    ),
)
@_run
@_step
@with_body()
@dry_run
@common(CHEF_ITEM)
@pass_session
def update_step(session: Session, *, run_id: str, step: int, given: Body) -> None:
    """A step begins, waits for a reboot (active), or has ended.

    The body: {"status": …, "numAttempts": …, "inputs": …, "outputs": …, "reason": …,
    "exitCode": …, "interpreterPath": …, "interpreterVersion": …}; only the status must be there.
    """
    show_item(
        session, sent(session, outside.update_step, given, full_id(session, "run", run_id), step)
    )


@command(
    "attach-step-attempt-evidence",
    example=(
        "courier state run attach-step-attempt-evidence --runId ID \\\n"
        "      --stepNo 1 --attemptNo 1 --file evidence.zip"
    ),
)
@_run
@_step
@click.option("--attemptNo", "attempt", type=_number, required=True, help="From 1.")
@click.option("--file", metavar="FILE", required=True, help="A zip.")
@dry_run
@common(CHEF_ITEM)
@pass_session
def attach_evidence(session: Session, *, run_id: str, step: int, attempt: int, file: str) -> None:
    """Keep the evidence of an attempt that update-step has told of."""
    call = outside.attach_evidence(full_id(session, "run", run_id), step, attempt, _zip(file))
    show_item(session, session.envelope(call))


def _zip(file: str) -> bytes:
    path = Path(file).expanduser()
    try:
        with path.open("rb") as opened:
            data = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {reason(error)}.") from error
    if len(data) > MOST_BYTES:
        raise BadInput(f"{file} is larger than {MOST_BYTES // 1024**2} MiB.")
    return data
