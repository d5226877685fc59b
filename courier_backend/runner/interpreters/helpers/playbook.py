"""Running an Ansible playbook that may have to be fetched first."""

import json
import tempfile
from pathlib import Path
from typing import Any, Final

from courier_backend.runner.interpreters.helpers.work import GiveUp, fetch, is_web, run, work

S3: Final = "s3://"


def _do(task: dict[str, Any]) -> int:
    """`command`, `playbook`, `aws` (the program, where one is needed), `extraVars` or null."""
    with tempfile.TemporaryDirectory(prefix="courier-playbook-") as text:
        draft = Path(text)
        words = list(task["command"])
        if task["extraVars"] is not None:
            variables = draft / "variables.json"
            variables.write_text(json.dumps(task["extraVars"]), encoding="utf-8")
            words += ["--extra-vars", f"@{variables}"]
        return run([*words, _at_hand(task, draft / "playbook.yml")])


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
