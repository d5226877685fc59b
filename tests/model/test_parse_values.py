"""Wrong values: each is reported at its path, with what is allowed and what was perhaps meant."""

from typing import Any

import pytest
from job_samples import MISSING, NODE, changed, definition, error, parsed, problem, warning

GROUP = "target.groups.0."
STEP = "actions.steps.0."
OUT = STEP + "outputFieldRules.X"


@pytest.mark.parametrize(
    ("path", "value", "says", "meant"),
    [
        ("name", MISSING, "is missing (text)", ""),
        ("name", "", "is empty", ""),
        ("name", "  ", "is empty", ""),
        ("name", None, "is missing", ""),
        ("name", 5, "5 is not text; write it in quotes", ""),
        ("name", "x" * 501, "longer than 500", ""),
        ("description", [1], "a list is not text", ""),
        ("scheduleRule", MISSING, "is missing", ""),
        ("scheduleRule", "imediate", '"imediate" is neither immediate nor a rule', "immediate"),
        ("scheduleRule", "Immediate", "must be written immediate", "immediate"),
        ("scheduleRule", "FREQ=DAILY", 'does not begin with "RRULE:"', "RRULE:FREQ=DAILY"),
        ("scheduleRule", "RRULE:FREQ=DAYLY", "FREQ=DAYLY is not one of", "DAILY"),
        ("exceptionRules", {}, "must be a list, not an object", ""),
        ("exceptionRules", [{"rrule": "RRULE:FREQ=DAILY"}], "duration", ""),
        ("allowManualExecution", "yes", '"yes" is neither true nor false', ""),
        ("allowManualExecution", 1, "1 is neither true nor false", ""),
        ("overlap", "que", "not one of queue, skip, parallel", "queue"),
        ("missed", "run_once", "not one of run-once, run-all, skip", "run-once"),
        ("target", MISSING, "is missing (an object)", ""),
        ("target", [], "must be an object with named fields, not a list", ""),
        ("target.executionType", "paralel", "not one of sequential, parallel", "parallel"),
        ("target.groups", MISSING, "is missing (a list)", ""),
        ("target.groups", [], "at least one is needed", ""),
        ("target.groups", {}, "must be a list", ""),
        ("target.groups.0", "x", 'must be an object with named fields, not "x"', ""),
        (GROUP + "timeoutSeconds", -1, "-1 is less than 0", ""),
        (GROUP + "timeoutSeconds", "60", '"60" is not a whole number', ""),
        (GROUP + "timeoutSeconds", 1.5, "1.5 is not a whole number", ""),
        (GROUP + "timeoutSeconds", True, "true is not a whole number", ""),
        (GROUP + "timeoutSeconds", 31622401, "is more than 31622400", ""),
        (GROUP + "queueTimeoutSeconds", -5, "-5 is less than 0", ""),
        (GROUP + "batchSize.type", "numbr", "not one of number, percent", "number"),
        (GROUP + "batchSize.type", MISSING, "is missing (one of number, percent)", ""),
        (GROUP + "batchSize.value", 0, "0 is less than 1", ""),
        (GROUP + "batchSize.value", MISSING, "is missing", ""),
        (GROUP + "batchSize.value", "1", '"1" is not a whole number', ""),
        (GROUP + "batchSize", 5, "must be an object with named fields, not 5", ""),
        (GROUP + "distributionMethod", "rollin", "not one of batching, rolling", "rolling"),
        (GROUP + "earlyTermination", 0, "0 is neither true nor false", ""),
        (GROUP + "successCriteria.0.status", "sucess", "not one of success, failure", "success"),
        (GROUP + "successCriteria.0.numRuns", MISSING, "is missing (an object)", ""),
        (GROUP + "successCriteria.0.numRuns.value", 101, "more than 100 percent", ""),
        (GROUP + "successCriteria.0.numRuns.value", -1, "less than 0", ""),
        (GROUP + "successCriteria.0.numRuns.type", "", "not one of number, percent", ""),
        (GROUP + "nodeListType", MISSING, "is missing (one of nodes, filter", "nodes"),
        (GROUP + "nodeListType", "node", "not one of nodes, filter, savedFilter", "nodes"),
        (GROUP + "nodeIdentifiers", MISSING, 'is missing: nodeListType is "nodes"', ""),
        (GROUP + "nodeIdentifiers", [], 'is missing: nodeListType is "nodes"', ""),
        (GROUP + "nodeIdentifiers", None, 'is missing: nodeListType is "nodes"', ""),
        (GROUP + "nodeIdentifiers", NODE, "must be a list", ""),
        (GROUP + "nodeIdentifiers.1", "web-1", '"web-1" is not the id of a node', ""),
        (GROUP + "nodeIdentifiers.1", "<NODE_ID>", "is a placeholder", ""),
        (GROUP + "nodeIdentifiers.1", 7, "7 is not text", ""),
        ("actions", MISSING, "is missing (an object)", ""),
        ("actions.accessMode", "agentless", "not one of agent", "agent"),
        ("actions.steps", [], "at least one is needed", ""),
        (STEP + "interpreter", MISSING, "is missing (an object)", ""),
        (STEP + "interpreter.name", MISSING, "is missing (text)", ""),
        (STEP + "interpreter.name", "", "is empty", ""),
        (STEP + "interpreter.skill.minVersion", 1.1, "1.1 is not text; write it in quotes", ""),
        (STEP + "interpreter.skill.maxVersion", "new", '"new" is not a version', ""),
        (STEP + "interpreter.skill.maxVersion", "1..2", '"1..2" is not a version', ""),
        (STEP + "interpreter.skill.maxVersion", "1.x", '"1.x" is not a version', ""),
        (STEP + "interpreter.skill.maxVersion", "1" * 101, "is not a version", ""),
        (STEP + "inputs.X", None, 'null is not text; write "", or leave it out', ""),
        (GROUP + "nodeIdentifiers.0", "<NODE_ID>", '"<NODE_ID>" is a placeholder', ""),
        (STEP + "command", MISSING, "is missing", ""),
        (STEP + "command", "sleep 10", 'must be an object like {"linux": ["…"]}', ""),
        (STEP + "command", {}, "is empty", ""),
        (STEP + "command", [], "is empty", ""),
        (STEP + "command", {"linus": ["x"]}, "no command for any of linux, windows", "linux"),
        (STEP + "command", {"macOS": ["x"]}, "no command for any of linux, windows", "darwin"),
        (STEP + "command.linux", [], "at least one command line is needed", ""),
        (STEP + "command.linux", "x", 'must be a list of command lines, not "x"', ""),
        (STEP + "command.linux.0", 5, "5 is not a command line", ""),
        (STEP + "command.linux.0", " ", "is an empty command line", ""),
        (STEP + "inputs", ["x"], "must be an object", ""),
        (STEP + "inputs.PORT", 8080, "8080 is not text; write it in quotes", ""),
        (STEP + "expectedInputs.X", "y", "must be an object", ""),
        (STEP + "expectedInputs.X", {"required": "no"}, "neither true nor false", ""),
        (STEP + "conditions", {}, "must be a list", ""),
        (STEP + "retryCount", -1, "-1 is less than 0", ""),
        (STEP + "retryCount", 101, "101 is more than 100, the most", ""),
        (STEP + "failureBehavior.action", "retry", "not one of retryThenFail", ""),
        (STEP + "failureBehavior.retryBackoffStrategy.type", "lin", "not one of none", "linear"),
        (STEP + "failureBehavior.retryBackoffStrategy.delaySeconds", -1, "less than 0", ""),
        (STEP + "failureBehavior.retryBackoffStrategy.delaySeconds", "1", "is not a number", ""),
        (STEP + "failureBehavior.retryBackoffStrategy.arguments", 1, "must be a list, not 1", ""),
        (STEP + "limits.cores", -1, "less than 0", ""),
        (STEP + "limits.cpu", "1", '"1" is not a number', ""),
        (STEP + "limits.timeoutSeconds", -1, "less than 0", ""),
    ],
)
def test_a_wrong_value_is_an_error_at_its_path(
    path: str, value: Any, says: str, meant: str
) -> None:
    result = parsed(changed((path, value)))
    shown = "".join(f"[{part}]" if part.isdigit() else f".{part}" for part in path.split("."))
    found = [item for item in result.problems if item["path"].startswith(shown[1:])]
    assert result.job is None
    assert len(found) == 1, result.problems
    assert found[0]["severity"] == "error"
    assert says in f"{found[0]['path']} {found[0]['message']}"
    assert found[0]["didYouMean"] == meant
    assert found[0]["line"] > 1 or value is MISSING


