"""The inspec interpreter: compliance scans, their reports kept as evidence."""

import os
import shlex
from pathlib import PurePosixPath
from typing import Any, Final

from courier_backend.model.commands import AUTOMATE, INSPEC, MOST_PERCENT, VERSIONS, percent
from courier_backend.model.problems import shown
from courier_backend.model.protocol import Skill
from courier_backend.runner.interpreters.explaining import INSPEC_CODES, by_code
from courier_backend.runner.interpreters.helped import helped
from courier_backend.runner.interpreters.interpreter import Program
from courier_backend.runner.interpreters.orders import Order, read_order, unfit
from courier_backend.runner.interpreters.programs import CHEF_PLACES, find_program, needed_program
from courier_backend.runner.interpreters.request import Request

_INSPEC: Final = "inspec"
_IN_AUTOMATE: Final = "compliance://"
_ENDINGS: Final = {"json-min": "json", "json-automate": "json", "junit": "xml", "junit2": "xml",
                   "html2": "html"}  # fmt: skip


class InspecInterpreter:
    """``chef-platform/inspec-interpreter``."""

    def __init__(self) -> None:
        self.skill: Skill = {"name": INSPEC, "version": VERSIONS[INSPEC]}

    @property
    def path(self) -> str:
        """InSpec."""
        return find_program(_INSPEC, os.environ, CHEF_PLACES) or _INSPEC

    def program(self, request: Request) -> Program:
        """A scan.

        Raises:
            StepFault: the command is none, or InSpec is not on this node.
        """
        inspec = needed_program(_INSPEC, request.environment, CHEF_PLACES, self.skill["name"])
        order = read_order(request.command, INSPEC)
        login = _login(order, inspec)
        words = [inspec, "exec", _profile(order, in_automate=bool(login)), "--no-color"]
        words += _inputs(order)
        if waivers := order.words("waiver"):
            words += ["--waiver-file", *waivers]
        reporter = order.text("reporterType", "json")
        task = {
            "command": words,
            "login": login,
            "inputs": _named_inputs(order),
            "reporter": reporter,
            "report": "" if reporter == "cli" else _report(order, reporter),
            "minSuccess": _least(order),
        }
        return helped("scan", task, [shlex.join(words)], by_code(INSPEC_CODES), _license(order))


def _login(order: Order, inspec: str) -> list[str]:
    """What logs in to Automate, where profiles come from there."""
    source = order.text("source")
    if not source:
        return []
    if source != AUTOMATE:
        raise unfit(f'"args.source" is {shown(source)}, not "{AUTOMATE}"')
    user, token = order.needed("username"), order.needed("token")
    return [inspec, AUTOMATE, "login", order.needed("sourceURL"), "--user", user, "--token", token]


def _profile(order: Order, *, in_automate: bool) -> str:
    path = order.needed("path")
    if not in_automate or path.startswith(_IN_AUTOMATE):
        return path
    owned = path if "/" in path else f"{order.needed('username')}/{path}"
    return f"{_IN_AUTOMATE}{owned}"


def _inputs(order: Order) -> list[str]:
    """Text is ``name=value`` pairs, or a file of inputs."""
    words = [] if isinstance(order.args.get("input"), dict) else order.words("input")
    if not words:
        return []
    return ["--input" if all("=" in word for word in words) else "--input-file", *words]


def _named_inputs(order: Order) -> dict[str, Any]:
    """An object gives inputs by name. They go by a file: not everybody is to see them."""
    given = order.args.get("input")
    return given if isinstance(given, dict) else {}


def _report(order: Order, reporter: str) -> str:
    """Where the report is written: beside the rest of the evidence, if it is but a name."""
    ending = _ENDINGS.get(reporter, reporter)
    name = order.text("reporterFileName", f"inspec-report.{ending}")
    if PurePosixPath(name).name in {"", ".."}:
        raise unfit(f'"args.reporterFileName" is {shown(name)}, no name of a file')
    return name


def _license(order: Order) -> dict[str, str]:
    given = {
        "CHEF_LICENSE_KEY": order.text("licenseKey"),
        "CHEF_LICENSE_SERVER": order.text("licenseServer"),
    }
    return {name: value for name, value in given.items() if value}


def _least(order: Order) -> float | None:
    """The least share of controls that must succeed, in percent."""
    given: Any = order.args.get("minSuccess")
    if given is None or given == "":
        return None
    least = percent(given)
    if least is None:
        raise unfit(f'"args.minSuccess" is {shown(given)}, not a number from 0 to {MOST_PERCENT}')
    return least
