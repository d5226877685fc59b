"""Finding the programs that interpreters start."""

import glob
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from packaging.version import Version

from courier_backend.model.problems import listed
from courier_backend.model.status import ReasonCode
from courier_backend.model.versions import read_version
from courier_backend.runner.interpreters.interpreter import StepFault

CHEF_PLACES: Final = (
    "/opt/chef/bin",
    "/opt/inspec/bin",
    "/opt/chef-workstation/bin",
    "/opt/cinc/bin",
    "/opt/cinc-auditor/bin",
    "/hab/bin",
    "/hab/pkgs/chef/*/*/*/bin",
)
"""Where Chef's packages and Habitat put programs."""
ANSIBLE_PLACES: Final = ("/usr/local/bin", "/opt/ansible/bin", "~/.local/bin")
PROGRAMS: Final[dict[str, tuple[str, ...]]] = {
    "chef-client": CHEF_PLACES,
    "inspec": CHEF_PLACES,
    "ansible-playbook": ANSIBLE_PLACES,
}
"""Without these an interpreter can do nothing; where they are is a fact of the node."""


def find_program(name: str, environment: Mapping[str, str], places: Sequence[str] = ()) -> str:
    """Its path: from `PATH`, else from the places where it is usual; empty where it is not.

    A place may be a pattern; of the folders that it fits, the newest version counts.
    """
    search = [environment.get("PATH", ""), *(f for place in places for f in _folders(place))]
    return shutil.which(name, path=os.pathsep.join(search)) or ""


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


def _folders(place: str) -> Iterator[str]:
    if "*" not in place:
        yield str(Path(place).expanduser())
        return
    found = glob.glob(place)  # noqa: PTH207  it takes an absolute pattern
    yield from sorted(found, key=_release, reverse=True)


def _release(path: str) -> tuple[Version, str]:
    """Orders ``/hab/pkgs/ORIGIN/NAME/VERSION/RELEASE/bin`` by version, then by release."""
    *_, version, release, _bin = Path(path).parts
    try:
        return read_version(version), release
    except ValueError:
        return Version("0"), release