@pytest.mark.parametrize(
    ("rule", "path", "says", "meant"),
    [
        ({"sourceType": "outputs"}, "sourceType", "not one of artifact, exitCode", "output"),
        ({}, "sourceType", "is missing (one of artifact, exitCode, file, output)", ""),
        ({"sourceType": "file"}, "source", "is missing (the path of the file)", ""),
        ({"sourceType": "artifact"}, "source", "is missing (the name of the artifact)", ""),
        ({"sourceType": "output", "source": "stdou"}, "source", "not one of stdout", "stdout"),
        ({"sourceType": "output", "extractMethod": "regEx"}, "expression", "is missing", ""),
        ({"sourceType": "output", "extractMethod": "jsonPath"}, "expression", "is missing", ""),
        ({"sourceType": "output", "expression": "x"}, "extractMethod", "is missing", ""),
        ({"sourceType": "output", "extractMethod": "jsonpth"}, "extractMethod", "", "jsonPath"),
        (
            {"sourceType": "output", "extractMethod": "regEx", "expression": "("},
            "expression",
            "is not a regular expression",
            "",
        ),
        (
            {"sourceType": "output", "extractMethod": "regEx", "expression": "x" * 1001},
            "expression",
            "longer than 1000",
            "",
        ),
    ],
)
def test_an_output_rule_says_where_from_and_how(
    rule: dict[str, Any], path: str, says: str, meant: str
) -> None:
    found = error(parsed(changed((OUT, rule))), f"actions.steps[0].outputFieldRules.X.{path}")
    assert says in found["message"]
    assert found["didYouMean"] == meant


