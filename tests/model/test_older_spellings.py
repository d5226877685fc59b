"""Older spellings are understood with a warning where the meaning is plain, else one error."""

from typing import Any

import pytest
from job_samples import MISSING, changed, error, parsed, problem, warning

from courier_backend.model.job import Job

GROUP = "target.groups.0."
STEP = "actions.steps.0."
STRATEGY = STEP + "failureBehavior.retryBackoffStrategy."


def accepted(*changes: tuple[str, Any]) -> Job:
    job = parsed(changed(*changes)).job
    assert job is not None
    return job


def test_backoff_name_is_its_type() -> None:
    changes = (STRATEGY + "type", MISSING), (STRATEGY + "name", "linear")
    at = "actions.steps[0].failureBehavior.retryBackoffStrategy.name"
    assert warning(parsed(changed(*changes)), at)["message"] == "is the older spelling of type"
    assert accepted(*changes).actions.steps[0].failure_behavior.retry_backoff_strategy.type == (
        "linear"
    )


def test_an_older_spelling_beside_the_new_one_is_ignored() -> None:
    changes = (STRATEGY + "type", "none"), (STRATEGY + "name", "linear")
    at = "actions.steps[0].failureBehavior.retryBackoffStrategy.name"
    assert warning(parsed(changed(*changes)), at)["message"] == "is ignored: type is given too"
    assert accepted(*changes).actions.steps[0].failure_behavior.retry_backoff_strategy.type == (
        "none"
    )


def test_a_wrong_value_under_an_older_spelling_is_found_on_its_line() -> None:
    result = parsed(changed((STEP + "limits", {"cores": 0, "time": -5})))
    older = problem(result, "actions.steps[0].limits.time")
    newer = error(result, "actions.steps[0].limits.timeoutSeconds")
    assert newer["line"] == older["line"] > 1


def test_limits_time_is_the_time_out() -> None:
    assert accepted((STEP + "limits", {"time": 9})).actions.steps[0].limits.timeout_seconds == 9


@pytest.mark.parametrize("spelling", ["stepOutputFieldRules", "OutputFieldRules"])
def test_older_names_of_the_output_rules(spelling: str) -> None:
    rules = {"X": {"sourceType": "exitCode"}}
    result = parsed(changed((STEP + spelling, rules)))
    warning(result, f"actions.steps[0].{spelling}")
    assert result.job is not None
    assert list(result.job.actions.steps[0].output_field_rules) == ["X"]


def test_versions_beside_the_interpreter_are_its_skill() -> None:
    interpreter = {
        "name": "chef-platform/shell-interpreter",
        "min_version": "1.2",
        "max_version": "3",
    }
    result = parsed(changed((STEP + "interpreter", interpreter)))
    at = "actions.steps[0].interpreter."
    assert "skill.minVersion" in warning(result, at + "min_version")["message"]
    assert "skill.maxVersion" in warning(result, at + "max_version")["message"]
    assert result.job is not None
    skill = result.job.actions.steps[0].interpreter.skill
    assert (skill.min_version, skill.max_version) == ("1.2", "3")


@pytest.mark.parametrize(
    ("older", "now"),
    [
        ("chef/courier-interpreter/os/shell", "chef-platform/shell-interpreter"),
        ("chef/courier-interpreter/os/python", "python"),
        ("chef/courier-interpreter/chef-client", "chef-platform/chef-client-interpreter"),
    ],
)
def test_older_names_of_interpreters(older: str, now: str) -> None:
    command = {"exec": "run"} if "client" in now else {"linux": ["true"]}
    change = (STEP + "interpreter.name", older), (STEP + "command", command)
    found = warning(parsed(changed(*change)), "actions.steps[0].interpreter.name")
    assert found["message"] == f'"{older}" is the older name of {now}'
    assert accepted(*change).actions.steps[0].interpreter.name == now


def test_a_version_given_twice_is_told() -> None:
    result = parsed(changed((STEP + "interpreter.min_version", "9")))
    found = warning(result, "actions.steps[0].interpreter.min_version")
    assert found["message"] == "is ignored: skill.minVersion is given too"


def test_immediate_is_a_schedule() -> None:
    changes = ("scheduleRule", MISSING), ("immediate", True)
    assert "older spelling" in warning(parsed(changed(*changes)), "immediate")["message"]
    assert accepted(*changes).schedule_rule == "immediate"


def test_a_schedule_without_its_prefix_gets_it() -> None:
    changes = (
        ("scheduleRule", MISSING),
        ("immediate", False),
        ("schedule", "FREQ=DAILY;INTERVAL=2"),
    )
    assert accepted(*changes).schedule_rule == "RRULE:FREQ=DAILY;INTERVAL=2"
    result = parsed(changed(*changes))
    assert [item["path"] for item in result.warnings] == ["immediate", "schedule"]


