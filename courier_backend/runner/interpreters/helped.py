"""Programs that one of our helpers runs: how the helper is started."""

import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import courier_backend
from courier_backend.runner.interpreters.gate import started
from courier_backend.runner.interpreters.interpreter import Explain, Program

_ROOT: Final = str(Path(courier_backend.__file__).parents[1])
_BEGIN: Final = (
    "import sys; from importlib import import_module; sys.path.insert(0, sys.argv[2]); "
    "sys.exit(import_module(f'courier_backend.runner.interpreters.helpers.{sys.argv[1]}').main())"
)


def helped(
    helper: str,
    task: dict[str, Any],
    shown: list[str],
    explain: Explain,
    environment: Mapping[str, str] | None = None,
) -> Program:
    """A program that `helper` runs; its task goes to it on standard input."""
    words = [sys.executable, "-I", "-c", _BEGIN, helper, _ROOT]
    # Text of a job may hold numbers of any length.
    told = json.dumps(task).encode()
    program = started(words, stdin=told, environment=environment or {})
    return replace(program, shown=shown, explain=explain)
