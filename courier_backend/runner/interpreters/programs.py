"""Finding the programs that interpreters start."""

import os
import shutil
from collections.abc import Mapping, Sequence

from courier_backend.model.problems import listed
from courier_backend.model.status import ReasonCode
from courier_backend.runner.interpreters.interpreter import StepFault


def find_program(name: str, environment: Mapping[str, str], places: Sequence[str] = ()) -> str:
    """Its path: from `PATH`, else from the places where it is usual; empty where it is not."""
    search = os.pathsep.join([environment.get("PATH", ""), *places])
    return shutil.which(name, path=search) or ""


def needed_program(
    name: str, environment: Mapping[str, str], places: Sequence[str], who: str
) -> str:
    """Its path.

    Raises:
        StepFault: it is not on this node.
    """
    if found := find_program(name, environment, places):
        return found
    looked = listed(["PATH", *places])
    raise StepFault(
        ReasonCode.INTERPRETER_MISSING,
        f"{who} needs {name}, which is not on this node (looked for in {looked})",
    )
