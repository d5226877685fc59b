"""Small bodies: read in each format, and every problem told with its place."""

import pytest

from courier_backend.model.errors import BadInput
from courier_backend.model.schedule_bodies import read_exception, read_manual_job

RULE = "RRULE:DTSTART=20230620;FREQ=DAILY"
JSON = f'{{"duration": 2, "rrule": "{RULE}"}}'
YAML = f'duration: 2\nrrule: "{RULE}"\n'
TOML = f'duration = 2\nrrule = "{RULE}"\n'


@pytest.mark.parametrize(
    ("text", "body_format", "name"),
    [
        (JSON, "json", ""),
        (YAML, "yaml", ""),
        (TOML, "toml", ""),
        (YAML, "", "rule.yml"),
        (JSON, "", ""),
        (YAML, "", ""),
        (TOML, "", ""),
        ("\ufeff" + JSON, "", ""),
    ],
)
def test_each_format(text: str, body_format: str, name: str) -> None:
    rule = read_exception(text, body_format, name)
    assert (rule.rrule, rule.duration) == (RULE, 2)


def test_an_answer_may_be_sent_back() -> None:
    told = f'{{"exceptionId": "x", "createdAt": "", "nextWindow": null, {JSON[1:]}'
    assert read_exception(told).duration == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{}", ["rrule 1: is missing (text)", "duration 1: is missing (a whole number)"]),
        (
            '{"rrule": "FREQ=DAILY", "duration": 1}',
            ['rrule 1: "FREQ=DAILY" does not begin with "RRULE:" → RRULE:FREQ=DAILY'],
        ),
        (f'{{"rrule": "{RULE}", "duration": 0}}', ["duration 1: 0 is less than 1, the least"]),
        (f'{{"rrule": "{RULE}", "duration": "5"}}', ['duration 1: "5" is not a whole number']),
        (
            f'{{"rrule": "{RULE}",\n"durations": 5}}',
            [
                "duration 1: is missing (a whole number)",
                "durations 2: is no field that is known here → duration",
            ],
        ),
        ("[1]", [" 1: must be an object with named fields, not a list"]),
        ("", [" 0: the file is empty"]),
        ("{", [" 1: this is not JSON: the file ends before the { of line 1 is closed"]),
    ],
)
def test_what_is_wrong_is_told(text: str, told: list[str]) -> None:
    with pytest.raises(BadInput) as caught:
        read_exception(text)
    found = [
        f"{each['path']} {each['line']}: {each['message']}"
        + (f" → {each['didYouMean']}" if each["didYouMean"] else "")
        for each in caught.value.problems
    ]
    assert found == told
    assert caught.value.message.endswith(" (1 more)") is (len(told) == 2)


def test_an_unknown_format() -> None:
    with pytest.raises(BadInput, match="is no format of files"):
        read_exception(JSON, "xml")


def test_a_run_by_hand() -> None:
    wish = read_manual_job(
        '{"jobId": "j", "orgId": "o", "tenantId": "t", "triggeredAt": "2024-03-27T14:57:20Z",'
        ' "triggeredBy": "ada", "override": true}'
    )
    assert (wish.job_id, wish.triggered_by, wish.override) == ("j", "ada", True)
    assert read_manual_job("jobId: j").override is False
    with pytest.raises(BadInput, match="triggeredAt"):
        read_manual_job('{"jobId": "j", "triggeredAt": "yesterday"}')
    with pytest.raises(BadInput, match="did you mean"):
        read_manual_job('{"jobId": "j", "overide": true}')