def test_both_spellings_of_a_regular_expression_mean_the_same() -> None:
    rule = {"sourceType": "output", "extractMethod": "regex", "expression": "a(b)"}
    job = parsed(changed((OUT, rule))).job
    assert job is not None
    assert job.actions.steps[0].output_field_rules["X"].extract_method == "regEx"


@pytest.mark.parametrize(
    ("name", "severity"),
    [("", "error"), ("a b", "error"), ("a=b", "error"), ("ä", "error"), ("a-b", "warning")],
)
def test_names_of_inputs_must_be_usable(name: str, severity: str) -> None:
    result = parsed(changed((STEP + "inputs", {name: "x"})))
    assert [item["severity"] for item in result.problems] == [severity]
    assert result.problems[0]["path"].startswith("actions.steps[0].inputs")


def test_a_condition_is_checked() -> None:
    conditions = [
        {"inputName": "X", "operator": "equals", "value": "1"},
        {"operator": "eq", "value": "1"},
        {"inputName": "X", "operator": "matches", "value": "("},
        {"inputName": "X", "operator": "eq", "value": 1},
        {"inputName": "XY", "operator": "eq", "value": "1"},
        {"inputName": "node.os", "operator": "eq", "value": "linux"},
    ]
    result = parsed(changed((STEP + "inputs", {"X": "1"}), (STEP + "conditions", conditions)))
    at = "actions.steps[0].conditions"
    assert "not one of eq, gt" in error(result, f"{at}[0].operator")["message"]
    assert "is missing" in error(result, f"{at}[1].inputName")["message"]
    assert "not a regular expression" in error(result, f"{at}[2].value")["message"]
    assert "is not text" in error(result, f"{at}[3].value")["message"]
    unknown = problem(result, f"{at}[4].inputName")
    assert (unknown["severity"], unknown["didYouMean"]) == ("warning", "X")
    assert len(result.problems) == 5


def test_an_output_of_an_earlier_step_may_be_asked_for() -> None:
    first = definition()["actions"]["steps"][0]
    second = {
        **first,
        "conditions": [{"inputName": "X", "operator": "eq", "value": "false\n"}],
    }
    first = {**first, "outputFieldRules": {"X": {"sourceType": "output", "source": "stdout"}}}
    assert parsed(changed(("actions.steps", [first, second]))).problems == []
    assert parsed(changed(("actions.steps", [second, first]))).warnings != []


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        ("filter", "filter", {"constraints": {}}),
        ("savedFilter", "filterId", NODE),
        ("savedList", "listId", NODE),
    ],
)
def test_the_node_list_type_names_the_field_that_counts(kind: str, field: str, value: Any) -> None:
    nodes = (GROUP + "nodeIdentifiers", None)
    good = parsed(changed((GROUP + "nodeListType", kind), nodes, (GROUP + field, value)))
    assert good.problems == []
    lacking = parsed(changed((GROUP + "nodeListType", kind), nodes))
    assert "is missing" in error(lacking, f"target.groups[0].{field}")["message"]
    idle = parsed(changed((GROUP + "nodeListType", kind), (GROUP + field, value)))
    assert "is not used" in warning(idle, "target.groups[0].nodeIdentifiers")["message"]


