"""``courier runner --zero``: a job file on this machine, with nobody to ask."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from courier_backend.cli.answer import write_data
from courier_backend.cli.body import STDIN, read_body
from courier_backend.cli.clean import clean
from courier_backend.cli.evidence.folder import prepare_folder
from courier_backend.cli.machine.zero_view import ZeroView
from courier_backend.cli.output import flush, say, write
from courier_backend.cli.problems import BadFile, tell_warnings
from courier_backend.cli.words import number_of
from courier_backend.cli.work.submission import inputs_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from courier_backend.cli.session import Session
    from courier_backend.runner.zero.here import Here

_CODES: Final = {"success": 0, "canceled": 3}


def run_zero(
    session: Session,
    job_file: str,
    inputs: Iterable[str],
    output_dir: str,
    home: Path,
    *,
    dry_restart: bool,
) -> int:
    """Execute a job's steps here, or (dry run) say what would be; the exit code.

    `inputs`: values in the place of those in the file, each ``NAME=VALUE`` or ``NAME=@FILE``.

    Raises:
        BadInput: the file or the folder cannot be used, or the job cannot run so.
    """
    from courier_backend.runner.assembly import is_dry  # noqa: PLC0415  start-up
    from courier_backend.runner.interpreters.folder import added_folders  # noqa: PLC0415  start-up
    from courier_backend.runner.zero.here import Here, check_restarts  # noqa: PLC0415  start-up
    from courier_backend.runner.zero.homes import home_in  # noqa: PLC0415  start-up

    actions = _actions(job_file, inputs_of(inputs))
    folders, dry_restart = added_folders(home, session.places), is_dry(asked=dry_restart)
    if session.dry_run:
        return _rehearse(session, actions, Here(Path("/"), folders, dry_restart))
    if not dry_restart:
        check_restarts(actions["steps"])
    folder = Path(output_dir).expanduser() if output_dir else _usual_folder(session)
    prepare_folder(folder)
    with home_in(folder) as own:
        return _execute(session, actions, Here(own, folders, dry_restart), folder)


def _actions(job_file: str, inputs: Mapping[str, str]) -> dict[str, Any]:
    """What the job in a file does.

    Raises:
        BadFile: the job is not sound.
    """
    from courier_backend.model.parse import parse_job  # noqa: PLC0415  pydantic

    body = read_body(job_file)
    name = "stdin" if job_file == STDIN else job_file
    file_name = body.file_name if job_file != STDIN else ""
    parsed = parse_job(body.text, body.body_format, file_name, inputs=inputs)
    if parsed.job is None:
        raise BadFile("The job was not run: it is not sound.", name, parsed.errors)
    tell_warnings(parsed.warnings, name)
    actions: dict[str, Any] = parsed.job.normal()["actions"]
    return actions


def _usual_folder(session: Session) -> Path:
    if os.environ.get("COURIER_HOME"):
        return session.places.data / "zero-mode" / "runs"
    return Path.home() / ".courier" / "zero-mode" / "runs"


def _execute(session: Session, actions: dict[str, Any], here: Here, folder: Path) -> int:
    from courier_backend.runner.zero.execution import execute_here  # noqa: PLC0415  all of a runner

    view = ZeroView(folder, len(actions["steps"]), quiet=session.for_programs)
    asyncio.run(execute_here(actions, here, view))
    if session.for_programs:
        write_data(session, {"item": view.item()})
    else:
        view.sum_up()
    return _CODES.get(view.status, 1)


def _rehearse(session: Session, actions: dict[str, Any], here: Here) -> int:
    from courier_backend.runner.zero.rehearsal import rehearse  # noqa: PLC0415  parts of a runner

    steps = list(rehearse(actions["steps"], here))
    problems = [step for step in steps if step["problem"]]
    if session.for_programs:
        write_data(session, {"item": {"dryRun": True, "steps": steps}})
    else:
        for step in steps:
            _draw_step(step)
        flush()
        ready = f"{number_of(len(steps) - len(problems), 'step')} of {len(steps)} can run here"
        say(f"Nothing was executed. {ready}.")
    return 1 if problems else 0


def _draw_step(step: dict[str, Any]) -> None:
    version = f" {step['interpreterVersion']}" if step["interpreterVersion"] else ""
    lines = [
        f"{step['stepNumber']}  {step['name'] or '-'}  ({step['interpreter']}{version})",
        *(f"   {line}" for line in step["command"]),
    ]
    if step["skipped"]:
        lines.append(f"   skipped: {step['skipped']}")
    if step["problem"]:
        lines.append(f"   cannot run here: {step['problem']}")
    write("".join(f"{clean(line)}\n" for line in lines))
