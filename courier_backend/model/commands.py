"""The interpreters that are part of every runner, and what can be asked of them.

The shell takes command lines by platform; the others take ``{"exec": ORDER, "args": {…}}``.
"""

from dataclasses import dataclass, field
from typing import Final, Literal

SHELL: Final = "chef-platform/shell-interpreter"
RESTART: Final = "chef-platform/restart-interpreter"
CHEF_CLIENT: Final = "chef-platform/chef-client-interpreter"
INSPEC: Final = "chef-platform/inspec-interpreter"
ANSIBLE: Final = "chef-platform/ansible-interpreter"
PYTHON: Final = "python"
"""Ships with every runner, but anybody may put another in its place."""
INTERPRETERS: Final = (SHELL, RESTART, CHEF_CLIENT, INSPEC, ANSIBLE)

Kind = Literal["text", "words", "pairs", "object", "switch", "minutes", "percent", "level"]
"""Of an argument. words: text with commas, or a list; pairs: those, or an object."""
NOW: Final = "now"
MOST_MINUTES: Final = 60 * 24
MOST_PERCENT: Final = 100
MOST_VERBOSE: Final = 4
AUTOMATE: Final = "automate"
LOCAL: Final = "local"
MODES: Final = (LOCAL, "server")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What one interpreter understands.

    `needed`: arguments without which an order means nothing; `choices`: the only values that an
    argument may have.
    """

    orders: tuple[str, ...]
    arguments: dict[str, Kind]
    needed: dict[str, tuple[str, ...]] = field(default_factory=dict)
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