@pytest.mark.parametrize(("field", "what"), [("filterId", "filter"), ("listId", "list")])
def test_saved_filters_and_lists_go_by_id(field: str, what: str) -> None:
    kind = (GROUP + "nodeListType", f"saved{what.title()}")
    result = parsed(changed(kind, (GROUP + "nodeIdentifiers", None), (GROUP + field, "web")))
    found = error(result, f"target.groups[0].{field}")
    assert found["message"].startswith(f'"web" is not the id of a {what}')


def test_a_filter_is_checked_to_its_leaves() -> None:
    constraints = {
        "attributes": [
            {"name": "os", "operator": "MATCH", "value": ["x"]},
            {"name": "os", "operator": "MATCHES", "value": ["ok", "("]},
            {"name": "os", "operator": "=", "value": "Linux"},
        ],
        "skills": [{"version": ["1"]}],
        "healthStatus": {"operator": "MATCHES", "value": ["offline"]},
        "heathStatus": {},
    }
    result = parsed(
        changed(
            (GROUP + "nodeListType", "filter"),
            (GROUP + "nodeIdentifiers", None),
            (GROUP + "filter", {"constraints": constraints}),
        )
    )
    at = "target.groups[0].filter.constraints"
    assert error(result, f"{at}.attributes[0].operator")["didYouMean"] == "MATCHES"
    assert "not a regular expression" in error(result, f"{at}.attributes[1].value[1]")["message"]
    assert "must be a list" in error(result, f"{at}.attributes[2].value")["message"]
    assert "is missing" in error(result, f"{at}.skills[0].name")["message"]
    assert "not one of =, !=" in error(result, f"{at}.healthStatus.operator")["message"]
    assert problem(result, f"{at}.heathStatus")["severity"] == "warning"


def test_a_node_named_twice_is_told() -> None:
    result = parsed(changed((GROUP + "nodeIdentifiers", [NODE, NODE.upper()])))
    assert (
        "runs once per group" in warning(result, "target.groups[0].nodeIdentifiers[1]")["message"]
    )
    assert result.job is not None
    assert result.job.target.groups[0].node_identifiers == [NODE, NODE]


@pytest.mark.parametrize(
    ("command", "path", "says"),
    [
        ({"exe": "scan"}, "exec", "is missing"),
        ({"exec": ""}, "exec", "is not text that says what to do"),
        ({"exec": 5}, "exec", "5 is not text that says what to do"),
        ({"exec": "scan", "args": "x"}, "args", "must be an object"),
        ([5], "[0]", "is not a command line"),
    ],
)
def test_other_interpreters_take_exec_and_args(command: Any, path: str, says: str) -> None:
    name = (STEP + "interpreter.name", "chef-platform/inspec-interpreter")
    result = parsed(changed(name, (STEP + "command", command)))
    dot = "" if path.startswith("[") else "."
    assert says in error(result, f"actions.steps[0].command{dot}{path}")["message"]


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("chef-platform/restart-interpreter", {"exec": "machine_reboot", "args": {"time": 1}}),
        ("chef-platform/restart-interpreter", ["machine_reboot"]),
        ("my/own-thing", {"anything": [1, {"deep": None}]}),
        ("my/own-thing", ["a", 5]),
    ],
)
def test_commands_of_other_shapes_are_kept_as_they_are(name: str, command: Any) -> None:
    if name == "my/own-thing" and isinstance(command, list):
        command = ["a", "b"]
    patience = (GROUP + "timeoutSeconds", 600)
    chosen = (STEP + "interpreter.name", name)
    result = parsed(changed(patience, chosen, (STEP + "command", command)))
    assert result.problems == []
    assert result.job is not None
    assert result.job.normal()["actions"]["steps"][0]["command"] == command


@pytest.mark.parametrize("short", ["shell", "bash", "powershell"])
def test_a_short_name_is_told_the_whole_one(short: str) -> None:
    found = warning(
        parsed(changed((STEP + "interpreter.name", short))), "actions.steps[0].interpreter.name"
    )
    assert found["didYouMean"] == "chef-platform/shell-interpreter"


