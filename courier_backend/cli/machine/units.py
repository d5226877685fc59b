"""systemd units for the backend and for a runner: what stands in them, and where they lie."""

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

SYSTEM: Final = Path("/etc/systemd/system")

KillMode = Literal["process", "mixed"]


@dataclass(frozen=True, slots=True)
class Unit:
    """A service. `user`: whose it is, when it is the system's.

    `kill_mode` "process": what it started outlives it; `delegates`: it limits what it starts.
    """

    name: str
    description: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    user: str = ""
    kill_mode: KillMode = "process"
    delegates: bool = False

    @property
    def is_system(self) -> bool:
        """Whether it is one of the system, not of a user."""
        return bool(self.user)

    @property
    def path(self) -> Path:
        """Where systemd looks for it."""
        return (SYSTEM if self.is_system else user_units()) / f"{self.name}.service"

    @property
    def text(self) -> str:
        """The file."""
        environment = [f"Environment={_quoted(f'{k}={v}')}" for k, v in self.environment.items()]
        return "\n".join(
            [
                "[Unit]",
                f"Description={_plain(self.description)}",
                "After=network.target",
                "",
                "[Service]",
                "Type=exec",
                *([f"User={self.user}"] if self.user else []),
                *environment,
                f"ExecStart={' '.join(_quoted(word, command=True) for word in self.command)}",
                "Restart=on-failure",
                "RestartSec=10",
                f"KillMode={self.kill_mode}",
                *(["Delegate=cpu memory"] if self.delegates else []),
                "",
                "[Install]",
                f"WantedBy={'multi-user.target' if self.is_system else 'default.target'}",
                "",
            ]
        )


def user_units() -> Path:
    """The folder of this user's own units."""
    base = os.environ.get("XDG_CONFIG_HOME", "")
    return (Path(base) if base else Path.home() / ".config") / "systemd" / "user"


def unit_name(kind: str, home: str) -> str:
    """``courier-backend``; with something of the home in it where that is not the usual one."""
    if not home:
        return f"courier-{kind}"
    return f"courier-{kind}-{hashlib.sha256(home.encode()).hexdigest()[:8]}"


def _plain(text: str) -> str:
    return "".join(each if each.isprintable() else "?" for each in text).replace("%", "%%")


def _quoted(text: str, *, command: bool = False) -> str:
    """A word as systemd reads it: in quotes, its own signs doubled."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    escaped = escaped.replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped.replace("$", "$$") if command else escaped}"'
