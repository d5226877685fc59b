"""The small bodies of requests, in JSON, YAML or TOML: one object of few fields, all of them known.

A job file is for `parse`, which forgives more; here a word that is not known is an error, so that
no typo is obeyed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError

from courier_backend.model.checking.faults import report_faults
from courier_backend.model.checking.findings import Findings
from courier_backend.model.checking.sensitive_rules import silence
from courier_backend.model.checking.shape import check_shape, fields_of
from courier_backend.model.definition import Definition
from courier_backend.model.errors import BadInput
from courier_backend.model.problems import has_errors, problem_sentence
from courier_backend.model.reading.opening import Unopened, opened
from courier_backend.model.suggest import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from courier_backend.model.wire import ProblemItem

D = TypeVar("D", bound=Definition)


def read_body(
    root: type[D],
    text: str,
    body_format: str = "",
    file_name: str = "",
    *,
    ignored: Collection[str] = (),
    check: Callable[[Findings], None] | None = None,
) -> D:
    """What a body says.

    Args:
        root: the fields that it may have.
        text: the body.
        body_format: json, yaml or toml; "" to decide by `file_name`, then by trying.
        file_name: where the text comes from.
        ignored: fields that say nothing here, as answers hold them beside the others.
        check: reports what the fields alone do not show to be wrong.

    Raises:
        BadInput: it has errors; the sentence is the first of them, `problems` are all.
    """
    try:
        document = opened(text, body_format, file_name)
    except Unopened as failure:
        raise _refusal([failure.problem], file_name) from None
    findings = Findings(document, is_strict=True)
    findings.take_remarks()
    _check_fields(findings, root, ignored)
    check_shape(findings, root)
    if check is not None:
        check(findings)
    try:
        body = root.model_validate(document.value)
    except ValidationError as error:
        report_faults(findings, root, error)
    silence(findings)
    problems = findings.sorted()
    if has_errors(problems):
        raise _refusal(problems, file_name)
    return body


def _check_fields(findings: Findings, root: type[Definition], ignored: Collection[str]) -> None:
    value = findings.document.value
    if not isinstance(value, dict):
        return
    fields = fields_of(root)
    for key in [key for key in value if key not in fields]:
        del value[key]
        if key not in ignored:
            free = [name for name in fields if name not in value]
            message = "is no field that is known here"
            findings.error((key,), message, nearest(key, free), key=True)


def _refusal(problems: list[ProblemItem], file_name: str) -> BadInput:
    errors = [problem for problem in problems if problem["severity"] == "error"]
    more = f" ({len(errors) - 1} more)" if len(errors) > 1 else ""
    return BadInput(f"{problem_sentence(errors[0], file_name)}{more}", problems=problems)