def test_empty_words_are_none_as_in_an_echo() -> None:
    empty = {"action": "", "retryBackoffStrategy": {"type": "", "delaySeconds": 0}}
    job = changed((STEP + "failureBehavior", empty), ("actions.accessMode", ""))
    result = parsed(job)
    assert result.problems == []
    assert result.job is not None
    behavior = result.job.normal()["actions"]["steps"][0]["failureBehavior"]
    assert (behavior["action"], behavior["retryBackoffStrategy"]["type"]) == (
        "retryThenFail",
        "none",
    )


def test_what_does_nothing_in_a_command_does_no_harm() -> None:
    command = {"linux": ["", "true"], "windows": None, "sunos": "true"}
    result = parsed(changed((STEP + "command", command)))
    blank = warning(result, "actions.steps[0].command.linux[0]")
    assert blank["message"] == "is an empty command line: it does nothing"
    assert warning(result, "actions.steps[0].command.sunos")


def test_suggestions_are_not_looked_for_without_end() -> None:
    conditions = [{"inputName": f"x{n}", "operator": "eq"} for n in range(300)]
    result = parsed(changed((STEP + "conditions", conditions), (STEP + "inputs", {"x": "1"})))
    assert [bool(item["didYouMean"]) for item in result.problems].count(True) <= 101


def test_bounds_that_nothing_can_be_between_are_told() -> None:
    skill = {"minVersion": "1.10", "maxVersion": "1.9.99"}
    at = "actions.steps[0].interpreter.skill.minVersion"
    found = warning(parsed(changed((STEP + "interpreter.skill", skill))), at)
    assert found["message"] == '"1.10" is above maxVersion "1.9.99": no version is between them'


@pytest.mark.parametrize(
    ("operator", "meant", "says"),
    [("==", "eq", ""), (">=", "gte", ""), ("EQ", "eq", ""), ("!=", "", '"negate": true beside it')],
)
def test_operators_of_other_languages(operator: str, meant: str, says: str) -> None:
    condition = {"inputName": "node.os", "operator": operator, "value": "x"}
    found = error(
        parsed(changed((STEP + "conditions", [condition]))),
        "actions.steps[0].conditions[0].operator",
    )
    assert (found["didYouMean"], says in found["message"]) == (meant, True)


def test_an_interpreter_that_is_nearly_known_is_told() -> None:
    result = parsed(changed((STEP + "interpreter.name", "chef-platform/shel-interpreter")))
    found = warning(result, "actions.steps[0].interpreter.name")
    assert found["didYouMean"] == "chef-platform/shell-interpreter"


def test_a_platform_that_is_not_known_is_told_and_kept() -> None:
    result = parsed(changed((STEP + "command.freebsd", ["x"])))
    assert (
        "not one of linux, windows, darwin"
        in (warning(result, "actions.steps[0].command.freebsd")["message"])
    )
    assert result.job is not None
    assert isinstance(result.job.actions.steps[0].command, dict)
    assert result.job.actions.steps[0].command["freebsd"] == ["x"]


def test_unknown_fields_are_warnings_with_the_nearest_name() -> None:
    job = changed(
        (GROUP + "timoutSeconds", 5),
        (GROUP + "timeoutSeconds", MISSING),
        ("colour", "red"),
        (STEP + "interpreter.skill.maximum", "1"),
    )
    result = parsed(job)
    assert warning(result, "target.groups[0].timoutSeconds")["didYouMean"] == "timeoutSeconds"
    assert warning(result, "colour")["didYouMean"] == ""
    assert warning(result, "actions.steps[0].interpreter.skill.maximum")["line"] > 1


@pytest.mark.parametrize("spelling", ["TimeoutSeconds", "timeout_seconds", "timeoutseconds"])
def test_a_field_in_other_letters_is_understood(spelling: str) -> None:
    result = parsed(changed((GROUP + "timeoutSeconds", MISSING), (GROUP + spelling, 77)))
    found = warning(result, f"target.groups[0].{spelling}")
    assert found["message"] == "is read as timeoutSeconds"
    assert result.job is not None
    assert result.job.target.groups[0].timeout_seconds == 77


