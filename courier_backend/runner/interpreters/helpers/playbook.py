"""Running an Ansible playbook that may have to be fetched first."""

import json
import locale
import os
import tempfile
from pathlib import Path
from typing import Any, Final

from courier_backend.runner.interpreters.helpers.work import GiveUp, fetch, is_web, run, work

S3: Final = "s3://"
_OWN_PYTHON: Final = 'ansible_python_interpreter="{{ ansible_playbook_python }}"'


def _do(task: dict[str, Any]) -> int:
    """`command`, `here` (names of this machine), `inventory` (words), `playbook`; `extraVars`.

    `aws`: the program, where one is needed; `extraVars` may be null.
    """
    with tempfile.TemporaryDirectory(prefix="courier-playbook-") as text:
        draft = Path(text)
        words = [*task["command"], *_inventory(task, draft)]
        if task["extraVars"] is not None:
            variables = draft / "variables.json"
            variables.write_text(json.dumps(task["extraVars"]), encoding="utf-8")
            words += ["--extra-vars", f"@{variables}"]
        return run([*words, _at_hand(task, draft / "playbook.yml")], _environment())


def _inventory(task: dict[str, Any], draft: Path) -> list[str]:
    """What is played on. This machine is played with Ansible's own Python.

    So Ansible does it itself where no inventory names the machine; else it would look for another
    Python, and warn of what it found.
    """
    if not task["here"]:
        return inventory_words(task["inventory"])
    inventory = draft / "inventory"
    inventory.write_text("".join(f"{host} {_OWN_PYTHON}\n" for host in task["here"]))
    return ["--inventory", str(inventory)]


def inventory_words(given: list[str]) -> list[str]:
    """Options for inventories: each word is a file, if there is one, or else a host.

    Ansible only warns of a file that is not there, and plays nothing.

    Raises:
        GiveUp: a path leads nowhere.
    """
    hosts, words = [], []
    for word in given:
        if Path(word).expanduser().exists():
            words += ["--inventory", word]
        elif "/" in word:
            raise GiveUp(f"there is no inventory {word}")
        else:
            hosts.append(word)
    # With a comma at its end it is a list of hosts for Ansible.
    return [*words, "--inventory", ",".join([*hosts, ""])] if hosts else words


def _environment() -> dict[str, str]:
    """Ours; where it asks for letters that Ansible does not take, or that are not here, others."""
    try:
        locale.setlocale(locale.LC_ALL, "")
        is_good = locale.nl_langinfo(locale.CODESET) == "UTF-8"
    except locale.Error:
        is_good = False
    return dict(os.environ) if is_good else {**os.environ, "LC_ALL": "C.UTF-8"}


def _at_hand(task: dict[str, Any], draft: Path) -> str:
    playbook: str = task["playbook"]
    if is_web(playbook):
        fetch(playbook, draft)
        return str(draft)
    if playbook.startswith(S3):
        if code := run([task["aws"], "s3", "cp", "--only-show-errors", playbook, str(draft)]):
            raise GiveUp(f"{playbook} cannot be fetched: aws ended with exit code {code}")
        return str(draft)
    path = Path(playbook).expanduser()
    if not path.is_file():
        raise GiveUp(f"there is no playbook {path.absolute()}")
    return str(path)


def main() -> int:
    """Do the task on standard input."""
    return work(_do)
