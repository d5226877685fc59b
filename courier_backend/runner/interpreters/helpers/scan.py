"""Running an InSpec scan: the login at Automate before it, its report, the verdict on it."""

import json
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from courier_backend.runner.interpreters.helpers.work import SPEAKER, GiveUp, run, say, work

_FAILED: Final = 100
_SKIPPED: Final = 101
_JUDGED: Final = frozenset({0, _FAILED, _SKIPPED})


def _do(task: dict[str, Any]) -> int:
    """`command`, `login` command, `inputs`, `reporter`, `report` (its name), `minSuccess`."""
    if task["login"] and (code := run(task["login"])):
        raise GiveUp(f"the login at Automate failed with exit code {code}")
    kept = Path(os.environ["COURIER_EVIDENCE_DIR"])
    report = kept / task["report"]
    with tempfile.TemporaryDirectory(prefix="courier-scan-") as draft:
        judged = Path(draft) / "report.json"
        reporters = ["cli"]
        if task["report"]:
            reporters.append(f"{task['reporter']}:{report}")
        if task["minSuccess"] is not None:
            reporters.append(f"json:{judged}")
        given = _given(task["inputs"], Path(draft) / "inputs.yml")
        code = run([*task["command"], *given, "--reporter", *reporters])
        if task["report"] and report.parent != kept:
            with suppress(FileNotFoundError):
                shutil.copy(report, kept)
        return _verdict(code, judged, task["minSuccess"])


def _given(inputs: dict[str, Any], file: Path) -> list[str]:
    """Inputs by name, in a file (JSON is YAML)."""
    if not inputs:
        return []
    file.write_text(json.dumps(inputs), encoding="utf-8")
    return ["--input-file", str(file)]


def _verdict(code: int, judged: Path, least: float | None) -> int:
    """Skipped controls are no failure; failed ones are, if fewer than wanted succeeded."""
    if code not in _JUDGED:
        return code
    if least is None:
        return 0 if code == _SKIPPED else code
    passed, failed = count_controls(judged)
    percent = 100 * passed / (passed + failed) if passed + failed else 0.0
    told = f"{passed} of {passed + failed} controls succeeded ({percent:.4g} %, wanted {least:g} %)"
    say(SPEAKER + told)
    return 0 if percent >= least else code or 1


def count_controls(report: Path) -> tuple[int, int]:
    """How many controls of a JSON report succeeded and failed; skipped and waived ones are neither.

    Raises:
        GiveUp: it is no report.
    """
    try:
        told = json.loads(report.read_text(encoding="utf-8"))
        controls = [
            control
            for profile in told["profiles"]
            for control in profile["controls"]
            if not _is_waived(control)
        ]
        results = [
            {result["status"] for result in control.get("results", [])} for control in controls
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise GiveUp("InSpec left no report to judge its success by") from error
    failed = sum("failed" in statuses for statuses in results)
    return sum(statuses == {"passed"} for statuses in results), failed


def _is_waived(control: dict[str, Any]) -> bool:
    """Whether a waiver holds for it; one that has run out has a message that says so."""
    waiver = control.get("waiver_data") or {}
    return bool(waiver) and not waiver.get("message")


def main() -> int:
    """Do the task on standard input."""
    return work(_do)
