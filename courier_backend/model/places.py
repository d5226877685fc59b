"""Where things lie: one short function per folder and file; nothing else builds these paths.

``COURIER_HOME``, when set, holds everything; otherwise the platform's user folders do.
"""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Places:
    """The four folders of one installation, and the files in them."""

    config: Path
    data: Path
    state: Path
    run: Path

    @property
    def config_file(self) -> Path:
        """Settings, TOML."""
        return self.config / "config.toml"

    @property
    def secret_key(self) -> Path:
        """The key of links and of values at rest (0600)."""
        return self.config / "secret.key"

    @property
    def user_themes(self) -> Path:
        """The user's own themes, one TOML file each."""
        return self.config / "themes"

    @property
    def database(self) -> Path:
        """The store."""
        return self.data / "courier.db"

    @property
    def evidence(self) -> Path:
        """Evidence that is too large for the database."""
        return self.data / "evidence"

    @property
    def lock(self) -> Path:
        """Held by the backend for life (pid and start time inside)."""
        return self.data / "backend.lock"

    @property
    def builtin_node(self) -> Path:
        """The home of the runner of this machine."""
        return self.data / "node"

    @property
    def lab(self) -> Path:
        """The homes of the lab's runners."""
        return self.data / "lab"

    @property
    def backend_file(self) -> Path:
        """How to reach the running backend (0600)."""
        return self.run / "backend.json"

    @property
    def logs(self) -> Path:
        """Logs, one JSON object a line."""
        return self.state / "log"

    @property
    def start_log(self) -> Path:
        """What went wrong when the backend started last."""
        return self.logs / "backend-start.log"


def places(home: str | None = None) -> Places:
    """The places of `home`, of ``COURIER_HOME``, or of this user."""
    root = home or os.environ.get("COURIER_HOME", "")
    if root:
        base = Path(root).expanduser().absolute()
        return Places(base / "config", base / "data", base / "state", base / "run")
    from platformdirs import PlatformDirs  # noqa: PLC0415  only where no home is given

    dirs = PlatformDirs("courier", appauthor=False)
    return Places(
        Path(dirs.user_config_dir),
        Path(dirs.user_data_dir),
        Path(dirs.user_state_dir),
        Path(dirs.user_runtime_dir if os.environ.get("XDG_RUNTIME_DIR") else dirs.user_state_dir)
        / "run",
    )
