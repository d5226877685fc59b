"""From the text of a job file to a `Job`, or to everything that is wrong with it.

The way: the text is read into plain values whose places are known (`reading`); values that no
field may hold are reported; older spellings are brought to today's; unknown fields are reported;
the models check each field, the rules what fields say together (`checking`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from courier_backend.model.checking.data_rules import check_data
from courier_backend.model.checking.faults import report_faults
from courier_backend.model.checking.findings import Findings
from courier_backend.model.checking.job_rules import (
    RuleJudge,
    check_name,
    check_schedule,
    check_size,
    no_judge,
)
from courier_backend.model.checking.kept import put_kept
from courier_backend.model.checking.overrides import put_inputs, put_nodes
from courier_backend.model.checking.restart_rules import check_restarts
from courier_backend.model.checking.saved_names import SavedNames, put_saved
from courier_backend.model.checking.sensitive_rules import check_plain, check_sensitive, silence
from courier_backend.model.checking.shape import check_shape
from courier_backend.model.checking.soundness import check_soundness
from courier_backend.model.checking.spellings import read_older_spellings
from courier_backend.model.checking.step_rules import check_steps
from courier_backend.model.checking.target_rules import check_target
from courier_backend.model.job import Job
from courier_backend.model.problems import has_errors
from courier_backend.model.reading.opening import Unopened, opened

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from courier_backend.model.wire import ProblemItem


@dataclass(frozen=True, slots=True)
class Parsed:
    """What became of a job file. `job` is there when no problem is an error."""

    job: Job | None
    problems: list[ProblemItem]
    body_format: str = ""

    @property
    def errors(self) -> list[ProblemItem]:
        """What must be mended."""
        return [problem for problem in self.problems if problem["severity"] == "error"]

    @property
    def warnings(self) -> list[ProblemItem]:
        """What is odd."""
        return [problem for problem in self.problems if problem["severity"] == "warning"]


def parse_job(
    text: str,
    body_format: str = "",
    file_name: str = "",
    *,
    node_ids: Sequence[str] = (),
    inputs: Mapping[str, str] | None = None,
    judge: RuleJudge = no_judge,
    saved: SavedNames | None = None,
    kept: Mapping[str, Any] | None = None,
    plain: Collection[str] = (),
) -> Parsed:
    """Read a job file; whatever is wrong with it is in the answer, nothing is raised.

    Args:
        text: the file.
        body_format: json, yaml or toml; "" to decide by `file_name`, then by trying.
        file_name: where the text comes from.
        node_ids: nodes to run every group on, instead of those in the file.
        inputs: values for inputs, in every step that names them.
        judge: says what is wrong with a recurrence rule beyond its form.
        saved: the saved filters and lists that it may name; None when they are not known.
        kept: the actions of the job that the file changes, whose sensitive values it may keep.
        plain: the names of those `inputs` whose values stood on a command line.
    """
    try:
        document = opened(text, body_format, file_name)
    except Unopened as failure:
        return Parsed(None, [failure.problem], failure.body_format)
    findings = Findings(document)
    findings.take_remarks()
    if not _is_definition(findings):
        return Parsed(None, findings.sorted(), document.body_format)
    check_soundness(findings)
    put_nodes(findings, node_ids)
    put_inputs(findings, inputs or {})
    read_older_spellings(findings)
    put_kept(findings, kept)
    check_plain(findings, plain)
    check_shape(findings, Job)
    if saved is not None:
        put_saved(findings, saved)
    check_schedule(findings, judge)
    for check in (
        check_name,
        check_target,
        check_steps,
        check_data,
        check_restarts,
        check_sensitive,
    ):
        check(findings)
    return _validated(findings)


def _is_definition(findings: Findings) -> bool:
    """Whether it is an object, and not an answer with a definition inside."""
    value = findings.document.value
    if not isinstance(value, dict):
        kind = "a list" if isinstance(value, list) else "a single value"
        findings.error((), f"the file holds {kind}, not an object with named fields")
        return False
    wrapped = value.keys() <= {"item", "items", "pagination", "totalItems"}
    if value and wrapped:
        name = next(iter(value))
        findings.error((name,), "this is an answer of the server; what is in it is a job", key=True)
        return False
    return True


def _validated(findings: Findings) -> Parsed:
    job = None
    try:
        job = Job.model_validate(findings.document.value)
    except ValidationError as error:
        report_faults(findings, Job, error)
    else:
        check_size(findings, job)
    silence(findings)
    problems = findings.sorted()
    return Parsed(None if has_errors(problems) else job, problems, findings.document.body_format)
