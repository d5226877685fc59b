"""What the app computes without a screen."""

from __future__ import annotations

from typing import Any, Final, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from tui_backend import event
from tui_world import HOSTILE, NOW, attempt, before, group, step

from courier_backend.model.status import RunStatus
from courier_backend.model.times import ZERO_TIME
from courier_backend.model.wire import Overview
from courier_tui import describe, signs
from courier_tui.changes import Changes
from courier_tui.rows import matches
from courier_tui.screens.overview import ended_lately
from courier_tui.step_rows import busiest, step_rows
from courier_tui.text import content, fitted, output_line, plain
from courier_tui.tone import STYLES, Tone
from courier_tui.widgets.attempt import attempt_facts
from courier_tui.widgets.bars import bar, score, tally
from courier_tui.widgets.column import GAP, Column, layout
from courier_tui.widgets.score import score_line
from courier_tui.widgets.strip_line import Piece, fitting
from courier_tui.wording import ago, clock, duration, size, span, until


class TestText:
    @pytest.mark.parametrize("hostile", HOSTILE)
    def test_a_hostile_string_becomes_one_harmless_line(self, hostile: str) -> None:
        shown = plain(hostile)
        assert not set(shown) & set("\n\r\t\x1b\x07\u200f")

    def test_what_is_there_stays_visible(self) -> None:
        assert plain("a\nb\x1b[31m\x7f") == "a b␛[31m␡"

    @given(st.text(max_size=80))
    def test_any_text_is_one_line_of_printable_characters(self, text: str) -> None:
        assert all(
            char.isprintable() or char in "\xa0\u3000" or char.isspace() for char in plain(text)
        )
        assert len(plain(text).splitlines()) <= 1

    @given(st.text(max_size=40), st.integers(0, 30), st.booleans())
    def test_a_cell_is_exactly_as_wide_as_it_should_be(
        self, text: str, width: int, right: bool
    ) -> None:
        assert cell_len(fitted(plain(text), width, right=right)) == width

    def test_markup_is_text(self) -> None:
        assert content([("[red]x[/]", Tone.BAD)]).plain == "[red]x[/]"

    @pytest.mark.parametrize(
        ("raw", "line"),
        [
            ("\x1b[1;32mok\x1b[0m", "ok"),
            ("\x1b]0;title\x07text", "text"),
            ("10 %\r50 %\r100 %", "100 %"),
            ("done\r", "done"),
            ("a\tb", "a       b"),
            ("bell\x07", "bell␇"),
        ],
    )
    def test_output_keeps_its_words_and_loses_its_control(self, raw: str, line: str) -> None:
        assert output_line(raw) == line

    def test_every_tone_has_a_style(self) -> None:
        assert set(STYLES) == set(Tone)


class TestWording:
    @pytest.mark.parametrize(
        ("seconds", "text"),
        [
            (0.04, "40 ms"),
            (0.5, "0.5 s"),
            (9.94, "9.9 s"),
            (59, "59 s"),
            (65, "1:05"),
            (7449, "2:04:09"),
            (273_600, "3 d 04 h"),
            (-5, "0 ms"),
        ],
    )
    def test_durations(self, seconds: float, text: str) -> None:
        assert duration(seconds) == text

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            (before(seconds=1), "just now"),
            (before(seconds=12), "12 s ago"),
            (before(minutes=5), "5 min ago"),
            (before(hours=30), "1 d ago"),
            (ZERO_TIME, ""),
            ("no time", ""),
        ],
    )
    def test_how_long_ago(self, text: str, said: str) -> None:
        assert ago(text, NOW) == said

    def test_a_span_without_an_end_goes_on(self) -> None:
        assert span(before(seconds=70), ZERO_TIME, NOW) == "1:10"
        assert span(ZERO_TIME, ZERO_TIME, NOW) == ""

    def test_what_is_to_come(self) -> None:
        assert until(before(seconds=-90), NOW) == "in 1:30"
        assert until(before(seconds=1), NOW) == "now"
        assert clock(ZERO_TIME) == "–"

    @pytest.mark.parametrize(
        ("count", "text"),
        [(812, "812 B"), (14_541, "14.2 KiB"), (5 * 1024**3, "5.0 GiB"), (3 * 1024**4, "3.0 TiB")],
    )
    def test_sizes(self, count: int, text: str) -> None:
        assert size(count) == text


