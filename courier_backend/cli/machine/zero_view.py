"""Looking on while a job runs in zero mode: its output as it comes, its evidence into a folder."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from courier_backend.artifact.format import evidence_name
from courier_backend.cli.clean import clean
from courier_backend.cli.evidence.folder import Incoming
from courier_backend.cli.output import flush, is_terminal, say, write
from courier_backend.cli.terminal_text import TerminalText
from courier_backend.cli.when import duration
from courier_backend.cli.words import number_of
from courier_backend.model.times import from_text

if TYPE_CHECKING:
    from courier_backend.runner.kept import Evidence

_CHUNK: Final = 256 * 1024


class ZeroView:
    """Says what happens, and remembers it. `quiet`: stdout is for the answer alone."""

    def __init__(self, folder: Path, steps: int, *, quiet: bool) -> None:
        self._folder = folder
        self._count = steps
        self._quiet = quiet
        self._run: dict[str, Any] = {"runId": "", "status": "", "reasonCode": "", "reason": ""}
        self._steps: list[dict[str, Any]] = []
        self._offset: dict[str, int] = {}
        self._text: dict[str, TerminalText] = {}
        self._begun = self._ended = ""
        self._paths: list[str] = []
        self._line_is_open = False

    @property
    def status(self) -> str:
        """How the run ended."""
        return str(self._run["status"])

    def item(self) -> dict[str, Any]:
        """The run, as data."""
        return {**self._run, "outputDir": str(self._folder.absolute()), "steps": self._steps}

    def sum_up(self) -> None:
        """How it went, on stderr."""
        seconds = (from_text(self._ended) - from_text(self._begun)).total_seconds()
        done = sum(step["status"] == "success" for step in self._steps)
        reason = f": {clean(self._run['reason'])}" if self._run["reason"] else ""
        say(f"{self.status}{reason}")
        files = number_of(len(self._paths), "file")
        say(f"{done} of {number_of(self._count, 'step')} succeeded in {duration(seconds)}.")
        say(f"Evidence: {files} in {self._folder}")

    # ---- an `Onlooker`

    def told(self, line: dict[str, Any], evidence: Evidence | None) -> None:
        """A line of the run's stream; with the end of an attempt comes its evidence."""
        self._run["runId"] = line["runId"]
        kind = line["type"]
        if kind == "output":
            self._show(line)
        elif kind == "step-started" and not line.get("interim"):
            self._begin_step(line)
        elif kind == "step-started":
            say("── waits for the machine to boot")
        elif kind == "attempt-started":
            self._begin_attempt(line)
        elif kind == "attempt-finished":
            self._end_attempt(line, evidence)
        elif kind == "step-finished":
            self._end_step(line)
        elif kind == "run-finished":
            self._ended = line["time"]
            self._run |= {name: line[name] for name in ("status", "reasonCode", "reason")}

    def _keep(self, step: int, attempt: int, evidence: Evidence) -> dict[str, Any]:
        """Put the evidence of an attempt into the folder."""
        source, size, digest = evidence
        with Incoming(self._folder, evidence_name(self._run["runId"], step, attempt)) as incoming:
            if isinstance(source, bytes):
                incoming.write(source)
            else:
                with source.open("rb") as file:
                    while chunk := file.read(_CHUNK):
                        incoming.write(chunk)
            path = incoming.keep(digest)
        self._paths.append(str(path))
        return {"path": str(path.absolute()), "sha256": digest, "bytes": size}

    def _begin_step(self, line: dict[str, Any]) -> None:
        self._begun = self._begun or line["time"]
        self._steps.append(
            {
                "stepNumber": line["step"],
                "name": line["name"],
                "interpreter": line["interpreter"],
                "interpreterVersion": line["interpreterVersion"],
                "attempts": [],
            }
        )
        name = f" {clean(line['name'])}" if line["name"] else ""
        with_what = clean(f"{line['interpreter']} {line['interpreterVersion']}".strip())
        say(f"── step {line['step']} of {self._count}:{name} ({with_what})")

    def _begin_attempt(self, line: dict[str, Any]) -> None:
        self._offset = {}
        self._text = {name: TerminalText() for name in ("stdout", "stderr")}
        if line["attempt"] > 1:
            say(f"── attempt {line['attempt']}")

    def _show(self, line: dict[str, Any]) -> None:
        """Output as it comes; where more came than could be shown, that is said."""
        stream = line["stream"]
        if line.get("hidden"):
            if not self._offset:
                say("── its output is hidden: it may hold something sensitive")
            self._offset[stream] = line["hidden"]
            return
        left_out = line["offset"] - self._offset.get(stream, 0)
        if left_out > 0:
            say(f"── {left_out} bytes are not shown; the evidence has them")
        self._offset[stream] = line["offset"] + line["bytes"]
        self._put(stream, line["text"])

    def _put(self, stream: str, text: str) -> None:
        target = sys.stderr if stream == "stderr" or self._quiet else sys.stdout
        shown = self._text[stream].feed(text) if is_terminal(target) else text
        if target is sys.stdout:
            write(shown)
            flush()
            self._line_is_open = not text.endswith("\n")
        else:
            sys.stderr.write(shown)
            sys.stderr.flush()

    def _end_attempt(self, line: dict[str, Any], evidence: Evidence | None) -> None:
        if self._line_is_open and is_terminal(sys.stdout):
            write("\n")
            flush()
        self._line_is_open = False
        names = ("status", "exitCode", "signal", "reasonCode", "reason", "durationSeconds")
        told = {"attemptNumber": line["attempt"], **{name: line[name] for name in names}}
        kept = self._keep(line["step"], line["attempt"], evidence) if evidence else None
        self._steps[-1]["attempts"].append(told | {"evidence": kept})
        if kept is None:
            say(f"── no evidence: {clean(line['evidence']['reason'])}")
        if line["retryInSeconds"] is not None:
            say(f"── {clean(line['reason'])}; again in {duration(line['retryInSeconds'])}")

    def _end_step(self, line: dict[str, Any]) -> None:
        names = ("status", "ignored", "numAttempts", "reasonCode", "reason", "inputs", "outputs")
        self._steps[-1] |= {name: line[name] for name in names}
        reason = f": {clean(line['reason'])}" if line["reason"] else ""
        ignored = " (ignored)" if line["ignored"] else ""
        say(f"── step {line['step']}: {line['status']}{ignored}{reason}")
