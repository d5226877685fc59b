"""The root of the command tree: what there is, by section, none of it imported yet."""

from __future__ import annotations

import os
from typing import Final

import click

from courier_backend.cli.lazy import Entry, LazyGroup
from courier_backend.cli.options import LIST, common, elsewhere
from courier_backend.cli.session import Session

_HERE: Final = "courier_backend.cli"
_PROFILES: Final = f"{_HERE}.profiles.commands"

ENTRIES: Final = {
    "run": Entry(f"{_HERE}.work.run:run", "Run a job file, and watch it.", "Work"),
    "plan": Entry(f"{_HERE}.work.plan:plan", "Say what a job file would do.", "Work"),
    "wait": Entry(f"{_HERE}.work.wait:wait", "Wait until an instance ends.", "Work"),
    "logs": Entry(f"{_HERE}.work.logs:logs", "Show the output of a run.", "Work"),
    "retry": Entry(f"{_HERE}.work.retry:retry", "Run again where it did not succeed.", "Work"),
    "cancel": Entry(f"{_HERE}.work.cancel:cancel", "Stop what runs.", "Work"),
    "jobs": Entry(f"{_HERE}.look.jobs:jobs", "List, show and schedule jobs.", "Look", ("job",)),
    "exceptions": Entry(
        f"{_HERE}.look.exceptions:exceptions",
        "Times in which nothing is executed.",
        "Look",
        ("exception",),
    ),
    "instances": Entry(
        f"{_HERE}.look.instances:instances", "List and show executions.", "Look", ("instance",)
    ),
    "runs": Entry(f"{_HERE}.look.runs:runs", "List and show executions on one node.", "Look"),
    "steps": Entry(f"{_HERE}.look.steps:steps", "List and show steps.", "Look", ("step",)),
    "events": Entry(f"{_HERE}.look.events:events", "The log of everything.", "Look", ("event",)),
    "nodes": Entry(
        f"{_HERE}.look.nodes:nodes", "List, show, add, tag and archive nodes.", "Fleet", ("node",)
    ),
    "filters": Entry(
        f"{_HERE}.look.filters:filters",
        "Saved filters of nodes, and what a filter admits.",
        "Fleet",
        ("filter",),
    ),
    "lists": Entry(f"{_HERE}.look.lists:lists", "Saved lists of nodes.", "Fleet", ("list",)),
    "lab": Entry(f"{_HERE}.machine.lab:lab", "A fleet of real nodes on this machine.", "Fleet"),
    "evidence": Entry(
        f"{_HERE}.evidence.tree:evidence", "Download evidence, and check it.", "Evidence"
    ),
    "backend": Entry(
        f"{_HERE}.machine.backend:backend", "Start, stop and look at the backend.", "This machine"
    ),
    "runner": Entry(
        f"{_HERE}.machine.runner:runner", "The agent that runs steps on a node.", "This machine"
    ),
    "doctor": Entry(
        f"{_HERE}.doctor.command:doctor", "What is wrong here, and how to mend it.", "This machine"
    ),
    "completion": Entry(
        f"{_HERE}.machine.completion:completion", "Completion for your shell.", "This machine"
    ),
    "help": Entry(f"{_HERE}.machine.about:help_", "Help of a command.", "This machine"),
    "version": Entry(f"{_HERE}.machine.about:version", "The version.", "This machine"),
    "register-device": Entry(
        f"{_PROFILES}:register_device", "Give a backend elsewhere a name.", "Other backends"
    ),
    "deregister-device": Entry(f"{_PROFILES}:deregister_device", "Forget one.", "Other backends"),
    "get-default-profile": Entry(
        f"{_PROFILES}:get_default_profile", "The one that is used.", "Other backends"
    ),
    "set-default-profile": Entry(
        f"{_PROFILES}:set_default_profile", "Use another one.", "Other backends"
    ),
    "list-profile-names": Entry(
        f"{_PROFILES}:list_profile_names", "All there are.", "Other backends"
    ),
    "scheduler": Entry(
        f"{_HERE}.chef.tree:scheduler", "Jobs, and exception rules.", "Chef's tree, word for word"
    ),
    "state": Entry(
        f"{_HERE}.chef.tree:state",
        "Instances, and runs with their steps.",
        "Chef's tree, word for word",
    ),
    "management": Entry(
        f"{_HERE}.chef.tree:management", "Nodes, filters and lists.", "Chef's tree, word for word"
    ),
    "status": Entry(f"{_HERE}.chef.tree:status", "How a node is.", "Chef's tree, word for word"),
}


class Root(LazyGroup):
    """The top of the tree. ``run FILE`` and ``run list`` share a word."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """``run list`` and ``run show`` are those of `runs`; a file named so is ``./list``."""
        if args[0] == "run" and args[1:2] in (["list"], ["show"]):
            return "run", self.get_command(ctx, "runs"), args[1:]
        return super().resolve_command(ctx, args)


def _home(_context: click.Context, _option: click.Parameter, folder: str | None) -> None:
    """Everything below, the processes that we start included, then lives in this folder."""
    if folder:
        os.environ["COURIER_HOME"] = folder


def _version(context: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted:
        from courier_backend import __version__  # noqa: PLC0415  only here

        click.echo(f"courier {__version__}")
        context.exit()


@click.group(
    "courier",
    cls=Root,
    entries=ENTRIES,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option(
    "--home",
    metavar="DIR",
    expose_value=False,
    callback=_home,
    is_eager=True,
    help="Keep everything in this folder (COURIER_HOME).",
)
@elsewhere
@common(LIST, with_address=False)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    callback=_version,
    is_eager=True,
    help="Show the version.",
)
@click.pass_context
def root(context: click.Context) -> int | None:
    """Run jobs on a fleet of machines. Without a command: opens the app.

    \b
    Try it:  courier lab up --nodes 5
             courier nodes list
             courier run job.json --watch
    """  # noqa: D301  the mark is click's: lines below it are left as they are
    if context.invoked_subcommand is not None:
        return None
    from courier_backend.cli.app import open_app  # noqa: PLC0415  only without a command

    return open_app(context.ensure_object(Session))