class TestSigns:
    @pytest.mark.parametrize("status", [status.value for status in RunStatus])
    def test_each_status_differs_from_all_others_without_colour(self, status: str) -> None:
        mine = signs.sign(status)
        others = [signs.sign(other.value) for other in RunStatus if other.value != status]
        assert (mine.glyph, mine.word) not in [(each.glyph, each.word) for each in others]
        assert mine.glyph.strip()
        assert mine.word

    def test_a_status_of_tomorrow_is_shown_as_it_is(self) -> None:
        assert signs.sign("[paused]").word == "[paused]"


class TestScore:
    RARE: Final = ("● 0 running   ○ 0 pending", "⊘ 0 canceled   ↷ 12 skipped")
    COUNTERS: Final = cast(
        Overview,
        {
            "instances": {"success": 5, "failure": 2, "skipped": 12},
            "jobs": {"all": 7},
            "runs": {"success": 76},
            "nodes": {},
        },
    )

    @pytest.mark.parametrize(
        ("width", "told"),
        [
            (120, f"{RARE[0]}   ✓ 5 success   ✗ 2 failure   {RARE[1]}   7 jobs · 76 runs"),
            (78, "✓ 5 success   ✗ 2 failure   ↷ 12 skipped   7 jobs · 76 runs"),
            (45, "✓ 5 success   ✗ 2 failure   ↷ 12 skipped"),
        ],
    )
    def test_where_it_is_narrow_the_least_of_it_goes(self, width: int, told: str) -> None:
        spans = score_line(self.COUNTERS, width)
        assert "".join(text for text, _tone in spans).rstrip() == told


class TestBars:
    @given(
        st.dictionaries(
            st.sampled_from([status.value for status in RunStatus]), st.integers(0, 5000)
        ),
        st.integers(1, 200),
    )
    def test_a_bar_is_exactly_as_wide_as_asked(self, counts: dict[str, int], width: int) -> None:
        assert sum(len(text) for text, _tone in bar(counts, width)) == width

    def test_one_failure_among_thousands_is_seen(self) -> None:
        tones = [tone for _text, tone in bar({"success": 9_999, "failure": 1}, 20)]
        assert Tone.GOOD in tones

    def test_done_is_not_said_too_early(self) -> None:
        assert tally({"success": 9_999, "running": 1}).percent == 99

    def test_the_score_names_what_went_wrong(self) -> None:
        text = "".join(text for text, _tone in score({"success": 3, "timeout": 1, "canceled": 2}))
        assert text == "6/6  ✗ 1  ⊘ 2"


class TestLayout:
    columns: tuple[Column[str], ...] = (
        Column("a", "A", lambda _r, _i: [], 10),
        Column("b", "B", lambda _r, _i: [], 10, grow=1, drop=1),
        Column("c", "C", lambda _r, _i: [], 10, drop=2),
    )

    def test_what_is_left_goes_to_those_that_grow(self) -> None:
        assert [width for _column, width in layout(self.columns, 100)] == [
            10,
            100 - 20 - 2 * GAP,
            10,
        ]

    def test_the_least_important_leave_first(self) -> None:
        assert [column.key for column, _width in layout(self.columns, 25)] == ["a", "b"]
        assert [column.key for column, _width in layout(self.columns, 12)] == ["a"]

    def test_pieces_of_a_line_leave_by_rank(self) -> None:
        pieces = [Piece((("keep", Tone.PLAIN),), rank=1), Piece((("leave", Tone.PLAIN),), rank=5)]
        assert fitting(pieces, 6) == pieces[:1]


class TestFilter:
    @pytest.mark.parametrize(
        ("query", "found"),
        [("web", True), ("WEB fail", True), ("!web", False), ("web !fail", False), ("", True)],
    )
    def test_all_words_and_none_that_are_forbidden(self, query: str, found: bool) -> None:
        assert matches(query, "Web-1 failure") is found