def test_an_empty_schedule_says_nothing() -> None:
    assert accepted(("schedule", "")).schedule_rule == "immediate"


def test_a_schedule_beside_the_rule_is_ignored() -> None:
    result = parsed(changed(("schedule", "FREQ=DAILY")))
    assert "scheduleRule is given too" in warning(result, "schedule")["message"]


def test_immediate_with_a_schedule_is_not_plain() -> None:
    changes = ("scheduleRule", MISSING), ("immediate", True), ("schedule", "FREQ=DAILY")
    assert "give one only" in error(parsed(changed(*changes)), "immediate")["message"]


def test_a_misspelt_schedule_rule_of_old_files() -> None:
    assert accepted(("scheduleRule", MISSING), ("schduleRule", "immediate")).schedule_rule == (
        "immediate"
    )


def test_a_time_out_of_the_job_is_that_of_its_groups() -> None:
    job = accepted((GROUP + "timeoutSeconds", MISSING), ("timeoutSeconds", 33))
    assert job.target.groups[0].timeout_seconds == 33
    kept = accepted(("timeoutSeconds", 33))
    assert kept.target.groups[0].timeout_seconds == 60


def test_a_bad_time_out_of_the_job_is_found_on_its_line() -> None:
    result = parsed(changed((GROUP + "timeoutSeconds", MISSING), ("timeoutSeconds", -1)))
    older = problem(result, "timeoutSeconds")
    assert error(result, "target.groups[0].timeoutSeconds")["line"] == older["line"]


def test_exceptions_as_text_say_not_how_long() -> None:
    result = parsed(changed(("exceptionRules", ["RRULE:FREQ=DAILY"])))
    assert "says not how long" in error(result, "exceptionRules[0]")["message"]


def test_an_output_rule_without_a_name() -> None:
    flat = parsed(changed((STEP + "outputFieldRules", {"required": False})))
    assert "names no output" in warning(flat, "actions.steps[0].outputFieldRules")["message"]
    assert flat.job is not None
    assert flat.job.actions.steps[0].output_field_rules == {}
    rule = {"sourceType": "output", "required": True}
    full = parsed(changed((STEP + "outputFieldRules", rule)))
    assert "a rule without a name" in error(full, "actions.steps[0].outputFieldRules")["message"]


def test_step_numbers_may_only_say_the_order() -> None:
    step = changed()["actions"]["steps"][0]
    first, second = {**step, "stepNumber": 1}, {**step, "stepNumber": 2}
    good = parsed(changed(("actions.steps", [first, second])))
    assert "is ignored" in warning(good, "actions.steps[1].stepNumber")["message"]
    turned = parsed(changed(("actions.steps", [second, first])))
    assert "in the order" in error(turned, "actions.steps[1].stepNumber")["message"]


def test_a_query_with_constraints_is_a_filter() -> None:
    query = {"constraints": {"attributes": [{"name": "os", "operator": "=", "value": ["x"]}]}}
    result = parsed(
        changed(
            (GROUP + "nodeListType", "query"),
            (GROUP + "nodeIdentifiers", MISSING),
            (GROUP + "query", query),
        )
    )
    assert "older spelling of filter" in warning(result, "target.groups[0].query")["message"]
    assert result.job is not None
    group = result.job.normal()["target"]["groups"][0]
    assert (group["nodeListType"], group["filter"]) == ("filter", query)


@pytest.mark.parametrize("query", ["os = linux", {"x": 1}, MISSING])
def test_a_query_in_another_language_is_not_plain(query: Any) -> None:
    kind = (GROUP + "nodeListType", "query")
    result = parsed(changed(kind, (GROUP + "query", {}), (GROUP + "query", query)))
    found = error(result, "target.groups[0].nodeListType")
    assert found["didYouMean"] == "filter"
    assert "an older form" in found["message"]
    assert len(result.problems) == 1


def test_a_query_beside_nodes_is_ignored() -> None:
    result = parsed(changed((GROUP + "query", "x")))
    assert "ignored" in warning(result, "target.groups[0].query")["message"]


def test_a_command_list_is_kept_as_a_list() -> None:
    changes = (STEP + "command", ["echo a", "echo b"])
    found = warning(parsed(changed(changes)), "actions.steps[0].command")
    assert "the older form" in found["message"]
    assert accepted(changes).normal()["actions"]["steps"][0]["command"] == ["echo a", "echo b"]