def test_all_problems_are_told_at_once_in_the_order_of_the_file() -> None:
    job = changed(
        ("scheduleRule", "x"),
        (GROUP + "timeoutSeconds", "x"),
        (GROUP + "nodeIdentifiers.0", "x"),
        (GROUP + "distributionMethod", "x"),
        (STEP + "retryCount", 1000),
        (STEP + "inputs", {"a b": 5}),
        (STEP + "xyz", 1),
    )
    result = parsed(job)
    assert [(item["severity"], item["path"]) for item in result.problems] == [
        ("error", "scheduleRule"),
        ("error", "target.groups[0].timeoutSeconds"),
        ("error", "target.groups[0].distributionMethod"),
        ("error", "target.groups[0].nodeIdentifiers[0]"),
        ("error", "actions.steps[0].retryCount"),
        ("error", 'actions.steps[0].inputs["a b"]'),
        ("error", 'actions.steps[0].inputs["a b"]'),
        ("warning", "actions.steps[0].xyz"),
    ]
    lines = [item["line"] for item in result.problems]
    assert lines == sorted(lines)


def test_very_many_problems_are_counted() -> None:
    result = parsed(changed((GROUP + "nodeIdentifiers", ["x"] * 3000)))
    assert len(result.problems) < 1100
    assert result.errors[-1]["message"] == "there are 2500 more errors like these"


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("a\x00b", "NUL"),
        ("a\ud800b", "surrogate"),
        (2**63, "too large"),
        (-(2**63) - 1, "too large"),
    ],
)
def test_what_no_field_may_hold(value: Any, says: str) -> None:
    arguments = STEP + "failureBehavior.retryBackoffStrategy.arguments"
    result = parsed(changed((arguments, [value])))
    path = "actions.steps[0].failureBehavior.retryBackoffStrategy.arguments[0]"
    assert says in error(result, path)["message"]
    if isinstance(value, str):
        named = parsed(changed((STEP + "inputs", {value: "x"}), (STEP + "command.linux.0", value)))
        assert says in error(named, "actions.steps[0].command.linux[0]")["message"]
        assert any(item["path"].startswith("actions.steps[0].inputs") for item in named.errors)


def test_actions_must_fit_into_an_order() -> None:
    lines = ["true " + "x" * 1_000_000] * 4
    assert parsed(changed((STEP + "command", {"linux": lines}))).errors == []
    lines.append("true " + "ä" * 100_000)
    found = error(parsed(changed((STEP + "command", {"linux": lines}))), "actions")
    assert "bytes on their way to a node, of 4,177,920 at most" in found["message"]


def test_a_field_name_has_an_end() -> None:
    result = parsed(changed((STEP + "command", {"linux": ["x"], "y" * 101: ["x"]})))
    assert [item["message"] for item in result.errors] == [
        "the field name is longer than 100 characters"
    ]


@pytest.mark.parametrize("wrapper", [{"item": {}}, {"items": [], "pagination": {}}])
def test_an_answer_of_the_server_is_no_definition(wrapper: dict[str, Any]) -> None:
    result = parsed(wrapper)
    assert "answer of the server" in result.problems[0]["message"]
    assert result.job is None


def test_null_means_not_given() -> None:
    job = changed(
        ("description", None),
        (GROUP + "batchSize", None),
        (GROUP + "filter", None),
        (STEP + "limits", None),
        (STEP + "failureBehavior", None),
        (STEP + "expectedInputs", None),
    )
    result = parsed(job)
    assert result.problems == []
    assert result.job is not None
    normal = result.job.normal()
    assert normal["target"]["groups"][0]["batchSize"] == {"type": "", "value": 0}
    assert normal["actions"]["steps"][0]["limits"] == {"cores": 0, "cpu": 1, "timeoutSeconds": 0}


def test_our_own_fields_are_kept() -> None:
    job = changed(
        ("overlap", "skip"),
        ("missed", "run-all"),
        ("allowManualExecution", True),
        (GROUP + "queueTimeoutSeconds", 5),
        (GROUP + "earlyTermination", True),
        (STEP + "limits", {"cpu": 0.5}),
    )
    result = parsed(job)
    assert result.job is not None
    normal = result.job.normal()
    assert (normal["overlap"], normal["missed"]) == ("skip", "run-all")
    assert normal["target"]["groups"][0]["queueTimeoutSeconds"] == 5
    assert normal["target"]["groups"][0]["earlyTermination"] is True
    assert normal["actions"]["steps"][0]["limits"]["cpu"] == 0.5
    plain = parsed(definition()).job
    assert plain is not None
    assert "queueTimeoutSeconds" not in plain.normal()["target"]["groups"][0]