class TestDescribe:
    @pytest.mark.parametrize(
        ("rule", "text"),
        [
            ("immediate", "immediate"),
            ("RRULE:FREQ=DAILY", "every day"),
            ("RRULE:FREQ=MINUTELY;INTERVAL=10;COUNT=5", "every 10 minutes, 5×"),
            ("RRULE:FREQ=YEARLY;BYWEEKNO=20", "FREQ=YEARLY;BYWEEKNO=20"),
        ],
    )
    def test_schedules(self, rule: str, text: str) -> None:
        assert describe.schedule(rule) == text

    def test_targets(self) -> None:
        assert describe.target({"groups": [{"nodeIdentifiers": ["a", "b"]}]}) == "2 nodes"
        assert describe.target({"groups": [{"nodeIdentifiers": None}]}) == "by filter"
        attributes = [{"name": "role", "operator": "=", "value": ["web", "db"]}]
        skills = [{"name": "chef-platform/inspec-interpreter", "version": [">= 5"]}]
        wanted = {"constraints": {"attributes": attributes, "skills": skills}}
        said = describe.target({"groups": [{"nodeListType": "filter", "filter": wanted}]})
        assert said == "by filter: role = web|db, inspec-interpreter >= 5"
        two = [{"nodeIdentifiers": ["a"]}, {"nodeIdentifiers": ["b"]}]
        assert describe.target({"groups": two}) == "2 groups, 2 nodes"

    def test_distributions(self) -> None:
        assert describe.distribution(group(0, "running", {"success": 4})) == "rolling, 3 at a time"
        batches = group(0, "running", {}, distributionMethod="batching")
        assert describe.distribution(batches) == "4 batches of 3"

    def test_latencies(self) -> None:
        assert describe.latency(0.0012) == "1.2 ms"
        assert describe.latency(0) == ""


class TestSteps:
    def test_attempts_stand_under_a_step_that_had_several(self) -> None:
        steps = [
            step(1, "a", "success", [attempt(1)]),
            step(2, "b", "failure", [attempt(1, "failure"), attempt(2, "failure")]),
        ]
        assert [row.key for row in step_rows(steps)] == ["1.0", "2.0", "2.1", "2.2"]

    def test_one_looks_at_what_runs_then_at_what_failed(self) -> None:
        failed = step(1, "a", "failure", [attempt(1, "failure")])
        runs = step(2, "b", "running", [attempt(1, "running")])
        assert busiest(step_rows([failed, runs])) == 1
        assert busiest(step_rows([failed, step(2, "b", "skipped", [])])) == 0
        assert busiest([]) == 0


class TestChanges:
    def test_they_are_collected(self) -> None:
        changes = Changes()
        assert not changes
        changes.note([event("run-changed", job="j", instance="i", run="r", node="n")])
        assert changes.of_job("j")
        assert changes.of_instance("i")
        assert changes.of_run("r")
        assert changes.of_node("n")
        assert not changes.of_run("other")
        changes.add(Changes(everything=True))
        assert changes.of_run("other")


class TestDataOfAStep:
    """What a step was given, and what it gave."""

    @staticmethod
    def shown(**more: str) -> str:
        spans = attempt_facts(step(1, "look", "skipped", [], **more), None)
        return "".join(text for text, _ in spans)

    def test_values_are_on_one_line(self) -> None:
        told = self.shown(
            inputs='{"HOST":"db1","PASSWORD":{"sensitive":true}}', outputs='{"V":"1.2\\n"}'
        )
        assert told.endswith("\nin HOST=db1 PASSWORD=••••••  out V=1.2\\n")

    def test_long_ones_are_cut_and_hostile_ones_are_harmless(self) -> None:
        told = self.shown(outputs='{"X":"' + "x" * 60 + '","Y":"\\u001b[31m"}')
        assert "X=" + "x" * 39 + "… Y=␛[31m" in told

    def test_what_is_no_json_is_shown_as_it_is(self) -> None:
        assert self.shown(inputs="not json").endswith("\nin not json")

    def test_nothing_is_nothing(self) -> None:
        assert "\n" not in self.shown()


def test_what_a_job_skips_over_and_over_takes_one_line_of_what_ended() -> None:
    def ended(job: str, status: str, minute: int) -> Any:
        return {"jobId": job, "status": status, "createdAt": f"2026-03-01T12:{minute:02}:00Z"}

    skipped = [ended("nightly", "skipped", minute) for minute in range(50, 20, -1)]
    found = ended_lately(
        {
            "failure": [ended("other", "failure", 10)],
            "success": [ended("other", "success", 55), ended("nightly", "success", 5)],
            "canceled": [],
            "skipped": [*skipped, ended("weekly", "skipped", 1)],
        }
    )
    assert [(each["jobId"], each["status"], each["createdAt"][14:16]) for each in found] == [
        ("other", "success", "55"),
        ("nightly", "skipped", "50"),
        ("other", "failure", "10"),
        ("nightly", "success", "05"),
        ("weekly", "skipped", "01"),
    ]
