"""Where outputs come from, and how they are taken out of there."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from courier_backend.model.checking.values import object_at, text_at
from courier_backend.model.json_paths import path_fault
from courier_backend.model.patterns import pattern_fault
from courier_backend.model.problems import listed, shown
from courier_backend.model.suggest import nearest

if TYPE_CHECKING:
    from courier_backend.model.checking.findings import Findings
    from courier_backend.model.problems import Path

_STREAMS: Final = ("stdout", "stderr")


def check_outputs(findings: Findings, step: dict[str, Any], path: Path) -> None:
    """Report rules that cannot give a value."""
    for name, rule in object_at(step, "outputFieldRules").items():
        if isinstance(rule, dict):
            _check_source(findings, rule, (*path, "outputFieldRules", name))
            _check_extraction(findings, rule, (*path, "outputFieldRules", name))


def _check_source(findings: Findings, rule: dict[str, Any], path: Path) -> None:
    kind, source = text_at(rule, "sourceType"), text_at(rule, "source")
    here = (*path, "source")
    if kind in {"file", "artifact"} and not source:
        what = "the path of the file" if kind == "file" else "the name of the artifact"
        findings.error(here, f"is missing ({what})")
    elif kind == "artifact" and _leaves_its_folder(source):
        message = f"{shown(source)} leads out of $COURIER_EVIDENCE_DIR, where artifacts are"
        findings.error(here, message)
    elif kind == "output" and source not in {"", *_STREAMS}:
        message = f"{shown(source)} is not one of {listed(_STREAMS)}"
        findings.error(here, message, nearest(source, _STREAMS))
    elif kind == "exitCode" and source:
        findings.warning(here, "is not used: there is one exit code")


def _leaves_its_folder(source: str) -> bool:
    path = PurePosixPath(source.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts


def _check_extraction(findings: Findings, rule: dict[str, Any], path: Path) -> None:
    method, expression = text_at(rule, "extractMethod"), text_at(rule, "expression")
    here = (*path, "expression")
    if method in {"regEx", "jsonPath"} and not expression:
        findings.error(here, f"is missing: extractMethod is {method}")
    elif method == "regEx" and (fault := pattern_fault(expression)):
        findings.error(here, fault)
    elif method == "jsonPath" and (fault := path_fault(expression)):
        meant = "" if expression.startswith("$") else f"$.{expression.lstrip('.')}"
        findings.error(here, fault, meant)
    elif method == "content" and expression:
        findings.warning(here, "is not used: extractMethod is content")
    elif "extractMethod" not in rule and expression:
        message = "is missing: there is an expression (one of content, regEx, jsonPath)"
        findings.error((*path, "extractMethod"), message)
