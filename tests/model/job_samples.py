"""Definitions that the tests of the model share."""

import copy
import json
from pathlib import Path
from typing import Any, Final

from courier_backend.model.parse import Parsed, parse_job
from courier_backend.model.wire import ProblemItem

SEED: Final = Path(__file__).parent / "seed"
NODE: Final = "1f4c680d-4dc6-4edf-83b6-ded81388f244"


def seed(name: str) -> Any:
    """A job or an answer as it stands in Chef's documentation."""
    return json.loads((SEED / f"{name}.json").read_text("utf-8"))


def seed_text(name: str) -> str:
    return (SEED / f"{name}.json").read_text("utf-8")


def definition() -> dict[str, Any]:
    """A definition without a flaw."""
    return copy.deepcopy(dict(seed("job")))


def parsed(job: Any) -> Parsed:
    return parse_job(json.dumps(job, indent=2), "json")


def problem(result: Parsed, path: str) -> ProblemItem:
    """The one problem at a path."""
    found = [item for item in result.problems if item["path"] == path]
    assert len(found) == 1, (path, result.problems)
    return found[0]


def error(result: Parsed, path: str) -> ProblemItem:
    found = problem(result, path)
    assert found["severity"] == "error", found
    assert result.job is None
    return found


def warning(result: Parsed, path: str) -> ProblemItem:
    found = problem(result, path)
    assert found["severity"] == "warning", found
    assert result.job is not None, result.problems
    return found


MISSING: Final = object()
"""A value that takes its field away."""


def changed(*changes: tuple[str, Any]) -> dict[str, Any]:
    """The definition with values put at paths such as ``target.groups.0.timeoutSeconds``."""
    job = definition()
    for path, value in changes:
        *way, last = path.split(".")
        place: Any = job
        for part in way:
            place = place[int(part)] if isinstance(place, list) else place.setdefault(part, {})
        if value is MISSING:
            del place[last]
        else:
            place[int(last) if isinstance(place, list) else last] = value
    return job
