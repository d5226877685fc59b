"""``courier runner``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from socket import gethostname
from typing import Final

import click

from courier_backend.cli.body import STDIN
from courier_backend.cli.clean import clean
from courier_backend.cli.declare import epilog
from courier_backend.cli.lazy import Entry, LazyGroup
from courier_backend.cli.options import common
from courier_backend.cli.output import is_terminal, say, say_as_is
from courier_backend.cli.session import Session
from courier_backend.model.errors import BadInput

_INSTALL: Final = "courier_backend.cli.machine.install"
_OF_A_RUNNER: Final = ("listen", "nodes", "name", "seed", "insecure_listen")


def _job_file(job_file: str, *, from_stdin: bool) -> str:
    """The one file that was named.

    Raises:
        BadInput: none was, or two.
    """
    if bool(job_file) == from_stdin:
        raise BadInput("--zero needs either --job-file FILE or --stdin.")
    return STDIN if from_stdin else job_file


def _check_alone(context: click.Context) -> None:
    """Zero mode listens nowhere.

    Raises:
        BadInput: an option was given that is for a runner that does.
    """
    for name in _OF_A_RUNNER:
        if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
            raise BadInput(f"--{name.replace('_', '-')} means nothing with --zero.")


@click.group(
    "runner",
    cls=LazyGroup,
    entries={
        "install": Entry(f"{_INSTALL}:install_runner", "Let systemd start it."),
        "uninstall": Entry(f"{_INSTALL}:uninstall_runner", "Take that unit away again."),
    },
    invoke_without_command=True,
    epilog=epilog(
        "courier runner --listen 127.0.0.1:7070 --home ~/.courier-node",
        "courier runner --zero --job-file job.yaml --output-dir evidence",
    ),
)
@click.option(
    "--listen", metavar="ADDR:PORT", default="127.0.0.1:0", help="Where (any port of loopback)."
)
@click.option("--home", metavar="DIR", default=None, help="What the nodes keep (the data folder).")
@click.option("--nodes", type=click.IntRange(1, 5000), default=1, help="How many to host (1).")
@click.option("--name", default="", help="What to call the node (its host name).")
@click.option("--seed", type=int, default=None, help="Of several: same seed, same ids and facts.")
@click.option("--insecure-listen", is_flag=True, help="Beyond loopback, though without TLS.")
@click.option("--dry-restart", is_flag=True, help="Only simulate restarts of the machine.")
@click.option("--zero", is_flag=True, help="Execute one job here, without any backend, and end.")
@click.option("--job-file", metavar="FILE", default="", help="Its file, for --zero (- stdin).")
@click.option("--stdin", "from_stdin", is_flag=True, help="Its file comes on stdin, for --zero.")
@click.option(
    "--set",
    "inputs",
    multiple=True,
    metavar="NAME=VALUE",
    help="An input, for --zero; NAME=@FILE (for secrets) reads a file.",
)
@click.option(
    "--output-dir",
    metavar="DIR",
    default="",
    help="For the evidence of --zero (~/.courier/zero-mode/runs).",
)
@click.option(
    "--dry-run", "rehearsal", is_flag=True, help="With --zero: only say what would be executed."
)
@common(with_address=False)
@click.pass_context
def runner(
    context: click.Context,
    *,
    listen: str,
    home: str | None,
    nodes: int,
    name: str,
    seed: int | None,
    insecure_listen: bool,
    dry_restart: bool,
    zero: bool,
    job_file: str,
    from_stdin: bool,
    inputs: tuple[str, ...],
    output_dir: str,
    rehearsal: bool,
) -> int:
    """Run the agent that executes steps on this machine, until it is told to end.

    Its address and token stand in runner.json of its home: `courier node add` takes that file.
    With --zero it executes the steps of one job file on this machine instead, leaves the same
    evidence, and ends.
    """
    if context.invoked_subcommand is not None:
        return 0
    session = context.ensure_object(Session)
    folder = Path(home).expanduser() if home else session.places.builtin_node
    if zero:
        from courier_backend.cli.machine.zero import run_zero  # noqa: PLC0415  start-up time

        _check_alone(context)
        session.dry_run = rehearsal
        file = _job_file(job_file, from_stdin=from_stdin)
        return run_zero(session, file, inputs, output_dir, folder, dry_restart=dry_restart)
    if job_file or from_stdin or inputs or output_dir or rehearsal:
        raise BadInput("--job-file, --stdin, --set, --output-dir, --dry-run: for --zero alone.")
    from courier_backend.runner.main import serve  # noqa: PLC0415  all of the runner

    serve(
        listen,
        folder,
        nodes,
        name=name,
        seed=seed,
        insecure_listen=insecure_listen,
        dry_restart=dry_restart,
        tell=_tell if is_terminal(sys.stderr) else None,
    )
    return 0


def _tell(home: Path, nodes: Sequence[tuple[str, str]]) -> None:
    """How to take the nodes (names and addresses) into a fleet."""
    file = home / "runner.json"
    if len(nodes) > 1:
        say(f"{len(nodes)} nodes answer; their addresses and tokens stand in {file}.")
        return
    [(name, url)] = nodes
    url = url.replace("//0.0.0.0:", f"//{gethostname()}:")
    say(f"Node {clean(name)} answers; this takes it into a fleet:")
    say_as_is(f"  courier node add {url} --token-file {file}")
