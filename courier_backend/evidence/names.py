"""How evidence is named, on disk and in links. Names are made of checked parts only."""

from pathlib import Path

from courier_backend.artifact.format import evidence_name
from courier_backend.model.errors import BadInput
from courier_backend.model.ids import is_id


def file_name(run_id: str, step: int, attempt: int) -> str:
    """``evidence-run-<runId>-step-<n>-attempt-<m>.zip``.

    Raises:
        BadInput: the run id is no id (and so might leave the folder).
    """
    if not is_id(run_id):
        raise BadInput(f'"{run_id}" is not a run id.')
    return evidence_name(run_id, step, attempt)


def file_path(folder: Path, run_id: str, step: int, attempt: int) -> Path:
    """Where the evidence lies below the evidence folder, fanned out by the first two digits."""
    path = folder / run_id[:2] / file_name(run_id, int(step), int(attempt))
    if not path.resolve().is_relative_to(folder.resolve()):
        raise BadInput(f"{path.name} would lie outside of the evidence folder.")
    return path
