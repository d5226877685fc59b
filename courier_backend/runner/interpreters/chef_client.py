"""The chef-client interpreter: Chef Infra Client runs, cookbooks are fetched, keys are renewed."""

import os
import shlex
from typing import Final

from courier_backend.model.commands import CHEF_CLIENT, LOCAL, MODES, VERSIONS
from courier_backend.model.problems import listed, shown
from courier_backend.model.protocol import Skill
from courier_backend.runner.interpreters.explaining import CHEF_CLIENT_CODES, by_code
from courier_backend.runner.interpreters.gate import started
from courier_backend.runner.interpreters.helped import helped
from courier_backend.runner.interpreters.interpreter import Program
from courier_backend.runner.interpreters.orders import Order, read_order, unfit
from courier_backend.runner.interpreters.programs import (
    CHEF_PLACES,
    find_program,
    needed_program,
)
from courier_backend.runner.interpreters.request import Request

_RUN, _EXECUTE, _ROTATE = "run", "execute", "rotate credentials"
COOKBOOKS: Final = "/tmp/courier/chef-interpreter/cookbooks"  # noqa: S108  Chef documents it
SUPERMARKET: Final = "https://supermarket.chef.io"
_CLIENT: Final = "chef-client"
_KNIFE: Final = "knife"
_KEY: Final = "/etc/chef/client.pem"
_EXPLAIN: Final = by_code(CHEF_CLIENT_CODES)
_ROTATION: Final = """\
key=$1; shift; umask 077
"$@" --file "$key.new" || { code=$?; rm -f -- "$key.new"; exit $code; }
test -s "$key.new" || { echo "no new key was made; the old one stays" >&2; exit 1; }
if test -e "$key"; then cp -p -- "$key" "$key.old" || exit; fi
exec mv -f -- "$key.new" "$key"
"""


class ChefClientInterpreter:
    """``chef-platform/chef-client-interpreter``."""

    def __init__(self) -> None:
        self.skill: Skill = {"name": CHEF_CLIENT, "version": VERSIONS[CHEF_CLIENT]}

    @property
    def path(self) -> str:
        """Chef Infra Client."""
        return find_program(_CLIENT, os.environ, CHEF_PLACES) or _CLIENT

    def program(self, request: Request) -> Program:
        """What an order asks for.

        Raises:
            StepFault: the command is none, or its program is not on this node.
        """
        order = read_order(request.command, CHEF_CLIENT)
        if order.exec == _ROTATE:
            return self._rotation(order, request)
        if order.exec == _RUN:
            return started(self._run(order, request, order.text("path")), explain=_EXPLAIN)
        return self._fetching(order, request)

    def _run(self, order: Order, request: Request, cookbooks: str) -> list[str]:
        words = [self._needed(_CLIENT, request)]
        mode = order.text("mode", LOCAL if order.exec == _EXECUTE else MODES[1])
        if mode not in MODES:
            raise unfit(f'"args.mode" is {shown(mode)}, not one of {listed(MODES)}')
        if mode == LOCAL:
            words.append("--local-mode")
        if config := order.text("config"):
            words += ["--config", config]
        if runlist := ",".join(order.words("runlist")):
            words += ["--runlist", runlist]
        if cookbooks:
            words += ["--config-option", f"cookbook_path={cookbooks}"]
        return words

    def _fetching(self, order: Order, request: Request) -> Program:
        folder, url = order.text("path", COOKBOOKS), order.text("url", SUPERMARKET)
        cookbooks = order.words("cookbooks")
        if not cookbooks and not order.text("url"):
            raise unfit('"args.cookbooks" is missing (names, with commas between them)')
        then = self._run(order, request, folder) if order.exec == _EXECUTE else []
        task = {"url": url, "path": folder, "cookbooks": cookbooks, "then": then}
        what = shlex.join(["download", url, *cookbooks, "to", folder])
        return helped("cookbooks", task, [what, shlex.join(then)] if then else [what], _EXPLAIN)

    def _rotation(self, order: Order, request: Request) -> Program:
        name = order.text("name", str(request.facts.get("fqdn") or ""))
        words = [self._needed(_KNIFE, request), "client", "reregister", name]
        if config := order.text("config"):
            words += ["--config", config]
        if url := order.text("url"):
            words += ["--server-url", url]
        key = order.text("path", _KEY)
        return Program(_ROTATION, [shlex.join([*words, "--file", key])], (key, *words))

    def _needed(self, program: str, request: Request) -> str:
        return needed_program(program, request.environment, CHEF_PLACES, self.skill["name"])
