"""A job as text: coloured, checked while it is typed, with what it would do beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final
from uuid import uuid4

from textual import on
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import OptionList, Static, TextArea
from textual.widgets.option_list import Option

from courier_backend.client import calls
from courier_backend.model.errors import BadInput, CourierError, Unreachable
from courier_tui.frame import standing
from courier_tui.keymap import LEAVE, PROBLEMS, SAVE, SUBMIT, bindings
from courier_tui.screens.confirm import Choice, Confirm
from courier_tui.screens.live import LiveScreen
from courier_tui.text import content, plain
from courier_tui.tone import Tone
from courier_tui.widgets.job_text import JobText
from courier_tui.widgets.plan import plan_lines, problem_line, verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.binding import BindingType
    from textual.timer import Timer
    from textual.widget import Widget

    from courier_backend.model.wire import PlanItem, ProblemItem, Submission, Submitted
    from courier_tui.changes import Changes

CHECK_SECONDS: Final = 0.3
"""The text is checked when so long nothing was typed."""
_LANGUAGES: Final = {"json": "json", "yaml": "yaml", "yml": "yaml", "toml": "toml"}


def language_of(file_name: str) -> str:
    """json, yaml or toml, by the ending; YAML reads JSON too."""
    return _LANGUAGES.get(file_name.rpartition(".")[2].casefold(), "yaml")


class Editor(LiveScreen):
    """Text on the left; problems and plan on the right."""

    CSS_PATH = "editor.tcss"
    AUTO_FOCUS = "JobText"
    BINDINGS: ClassVar[list[BindingType]] = bindings(SUBMIT, PROBLEMS, SAVE, LEAVE)

    def __init__(self, text: str, title: str, file_name: str, kept_from: str = "") -> None:
        """`kept_from`: the job whose sensitive values the text keeps."""
        super().__init__(f"New job: {title}")
        self._kept_from = kept_from
        self._text = text
        self._file_name = file_name
        self._problems: list[ProblemItem] = []
        self._checking: Timer | None = None
        self._key = str(uuid4())
        self._submitting = False

    def body(self) -> Iterable[Widget]:
        """Editor, problems, plan."""
        area = JobText(
            self._text,
            language=language_of(self._file_name),
            soft_wrap=False,
            show_line_numbers=True,
            tab_behavior="indent",
            id="text",
        )
        with Horizontal(id="panes"):
            text = Vertical(area, classes="card", id="text-card")
            text.border_title = content([(plain(self._file_name), Tone.PLAIN)])
            yield text
            with Vertical(id="side"):
                problems = Vertical(
                    Static(id="verdict"), OptionList(id="problems"), classes="card", id="check"
                )
                problems.border_title = "Check"
                yield problems
                plan = VerticalScroll(Static(id="plan"), classes="card", id="plan-card")
                plan.border_title = "What it will do"
                plan.can_focus = False
                yield plan

    @property
    def area(self) -> TextArea:
        """Where one types."""
        return self.query_one("#text", TextArea)

    def on_mount(self) -> None:
        """Nothing is known of it yet."""
        self._say([("checking …", Tone.MUTED)])

    def concerned(self, changes: Changes) -> bool:
        """Nodes may have come; or contact is back."""
        return changes.everything or bool(changes.nodes)

    async def load(self) -> None:
        """Check the text."""
        await self._check()

    @on(TextArea.Changed)
    def _typed(self) -> None:
        if self._checking is not None:
            self._checking.stop()
        self._checking = self.set_timer(CHECK_SECONDS, self.reload)

    # Checking

    def _submission(self) -> Submission:
        return {
            "body": self.area.text,
            "bodyFormat": language_of(self._file_name),
            "fileName": self._file_name,
            "nodeIds": [],
            "inputs": {},
            "keptFrom": self._kept_from,
        }

    async def _check(self) -> None:
        if not self.area.text.strip():
            self._show([], None)
            self._say([("Nothing written yet.", Tone.MUTED)])
            return
        try:
            plan = await self.frame.ask(calls.plan(self._submission()))
        except BadInput as error:
            self._show(error.problems or [_problem(error.message)], None)
        except Unreachable:
            self._say([("Not checked: the backend does not answer.", Tone.WARN)])
        else:
            self._show(plan["problems"], plan)

    def _show(self, problems: list[ProblemItem], plan: PlanItem | None) -> None:
        if not standing(self):
            return
        self._problems = sorted(problems, key=lambda each: (each["severity"], each["line"]))
        listed = self.query_one("#problems", OptionList)
        chosen = listed.highlighted
        listed.clear_options()
        listed.add_options([Option(content(problem_line(each))) for each in self._problems])
        listed.display = bool(self._problems)
        if self._problems and chosen is not None:
            listed.highlighted = min(chosen, len(self._problems) - 1)
        self._say(verdict(self._problems))
        lines = plan_lines(plan) if plan is not None and plan["valid"] else []
        self.query_one("#plan", Static).update(
            content(lines or [("Shown when the text has no errors.", Tone.MUTED)])
        )

    def _say(self, spans: list[tuple[str, Tone]]) -> None:
        self.query_one("#verdict", Static).update(content(spans))

    @on(OptionList.OptionSelected, "#problems")
    def _jump(self, event: OptionList.OptionSelected) -> None:
        self._go_to(self._problems[event.option_index])

    def action_next_problem(self) -> None:
        """The line of the next problem."""
        listed = self.query_one("#problems", OptionList)
        if self._problems:
            place = -1 if listed.highlighted is None else listed.highlighted
            listed.highlighted = (place + 1) % len(self._problems)
            self._go_to(self._problems[listed.highlighted])

    def _go_to(self, problem: ProblemItem) -> None:
        if problem["line"]:
            row = min(problem["line"], self.area.document.line_count) - 1
            self.area.move_cursor((row, max(problem["column"] - 1, 0)), center=True)
            self.area.focus()

    # Handing in, saving, leaving

    def action_submit(self) -> None:
        """Hand the job in."""
        if not self._submitting:
            self._submitting = True
            self.frame.run_worker(self._submit(), group="submit")

    async def _submit(self) -> None:
        try:
            answer = await self.frame.ask(
                calls.submit(self._submission(), idempotency_key=self._key)
            )
        except CourierError as error:
            self._refused(error)
        else:
            self._accepted(answer)
        finally:
            self._submitting = False

    def _refused(self, error: CourierError) -> None:
        if error.problems:
            self._show(error.problems, None)
            self.frame.tell("The job was not accepted; see the problems.", severity="error")
        else:
            self.frame.complain(error)
        if not isinstance(error, Unreachable):
            self._key = str(uuid4())  # another text, another wish

    def _accepted(self, answer: Submitted) -> None:
        frame = self.frame
        self._text, self._key = self.area.text, str(uuid4())
        if frame.screen is not self:  # somebody went on to something else meanwhile
            frame.tell("The job is accepted.")
            return
        frame.go_back(1)
        if answer["instanceId"]:
            from courier_tui.screens.instance import InstanceScreen  # noqa: PLC0415  first shown

            frame.open(InstanceScreen(answer["instanceId"], ""))
        else:
            from courier_tui.screens.job import JobScreen  # noqa: PLC0415  first shown

            frame.open(JobScreen(answer["jobId"], "job"))
            frame.tell("The job is accepted.")

    def action_save(self) -> None:
        """Into a file."""
        from courier_tui.saving import save_text  # noqa: PLC0415  when first needed

        self.frame.run_worker(
            save_text(self.frame, self.area.text, self._file_name, self._saved), group="save"
        )

    def _saved(self, name: str) -> None:
        self._text, self._file_name = self.area.text, name

    def action_back(self) -> None:
        """Leave; asks when something was written."""
        if self.area.text == self._text:
            self.frame.go_back(1)
        else:
            self.frame.run_worker(self._leave(), group="leave-editor")

    async def _leave(self) -> None:
        choices = (Choice("no", "Write on"), Choice("yes", "Throw it away", danger=True))
        lines = [[("It was not submitted, and not saved into a file.", Tone.MUTED)]]
        question: Confirm = Confirm("Throw away what you wrote?", lines, choices)
        answer: Any = await self.frame.push_screen_wait(question)
        if answer == "yes":
            self.frame.go_back(1)


def _problem(message: str) -> ProblemItem:
    return {
        "severity": "error",
        "path": "",
        "line": 0,
        "column": 0,
        "message": message,
        "didYouMean": "",
    }
