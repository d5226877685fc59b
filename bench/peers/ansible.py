"""ansible ad hoc, as a person would type it: one process, local connections, 50 forks."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from bench.peers.environments import programs_of

_FORKS: Final = "50"
_SECONDS: Final = 300


class Ansible:
    """The ``ansible`` command, with an inventory of local nodes and a home of its own."""

    def __init__(self, folder: Path) -> None:
        self._program = str(programs_of("ansible") / "ansible")
        self._folder = folder
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "ANSIBLE_HOME": str(folder / "ansible"),
            "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
        }

    def seconds(self, module: str, count: int) -> float:
        """Seconds for /bin/true on that many nodes, from start to exit."""
        inventory = str(self._inventory(count))
        command = [self._program, "all", "-i", inventory, "-m", module, "-a", "/bin/true"]
        begin = time.perf_counter()
        done = subprocess.run(
            [*command, "-f", _FORKS],
            env=self._environment,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
            timeout=_SECONDS,
        )
        took = time.perf_counter() - begin
        if done.stdout.count("rc=0") != count:
            raise RuntimeError(f"ansible did not reach all of {count} nodes: {done.stdout[-500:]}")
        return took

    def _inventory(self, count: int) -> Path:
        path = self._folder / f"inventory-{count}.ini"
        lines = [f"node{number} ansible_connection=local" for number in range(count)]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path
