"""Calls about schedules: what they ask for, and where."""

import json

from courier_backend.client import schedules

BASE = "/courier/scheduler-api/v1"


def test_an_exception_rule_is_sent_as_it_is() -> None:
    call = schedules.add_exception(
        b"duration: 2\n", content_type="application/yaml", file_name="a.yaml"
    )
    assert (call.method, call.path, call.body) == ("POST", f"{BASE}/exceptions", b"duration: 2\n")
    assert call.query == {"fileName": "a.yaml"}
    assert call.headers == {"Content-Type": "application/yaml"}


def test_a_rule_of_the_command_line_is_json() -> None:
    body = schedules.exception_body("RRULE:FREQ=DAILY", 30)
    assert json.loads(body) == {"rrule": "RRULE:FREQ=DAILY", "duration": 30}
    assert schedules.update_exception("x", body).headers == {"Content-Type": "application/json"}


def test_an_id_stays_one_segment() -> None:
    for call in (
        schedules.get_exception("a/b?c"),
        schedules.delete_exception("a/b?c"),
        schedules.update_exception("a/b?c", b""),
        schedules.set_job_active("a/b?c", active=True),
        schedules.estimate_job("a/b?c", count=3),
    ):
        assert "a%2Fb%3Fc" in call.path


def test_only_what_is_given_is_asked() -> None:
    assert schedules.estimate_job("j").query == {}
    assert schedules.estimate_job("j", count=3).query == {"count": "3"}
    assert str(schedules.past_due_jobs("2024-01-01T00:00:00Z").query["deadline"]).startswith("2024")


def test_a_job_rests_and_works_again() -> None:
    assert schedules.set_job_active("j", active=False).path == f"{BASE}/jobs/j/deactivate"
    assert schedules.set_job_active("j", active=True).path == f"{BASE}/jobs/j/activate"
