"""Downloading the evidence of a run's attempts."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from courier_backend.cli.clean import clean
from courier_backend.cli.evidence.folder import Incoming, prepare_folder
from courier_backend.cli.output import flush, say, write
from courier_backend.cli.rehearsed import would
from courier_backend.cli.when import size
from courier_backend.cli.words import number_of
from courier_backend.client import calls
from courier_backend.model.errors import Gone, NotFound, NotYet
from courier_backend.model.status import FINAL_STEP, EvidenceState

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from courier_backend.cli.session import Session
    from courier_backend.model.wire import AttemptItem


class Saved(TypedDict):
    """A file on this machine."""

    path: str
    sha256: str
    bytes: int


def fetch(
    session: Session, run_id: str, step: int | None, attempt: int | None, folder: Path
) -> tuple[list[Saved], int]:
    """What was saved, and how many attempts have no evidence (any more).

    Raises:
        NotFound: no such run, step or attempt.
        CourierError: a file cannot be fetched or written.
    """
    wanted = list(_attempts(session, run_id, step, attempt))
    if not wanted and (step is not None or attempt is not None):
        raise NotFound(
            f"Run {run_id} has no such attempt (yet).",
            hint=f"`courier steps list {run_id}` shows what it has.",
        )
    would(session, f"download the evidence of {number_of(len(wanted), 'attempt')} into {folder}")
    prepare_folder(folder)
    saved: list[Saved] = []
    missing = 0
    for step_number, item in wanted:
        if item["status"] not in FINAL_STEP:
            say(f"Step {step_number}, attempt {item['attemptNumber']} still runs.")
            continue
        if item["evidence"]["state"] == EvidenceState.NONE:
            say(_none_of(step_number, item))
            continue
        try:
            saved.append(_one(session, run_id, step_number, item["attemptNumber"], folder))
        except (Gone, NotYet) as error:
            missing += 1
            say(clean(error.message))
    return saved, missing


def _attempts(
    session: Session, run_id: str, step: int | None, attempt: int | None
) -> Iterator[tuple[int, AttemptItem]]:
    for item in session.ask(calls.list_steps(run_id))["items"]:
        if step in {None, item["stepNumber"]}:
            for each in item["attempts"]:
                if attempt in {None, each["attemptNumber"]}:
                    yield item["stepNumber"], each


def _none_of(step: int, attempt: AttemptItem) -> str:
    reason = attempt["evidence"]["reason"]
    told = f": {reason}" if reason else ""
    return clean(f"Step {step}, attempt {attempt['attemptNumber']} left no evidence{told}.")


def _tell(session: Session, path: str, length: int) -> None:
    """A file is there: to people that is the answer, of programs' answer it is the progress."""
    if session.for_programs:
        say(f"{path} ({size(length)})")
    else:
        write(f"{path}\n")
        flush()


def _one(session: Session, run_id: str, step: int, attempt: int, folder: Path) -> Saved:
    artifact = session.ask(calls.get_evidence(run_id, step, attempt))
    # The name is made here, of a checked id and two numbers: nothing from outside names a file.
    name = f"evidence-run-{run_id}-step-{step}-attempt-{attempt}.zip"
    with Incoming(folder, name) as incoming:
        done = session.client.download(artifact["artifactUrl"], incoming.write)
        path = incoming.keep(done.sha256)
    _tell(session, clean(str(path)), done.bytes)
    return {"path": str(path), "sha256": done.sha256, "bytes": done.bytes}
