"""The output of a run's attempts: what is there, and what comes."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from courier_backend.cli.clean import clean
from courier_backend.cli.output import flush, is_terminal, say, write
from courier_backend.cli.terminal_text import TerminalText
from courier_backend.cli.watch.follow import Follower
from courier_backend.client import calls
from courier_backend.model.errors import Gone, NotFound, NotYet
from courier_backend.model.status import FINAL_RUN, FINAL_STEP

if TYPE_CHECKING:
    from collections.abc import Iterator

    from courier_backend.cli.session import Session
    from courier_backend.model.wire import AttemptItem, OutputItem, RunItem, StepItem

STREAMS: Final = ("stdout", "stderr")
_PART_BYTES: Final = 256 * 1024
_NOT_YET_SECONDS: Final = 60.0
_NOT_YET_PAUSE: Final = 0.5
_RELEVANT: Final = frozenset({"attempt-started", "run-changed", "run-finished"})

_Key = tuple[int, int]


@dataclass(slots=True)
class _Shown:
    """How much of an attempt was shown: bytes of each stream, and whether that is all."""

    offsets: dict[str, int] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    complete: bool = False


class LogReader:
    """Writes the output of one run to stdout: raw, or harmless where a terminal shows it.

    Headings go to stderr.
    """

    def __init__(self, session: Session, run_id: str, step: int | None, stream: str) -> None:
        self._session = session
        self._run_id = run_id
        self._step = step
        self._streams = (stream,) if stream else STREAMS
        self._shown: dict[_Key, _Shown] = {}
        self._on_terminal = is_terminal(sys.stdout)
        self._texts: dict[str, TerminalText] = {}
        self._lost = 0

    def print_all(self) -> int:
        """What is there now. 1 when some of it is lost.

        Raises:
            NotFound: no such run, or it has no such step.
        """
        steps = self._session.ask(calls.list_steps(self._run_id))["items"]
        if self._step is not None and self._step not in {each["stepNumber"] for each in steps}:
            raise NotFound(
                f"Run {self._run_id} has no step {self._step} (yet).",
                hint="`--follow` waits for it.",
            )
        for step, attempt in self._wanted(steps):
            self._begin(step, attempt)
            self._print_rest(step["stepNumber"], attempt["attemptNumber"])
        return 1 if self._lost else 0

    def follow(self) -> int:
        """What is there, then what comes, until the run ends. 1 when some of it is lost."""
        self._session.ask(calls.get_run(self._run_id))  # an unknown one fails now, not silently
        Follower(self._session, self._look, _RELEVANT, run_id=self._run_id).follow()
        return 1 if self._lost else 0

    def _look(self) -> RunItem | None:
        """Show all attempts that there are, each to its end; the run, once it has ended."""
        run = self._session.ask(calls.get_run(self._run_id))
        steps = self._session.ask(calls.list_steps(self._run_id))["items"]
        for step, attempt in self._wanted(steps):
            key = (step["stepNumber"], attempt["attemptNumber"])
            if key not in self._shown:
                self._begin(step, attempt)
            if not self._shown[key].complete:
                self._to_the_end(*key, running=attempt["status"] not in FINAL_STEP)
        return run if run["status"] in FINAL_RUN else None

    def _wanted(self, steps: list[StepItem]) -> Iterator[tuple[StepItem, AttemptItem]]:
        for step in steps:
            if self._step in {None, step["stepNumber"]}:
                for attempt in step["attempts"]:
                    yield step, attempt

    def _begin(self, step: StepItem, attempt: AttemptItem) -> None:
        number, attempt_number = step["stepNumber"], attempt["attemptNumber"]
        self._shown[number, attempt_number] = _Shown()
        again = f", attempt {attempt_number}" if attempt_number > 1 else ""
        flush()
        say(f"── step {number} {clean(step['name'])}{again}")

    def _to_the_end(self, step: int, attempt: int, *, running: bool) -> None:
        if running:
            for mark in self._session.client.live_output(self._run_id, step, attempt):
                self._take(step, attempt, mark)
        self._print_rest(step, attempt)
        self._shown[step, attempt].complete = True

    def _take(self, step: int, attempt: int, mark: dict[str, Any]) -> None:
        """Show a part that just came, unless it was shown; what is missing before it is fetched."""
        if mark["type"] != "output" or mark["stream"] not in self._streams:
            return
        stream, offset = mark["stream"], mark["offset"]
        shown = self._shown[step, attempt]
        if "hidden" in mark:
            if stream not in shown.hidden:
                shown.hidden.add(stream)
                say(f"{stream} is hidden until the step ends, {mark['hidden']} bytes so far")
            return
        offsets = shown.offsets
        end = offset + mark["bytes"]
        if end <= offsets.get(stream, 0):
            return
        if offset != offsets.get(stream, 0):
            self._print_until(step, attempt, stream, end)
            return
        self._write(stream, mark["text"])
        flush()
        offsets[stream] = end

    def _print_rest(self, step: int, attempt: int) -> None:
        try:
            for stream in self._streams:
                self._print_until(step, attempt, stream, None)
        except Gone as error:
            self._lost += 1
            say(clean(error.message))
        self._finish_texts()

    def _write(self, stream: str, text: str) -> None:
        if self._on_terminal:
            if stream not in self._texts:
                self._texts[stream] = TerminalText(colours="NO_COLOR" not in os.environ)
            text = self._texts[stream].feed(text)
        write(text)

    def _finish_texts(self) -> None:
        """An attempt has ended, and with it its colours."""
        for text in self._texts.values():
            write(text.finish())
        flush()

    def _print_until(self, step: int, attempt: int, stream: str, end: int | None) -> None:
        """Fetch and show a stream, up to `end` or to where it ends for now."""
        offsets = self._shown[step, attempt].offsets
        while end is None or offsets.get(stream, 0) < end:
            offset = offsets.get(stream, 0)
            limit = _PART_BYTES if end is None else min(end - offset, _PART_BYTES)
            part = self._part(step, attempt, stream, offset, limit)
            self._write(stream, part["text"])
            offsets[stream] = part["nextOffset"]
            if part["final"] or part["nextOffset"] == offset:
                break
        flush()

    def _part(self, step: int, attempt: int, stream: str, offset: int, limit: int) -> OutputItem:
        call = calls.get_output(
            self._run_id, step, attempt, stream=stream, offset=offset, limit=limit
        )
        end = time.monotonic() + _NOT_YET_SECONDS
        while True:
            try:
                return self._session.ask(call)
            except NotYet:
                if time.monotonic() >= end:
                    raise
                time.sleep(_NOT_YET_PAUSE)
