"""One run: its steps on the left; on the right what the chosen attempt printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from courier_backend.client import calls
from courier_backend.model.errors import Unreachable
from courier_tui import describe
from courier_tui.frame import standing
from courier_tui.keymap import CANCEL, COPY, DOWNLOAD, STREAM, bindings
from courier_tui.output import OutputReader, Which
from courier_tui.rows import FixedRows
from courier_tui.screens.live import LiveScreen
from courier_tui.signs import UNFINISHED, badge, sign
from courier_tui.step_rows import STEP_COLUMNS, StepRow, busiest, step_rows
from courier_tui.text import content, plain
from courier_tui.tone import Tone
from courier_tui.widgets.attempt import attempt_facts
from courier_tui.widgets.facts import fact_line
from courier_tui.widgets.log_view import LogView
from courier_tui.widgets.table import Table
from courier_tui.wording import short, span

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.binding import BindingType
    from textual.widget import Widget
    from textual.worker import Worker

    from courier_backend.model.wire import RunItem, StepItem
    from courier_tui.changes import Changes
    from courier_tui.text import Span

DRAW_SECONDS = 0.1
"""New output is drawn at most so often."""
_STREAMS: dict[str, tuple[str, ...]] = {
    "stdout + stderr": ("stdout", "stderr"),
    "stdout": ("stdout",),
    "stderr": ("stderr",),
}


class RunScreen(LiveScreen):
    """A run on one node."""

    CSS_PATH = "run.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings(DOWNLOAD, CANCEL, STREAM, COPY)

    def __init__(self, run_id: str, name: str) -> None:
        super().__init__(name)
        self.run_id = run_id
        self.run: RunItem | None = None
        self.steps: list[StepItem] = []
        self._stream = "stdout + stderr"
        self._reader: OutputReader | None = None
        self._reading: Worker[None] | None = None
        self._read_key = ""
        self._chosen_key = ""
        self._by_hand = False
        self._drawing = False

    def body(self) -> Iterable[Widget]:
        """Head line, steps, output."""
        yield Static(id="head")
        with Horizontal(id="panes"):
            steps = Vertical(
                Table(
                    STEP_COLUMNS,
                    key=lambda row: row.key,
                    marks=False,
                    header=False,
                    id="steps",
                    clock=self.frame.clock,
                ),
                id="steps-card",
                classes="card",
            )
            steps.border_title = "Steps"
            yield steps
            yield Vertical(Static(id="attempt"), LogView(id="log"), id="output", classes="card")
        yield Static(id="download")

    @property
    def table(self) -> Table[StepRow]:
        """The steps."""
        return self.query_one("#steps", Table)

    @property
    def log_view(self) -> LogView:
        """The output."""
        return self.query_one(LogView)

    async def load(self) -> None:
        """The run and its steps."""
        run = await self.frame.ask(calls.get_run(self.run_id))
        page = await self.frame.ask(calls.list_steps(self.run_id))
        self.run, self.steps = run, page["items"]
        if standing(self):
            self._show_head()
            self._show_steps()
            self.refresh_bindings()

    def _show_head(self) -> None:
        run = self.run
        if run is None:
            return
        took = span(run["startedTime"], run["finishedTime"], self.frame.clock())
        facts = [
            ("", badge(sign(run["status"]))),
            ("on", describe.say(run["nodeName"])),
            ("for" if run["status"] in UNFINISHED else "took", describe.say(took)),
            ("id", describe.say(short(run["runId"]), Tone.MUTED)),
        ]
        if run["waitingPlace"]:
            facts.append(("", describe.say(f"waits for the node, place {run['waitingPlace']}")))
        if run["reason"]:
            facts.append(("", describe.say(run["reason"], Tone.MUTED)))
        self.query_one("#head", Static).update(content(fact_line(facts)))

    def _show_steps(self) -> None:
        rows = step_rows(self.steps)
        table = self.table
        table.show(FixedRows(rows))
        if rows and not self._by_hand:
            table.cursor = busiest(rows)
            self._chosen_key = rows[table.cursor].key
        self._show_attempt()

    @on(Table.Looked, "#steps")
    def _moved(self) -> None:
        row = self.table.current
        if row is not None and row.key != self._chosen_key:
            self._by_hand = True
            self._chosen_key = row.key
        self._show_attempt()

    def _show_attempt(self) -> None:
        row = self.table.current
        output = self.query_one("#output")
        if row is None:
            output.border_title = "Output"
            self.query_one("#attempt", Static).update(content([("No step yet.", Tone.MUTED)]))
            return
        title = plain(row.step["name"]) or f"step {row.step['stepNumber']}"
        if row.attempt is not None and len(row.step["attempts"]) > 1:
            title += f" · attempt {row.attempt['attemptNumber']}"
        output.border_title = content([(title, Tone.PLAIN)])
        facts = attempt_facts(row.step, row.attempt)
        self.query_one("#attempt", Static).update(content(facts))
        self._read(row)

    # Output

    def _read(self, row: StepRow) -> None:
        attempt = row.attempt
        number = 0 if attempt is None else attempt["attemptNumber"]
        key = f"{row.step['stepNumber']}.{number}"
        if key == self._read_key and (attempt is None or self._is_read()):
            return
        self._read_key = key
        if self._reading is not None:
            self._reading.cancel()
        self.log_view.begin()
        self._reader = None
        if attempt is None:
            return
        which = Which(self.run_id, row.step["stepNumber"], number)
        running = attempt["status"] in {"running", "active"}
        self._reading = self.run_worker(self._follow(which, running), group="output")

    def _is_read(self) -> bool:
        """Whether the output is all there, or on its way."""
        on_its_way = self._reading is not None and not self._reading.is_finished
        return on_its_way or (self._reader is not None and self._reader.done)

    def action_refresh_view(self) -> None:
        """Ask anew, for the output too."""
        self._read_key = ""
        super().action_refresh_view()

    async def _follow(self, which: Which, running: bool) -> None:
        try:
            reader = OutputReader(
                self.frame.link.backend, which, self.log_view.lines, self._draw_soon
            )
            self._reader = reader
            await reader.read(running=running)
        except Unreachable:
            return  # the banner says so; it is read again when contact is back

    def _draw_soon(self) -> None:
        if not self._drawing and standing(self):
            self._drawing = True
            self.set_timer(DRAW_SECONDS, self._draw)

    def _draw(self) -> None:
        self._drawing = False
        self.log_view.lines_changed()

    @on(LogView.Followed)
    def _show_badge(self) -> None:
        log = self.log_view
        parts = [self._stream] if self._stream != "stdout + stderr" else []
        if log.badge:
            parts.append(f"{log.badge} · f follows")
        self.query_one("#output").border_subtitle = content([("  ".join(parts), Tone.LIVE)])

    def action_stream(self) -> None:
        """Both streams, or one."""
        names = list(_STREAMS)
        self._stream = names[(names.index(self._stream) + 1) % len(names)]
        self.log_view.streams = _STREAMS[self._stream]
        self.log_view.lines_changed()

    # Work

    def tick(self) -> None:
        """What runs has run a second longer."""
        if self.run is not None and self.run["status"] in UNFINISHED:
            self._show_head()
            self.table.refresh()

    def concerned(self, changes: Changes) -> bool:
        """Whether this run changed."""
        return changes.of_run(self.run_id)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is over cannot be canceled."""
        if action == "cancel" and self.run is not None:
            return self.run["status"] in UNFINISHED
        return super().check_action(action, parameters)

    @on(Table.Opened, "#steps")
    def _to_output(self) -> None:
        self.log_view.focus()

    def action_cancel(self) -> None:
        """Stop it."""
        from courier_tui.work import cancel_runs  # noqa: PLC0415  when first needed

        if self.run is not None:
            self.frame.run_worker(cancel_runs(self.frame, [self.run]), group="work")

    def action_copy(self) -> None:
        """The id of the run."""
        self.frame.copy(self.run_id, "run", 1)

    def action_download(self) -> None:
        """Evidence of all attempts."""
        from courier_tui.fetching import download_run  # noqa: PLC0415  when first needed

        self.frame.run_worker(
            download_run(self.frame, self.run_id, self.steps, self._downloading),
            group="download",
        )

    def _downloading(self, line: Sequence[Span] | None) -> None:
        if standing(self):
            shown = self.query_one("#download", Static)
            shown.display = line is not None
            if line is not None:
                shown.update(content(line))
