"""The guide to schedules: its rules mean what it says, its times are those that we compute."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from courier_backend.daemon.settings import Settings, read_settings
from courier_backend.model.errors import BadInput
from courier_backend.model.parse import parse_job
from courier_backend.model.schedule_bodies import read_exception, read_manual_job
from courier_backend.model.times import from_text, to_text
from courier_backend.model.wire import EstimateItem
from courier_backend.recurrence.parse import parse_rule
from courier_backend.recurrence.recurrence import occurrences

GUIDE = (Path(__file__).parents[2] / "docs" / "schedules.md").read_text(encoding="utf-8")
NOW = datetime(2026, 3, 27, 12, tzinfo=UTC)


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)


def test_the_job_is_right() -> None:
    (text,) = blocks("yaml")
    parsed = parse_job(text, "yaml")
    assert parsed.problems == []
    assert parsed.job is not None
    parse_rule(parsed.job.schedule_rule, NOW)


@pytest.mark.parametrize("rule", sorted(set(re.findall(r"(?:`|\")(RRULE:[^`\"…]+)", GUIDE))))
def test_every_rule_is_one(rule: str) -> None:
    assert occurrences(parse_rule(rule, NOW), NOW, 1)


@pytest.mark.parametrize("block", blocks("schedule"))
def test_the_times_are_those_that_we_compute(block: str) -> None:
    lines = block.strip().splitlines()
    accepted = from_text(lines[0].removeprefix("accepted "))
    times = [line for line in lines if line[0].isdigit()]
    rule = parse_rule("\n".join(lines[1 : -len(times)]), accepted)
    assert [to_text(at) for at in occurrences(rule, rule.eve, len(times))] == times


def test_an_impossible_rule_is_refused() -> None:
    assert "`BYMONTH=2;BYMONTHDAY=30`" in GUIDE
    with pytest.raises(BadInput):
        parse_rule("RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", NOW)


def test_the_bodies_are_right(tmp_path: Path) -> None:
    rule, manual, estimate = blocks("json")
    assert read_exception(rule).duration == 2
    assert read_manual_job(manual).override
    item = json.loads(estimate)["item"]
    assert item.keys() == EstimateItem.__annotations__.keys()
    (settings,) = blocks("toml")
    file = tmp_path / "config.toml"
    file.write_text(settings)
    assert read_settings(file).schedules.grace_seconds == 900
    assert Settings().schedules.grace_seconds == 3600
