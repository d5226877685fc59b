"""Programs that only write down how they were started, in a folder at the head of `PATH`."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

_RECORDER = """#!{python}
import json, os, sys
with open({log!r}, "a") as log:
    told = {{"program": {name!r}, "words": sys.argv[1:], "stdin": sys.stdin.read(),
            "environment": dict(os.environ)}}
    log.write(json.dumps(told) + "\\n")
{does}
"""


class FakePrograms:
    """Makes programs, and tells how they were started."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        folder.mkdir()
        self.folder, self._log = folder, folder / "log"
        patch.setenv("PATH", f"{folder}:{os.environ['PATH']}")

    def make(self, name: str, does: str = "", code: int = 0, folder: Path | None = None) -> str:
        """One that does this (Python) and ends with this code; gives its path."""
        path = (folder or self.folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        python = os.path.realpath("/proc/self/exe")
        body = f"{does}\nsys.exit({code})"
        log = str(self._log)
        path.write_text(_RECORDER.format(python=python, log=log, name=name, does=body))
        path.chmod(0o755)
        return str(path)

    def started(self) -> list[dict[str, Any]]:
        """Every start, in order."""
        lines = self._log.read_text().splitlines() if self._log.exists() else []
        return [json.loads(line) for line in lines]

    def words(self) -> list[list[str]]:
        """The arguments of every start, behind the name of the program."""
        return [[told["program"], *told["words"]] for told in self.started()]
