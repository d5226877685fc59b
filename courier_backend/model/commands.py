"""The interpreters that are part of every runner, and what can be asked of them.

The shell takes command lines by platform; the others take ``{"exec": ORDER, "args": {…}}``.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from courier_backend.model.problems import shown

SHELL: Final = "chef-platform/shell-interpreter"
RESTART: Final = "chef-platform/restart-interpreter"
CHEF_CLIENT: Final = "chef-platform/chef-client-interpreter"
INSPEC: Final = "chef-platform/inspec-interpreter"
ANSIBLE: Final = "chef-platform/ansible-interpreter"
PYTHON: Final = "python"
"""Ships with every runner, but anybody may put another in its place."""
OLDER_NAMES: Final = {
    "chef/courier-interpreter/os/shell": SHELL,
    "chef/courier-interpreter/os/python": PYTHON,
    "chef/courier-interpreter/chef-client": CHEF_CLIENT,
}
"""What interpreters were called before Chef Courier's first release."""
INTERPRETERS: Final = (SHELL, RESTART, CHEF_CLIENT, INSPEC, ANSIBLE)
VERSIONS: Final = {
    SHELL: "1.0.18",
    RESTART: "1.0.21",
    CHEF_CLIENT: "1.0.20",
    INSPEC: "1.0.24",
    ANSIBLE: "1.0.0",
}
"""What nodes announce: the versions of Chef's interpreters (platform 1.7.2) whose commands these
are, so that bounds in job files mean here what they meant there. Chef's ansible is a preview
(0.1.11), which the bounds that its examples use everywhere (1.0.0 to 1.9.99) would refuse.
"""

_DIGITS: Final = re.compile(r"\s*[0-9]{1,9}\s*\Z")
Kind = Literal["text", "words", "pairs", "object", "switch", "minutes", "percent", "level"]
"""Of an argument. words: text with commas, or a list; pairs: those, or an object."""
NOW: Final = "now"
USUAL_MINUTES: Final = 1
MOST_MINUTES: Final = 60 * 24
MOST_PERCENT: Final = 100
MOST_VERBOSE: Final = 4
AUTOMATE: Final = "automate"
LOCAL: Final = "local"
MODES: Final = (LOCAL, "server")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What one interpreter understands.

    `needed`: arguments without which an order means nothing; `either`: those of which it needs one
    at least; `along`: those that an argument needs beside it. `choices`: the only values that an
    argument may have.
    """

    orders: tuple[str, ...]
    arguments: dict[str, Kind]
    needed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    either: dict[str, tuple[str, ...]] = field(default_factory=dict)
    along: dict[str, tuple[str, ...]] = field(default_factory=dict)
    choices: dict[str, tuple[str, ...]] = field(default_factory=dict)


VOCABULARIES: Final[dict[str, Vocabulary]] = {
    RESTART: Vocabulary(("machine_reboot", "machine_restart"), {"time": "minutes"}),
    CHEF_CLIENT: Vocabulary(
        ("run", "download", "execute", "rotate credentials"),
        {
            "mode": "text",
            "runlist": "words",
            "path": "text",
            "config": "text",
            "url": "text",
            "cookbooks": "words",
            "name": "text",
        },
        either=dict.fromkeys(("download", "execute"), ("cookbooks", "url")),
        choices={"mode": MODES},
    ),
    INSPEC: Vocabulary(
        ("scan",),
        {
            "path": "text",
            "input": "pairs",
            "waiver": "words",
            "username": "text",
            "token": "text",
            "source": "text",
            "sourceURL": "text",
            "reporterType": "text",
            "reporterFileName": "text",
            "licenseKey": "text",
            "licenseServer": "text",
            "minSuccess": "percent",
        },
        needed={"scan": ("path",)},
        along={"source": ("sourceURL", "username", "token")},
        choices={"source": (AUTOMATE,)},
    ),
    ANSIBLE: Vocabulary(
        ("playbook", "run"),
        {
            "playbook": "text",
            "inventory": "words",
            "connection": "text",
            "extraVars": "object",
            "tags": "words",
            "skipTags": "words",
            "limit": "text",
            "user": "text",
            "privateKey": "text",
            "vaultPasswordFile": "text",
            "become": "switch",
            "check": "switch",
            "diff": "switch",
            "verbosity": "level",
        },
        needed={"playbook": ("playbook",), "run": ("playbook",)},
    ),
}


def whole_number(value: object, most: int) -> int | None:
    """A whole number from 0 to `most`, or the text of one; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    if isinstance(value, str) and not _DIGITS.match(value):
        return None
    number = int(value)
    return number if 0 <= number <= most else None


def percent(value: object) -> float | None:
    """A share from 0 to 100, or the text of one; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if 0 <= number <= MOST_PERCENT else None


def json_object(value: object) -> dict[str, Any]:
    """An object, or the text of one; nothing is an empty one.

    Raises:
        ValueError: it is something else; the sentence goes on after "is".
    """
    if isinstance(value, str) and value.strip():
        try:
            value = json.loads(value)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"no JSON object: {error}") from error
    if isinstance(value, dict):
        return value
    if value is None or isinstance(value, str):
        return {}
    raise ValueError(f"{shown(value)}, not an object")
