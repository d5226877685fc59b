"""The ansible interpreter: a playbook from a file, from the web or from S3."""

import os
import shlex
from typing import Any, Final

from courier_backend.model.commands import (
    ANSIBLE,
    MOST_VERBOSE,
    VERSIONS,
    json_object,
    whole_number,
)
from courier_backend.model.problems import shown
from courier_backend.model.protocol import Skill
from courier_backend.runner.interpreters.ansible_words import explained
from courier_backend.runner.interpreters.helped import helped
from courier_backend.runner.interpreters.helpers.playbook import S3
from courier_backend.runner.interpreters.interpreter import Program
from courier_backend.runner.interpreters.orders import Order, read_order, unfit
from courier_backend.runner.interpreters.programs import (
    ANSIBLE_PLACES,
    find_program,
    needed_program,
)
from courier_backend.runner.interpreters.request import Request

_PLAYBOOK: Final = "ansible-playbook"
_HERE: Final = ("localhost", "127.0.0.1", "::1")
_TEXTS: Final = {
    "limit": "--limit",
    "user": "--user",
    "privateKey": "--private-key",
    "vaultPasswordFile": "--vault-password-file",
}
_WORDS: Final = {"tags": "--tags", "skipTags": "--skip-tags"}
_SWITCHES: Final = {"become": "--become", "check": "--check", "diff": "--diff"}


class AnsibleInterpreter:
    """``chef-platform/ansible-interpreter``."""

    def __init__(self) -> None:
        self.skill: Skill = {"name": ANSIBLE, "version": VERSIONS[ANSIBLE]}

    @property
    def path(self) -> str:
        """Ansible's program for playbooks."""
        return find_program(_PLAYBOOK, os.environ, ANSIBLE_PLACES) or _PLAYBOOK

    def program(self, request: Request) -> Program:
        """A playbook, played.

        Raises:
            StepFault: the command is none, or Ansible is not on this node.
        """
        who, environment = self.skill["name"], request.environment
        program = needed_program(_PLAYBOOK, environment, ANSIBLE_PLACES, who)
        order = read_order(request.command, ANSIBLE)
        playbook = order.needed("playbook")
        inventory = order.words("inventory") or [_HERE[0]]
        here = inventory if all(host in _HERE for host in inventory) else []
        words = [program, *_options(order, is_here=bool(here))]
        in_s3 = playbook.startswith(S3)
        task = {
            "command": words,
            "here": here,
            "inventory": inventory,
            "playbook": playbook,
            "aws": needed_program("aws", environment, ANSIBLE_PLACES, who) if in_s3 else "",
            "extraVars": _variables(order),
        }
        shown = shlex.join([*words, "--inventory", f"{','.join(inventory)},", playbook])
        return helped("playbook", task, [shown], explained)


def _options(order: Order, *, is_here: bool) -> list[str]:
    words = []
    if connection := order.text("connection", "local" if is_here else ""):
        words += ["--connection", connection]
    for name, option in _TEXTS.items():
        if text := order.text(name):
            words += [option, text]
    for name, option in _WORDS.items():
        if given := order.words(name):
            words += [option, ",".join(given)]
    words += [option for name, option in _SWITCHES.items() if _is_on(order, name)]
    if verbosity := _verbosity(order):
        words.append(f"-{'v' * verbosity}")
    return words


def _is_on(order: Order, name: str) -> bool:
    value = order.args.get(name)
    if value is None or value in (True, False, "true", "false", ""):
        return value in (True, "true")
    raise unfit(f'"args.{name}" is {shown(value)}, not true or false')


def _verbosity(order: Order) -> int:
    value = order.args.get("verbosity") or 0
    number = whole_number(value, MOST_VERBOSE)
    if number is None:
        raise unfit(f'"args.verbosity" is {shown(value)}, not 0 to {MOST_VERBOSE}')
    return number


def _variables(order: Order) -> dict[str, Any] | None:
    """Variables for the playbook: an object, or the text of one."""
    try:
        return json_object(order.args.get("extraVars")) or None
    except ValueError as error:
        raise unfit(f'"args.extraVars" is {error}') from error
