"""What sensitive values ask of a job file, and what is never repeated of them."""

import json
from typing import Any

import pytest

from courier_backend.model.parse import Parsed, parse_job
from courier_backend.model.sensitive import sensitive_values

SENSITIVE = {"TOKEN": {"sensitive": True, "required": True}}


def parsed(*steps: dict[str, Any], **options: Any) -> Parsed:
    whole = {
        "name": "j",
        "scheduleRule": "immediate",
        "target": {
            "executionType": "parallel",
            "groups": [
                {
                    "nodeListType": "nodes",
                    "nodeIdentifiers": ["0" * 8 + "-0000" * 3 + "-" + "0" * 12],
                }
            ],
        },
        "actions": {
            "accessMode": "agent",
            "steps": [
                {
                    "name": "s",
                    "interpreter": {
                        "name": "chef-platform/shell-interpreter",
                        "skill": {"minVersion": "1.0.0", "maxVersion": "1.9.99"},
                    },
                    "command": {"linux": ["true"]},
                    **step,
                }
                for step in steps
            ],
        },
    }
    return parse_job(json.dumps(whole, indent=1), **options)


def told(found: Parsed) -> list[tuple[str, str]]:
    return [
        (problem["path"].removeprefix("actions.steps"), problem["message"])
        for problem in found.problems
        if "actions" in problem["path"]
    ]


@pytest.mark.parametrize("word", ["sensitve", "Sensitive", "isSensitive", "secret", "is_secret"])
def test_what_asks_for_secrecy_in_other_letters_is_read_so(word: str) -> None:
    rule = {"sourceType": "output", "source": "stdout", "extractMethod": "content", word: True}
    found = parsed(
        {
            "inputs": {"TOKEN": "long enough"},
            "expectedInputs": {"TOKEN": {word: True}},
            "outputFieldRules": {"MADE": rule},
        }
    )
    assert [text for _, text in told(found)] == ["is read as sensitive"] * 2
    assert found.job is not None
    assert list(sensitive_values(found.job.normal()["actions"])) == [("TOKEN", "long enough")]
    assert found.job.normal()["actions"]["steps"][0]["outputFieldRules"]["MADE"]["sensitive"]


@pytest.mark.parametrize("bad", ["nul\0inside-secret", "half a \ud800 pair"])
def test_what_no_variable_can_hold_is_refused_in_what_is_set_too(bad: str) -> None:
    found = parsed({"expectedInputs": SENSITIVE}, inputs={"TOKEN": bad})
    assert found.job is None
    ((place, text),) = told(found)
    assert place == "[0].inputs.TOKEN"
    assert text.startswith("the text holds")
    assert "secret" not in text


def test_a_step_cannot_be_sensitive_as_a_whole() -> None:
    found = parsed({"sensitive": True, "inputs": {"TOKEN": "long enough"}})
    ((place, text),) = told(found)
    assert place == "[0].sensitive"
    assert "hides nothing" in text


def test_a_sensitive_value_in_its_place_is_no_problem() -> None:
    found = parsed({"inputs": {"TOKEN": "long enough"}, "expectedInputs": SENSITIVE})
    assert told(found) == []
    assert found.job is not None
    assert list(sensitive_values(found.job.normal()["actions"])) == [("TOKEN", "long enough")]


@pytest.mark.parametrize("value", ["abc", " ab\n", ""])
def test_a_short_value_is_refused_where_it_stands(value: str) -> None:
    found = parsed({"inputs": {"TOKEN": value}, "expectedInputs": SENSITIVE})
    ((path, message),) = told(found)
    assert path == "[0].inputs.TOKEN"
    assert message == (
        "is sensitive, and shorter than 4 bytes: hiding it would hide everything; "
        "use a longer TOKEN, or do not mark it sensitive"
    )
    assert found.problems[-1]["line"] > 0


@pytest.mark.parametrize(
    ("args", "seen"),
    [
        ({"extraVars": {"key": "{{.TOKEN}}"}}, False),
        ({"licenseKey": "{{.TOKEN}}"}, False),
        ({"input": {"key": "{{.TOKEN}}"}}, False),
        ({"input": "key={{.TOKEN}}"}, True),
        ({"token": "{{.TOKEN}}"}, True),
    ],
)
def test_an_argument_that_others_see_is_told(args: dict[str, object], *, seen: bool) -> None:
    """Some reach their program in a file, or by its environment."""
    command = {"exec": "x", "args": args}
    given = {"inputs": {"TOKEN": "long enough"}, "expectedInputs": SENSITIVE}
    found = parsed({"interpreter": {"name": "acme/x"}, "command": command, **given})
    said = [text for _, text in told(found)]
    assert ["lists the node's processes" in text for text in said] == [True] * seen


def test_a_script_has_its_inputs_by_name() -> None:
    given = {"inputs": {"TOKEN": "long enough"}, "expectedInputs": SENSITIVE}
    script = {"script": "print('{{.TOKEN}}')"}
    found = parsed({"interpreter": {"name": "python"}, "command": script, **given})
    ((_, said),) = told(found)
    assert said.endswith('do not put it into a script, use inputs["TOKEN"]')


def test_a_short_default_is_refused() -> None:
    found = parsed({"expectedInputs": {"TOKEN": {"sensitive": True, "default": 42}}})
    assert [path for path, _ in told(found)] == ["[0].expectedInputs.TOKEN.default"]


def test_an_exit_code_cannot_be_sensitive() -> None:
    rule = {"sourceType": "exitCode", "extractMethod": "content", "sensitive": True}
    ((path, message),) = told(parsed({"outputFieldRules": {"CODE": rule}}))
    assert path == "[0].outputFieldRules.CODE"
    assert "an exit code is too short to be hidden" in message


def test_a_value_that_stands_elsewhere_too_is_refused() -> None:
    found = parsed(
        {"command": {"linux": ["login hunter22 now"]}, "inputs": {"URL": "u:hunter22@h"}},
        {"inputs": {"TOKEN": "hunter22"}, "expectedInputs": SENSITIVE},
    )
    assert told(found) == [
        ("[0].command.linux[0]", _copy()),
        ("[0].inputs.URL", _copy()),
    ]


def _copy() -> str:
    return "holds the value of TOKEN, which is sensitive; use $COURIER_INPUT_TOKEN there"


@pytest.mark.parametrize(
    "value", [123456789, ["hunter22hunter22"], {"a": "hunter22hunter22"}, 12.5, True, "x" * 30]
)
def test_no_problem_repeats_a_sensitive_value(value: object) -> None:
    step = {
        "inputs": {"TOKEN": value},
        "expectedInputs": {"TOKEN": {"sensitive": True, "default": value, "type": value}},
        "retryCount": value if isinstance(value, str) else "many",
    }
    found = parsed(step)
    everything = json.dumps(found.problems)
    assert found.job is None
    for text in ("123456789", "hunter22", "12.5", "x" * 30):
        assert text not in everything


def test_a_long_value_is_not_repeated_in_part_either() -> None:
    value = "s3cr3t-" * 30
    found = parsed({"inputs": {"TOKEN": value}, "expectedInputs": SENSITIVE, "retryCount": value})
    assert "s3cr3t-s3cr3t" not in json.dumps(found.problems)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"inputs": hunter22}', "a value is expected here, not a word without quotes"),
        ('{"inputs": None}', "a value is expected here, not None (JSON writes null)"),
    ],
)
def test_a_word_without_quotes_is_not_repeated(text: str, said: str) -> None:
    (problem,) = parse_job(text, "json").problems
    assert problem["message"] == f"this is not JSON: {said}"


KEEP = {"sensitive": True}


def kept_of(*steps: tuple[str, str]) -> dict[str, Any]:
    """The actions of a job whose steps, by name, each have a token of their own."""
    made = [
        {"name": name, "inputs": {"TOKEN": token}, "expectedInputs": SENSITIVE}
        for name, token in steps
    ]
    before = parsed(*made)
    assert before.job is not None
    actions: dict[str, Any] = before.job.normal()["actions"]
    return actions


def keeping(kept: dict[str, Any], *names: str) -> Parsed:
    steps = [{"name": n, "inputs": {"TOKEN": KEEP}, "expectedInputs": SENSITIVE} for n in names]
    return parsed(*steps, kept=kept)


@pytest.mark.parametrize(
    ("before", "now", "tokens"),
    [
        ("ab", "ab", ["token a 0", "token b 1"]),
        ("ab", "ba", ["token b 1", "token a 0"]),
        ("ab", "b", ["token b 1"]),
        ("ab", "ac", ["token a 0", "token b 1"]),
        ("ss", "ss", ["token s 0", "token s 1"]),
        ("a", "xy", ["token a 0", "token a 0"]),
    ],
)
def test_a_step_keeps_its_own_value_wherever_it_moves(
    before: str, now: str, tokens: list[str]
) -> None:
    kept = kept_of(*((name, f"token {name} {number}") for number, name in enumerate(before)))
    found = keeping(kept, *now)
    assert found.job is not None, found.problems
    steps = found.job.normal()["actions"]["steps"]
    assert [each["inputs"]["TOKEN"] for each in steps] == tokens


@pytest.mark.parametrize(("before", "now", "where"), [("ab", "xab", [0]), ("ss", "sss", [0, 1, 2])])
def test_no_step_gets_the_value_of_another(before: str, now: str, where: list[int]) -> None:
    found = keeping(kept_of(*((name, "long enough") for name in before)), *now)
    assert [path for path, _ in told(found)] == [f"[{number}].inputs.TOKEN" for number in where]
    for _, message in told(found):
        assert "the job has several of this name" in message
        assert "--set TOKEN=@FILE" in message


@pytest.mark.parametrize(
    ("kept", "why"), [(None, "a new job"), ({"steps": []}, "none of this name")]
)
def test_nothing_to_keep_is_an_error(kept: dict[str, Any] | None, why: str) -> None:
    step = {
        "inputs": {"TOKEN": KEEP},
        "expectedInputs": {"TOKEN": {"sensitive": True, "default": KEEP}},
    }
    found = parsed(step, kept=kept)
    assert [path for path, _ in told(found)] == [
        "[0].inputs.TOKEN",
        "[0].expectedInputs.TOKEN.default",
    ]
    assert all(why in message and "--set TOKEN=@FILE" in message for _, message in told(found))


def test_a_value_is_not_kept_for_a_name_that_is_sensitive_no_more() -> None:
    before = parsed({"inputs": {"TOKEN": "long enough"}, "expectedInputs": SENSITIVE})
    assert before.job is not None
    found = parsed({"inputs": {"TOKEN": KEEP}}, kept=before.job.normal()["actions"])
    ((path, message),) = told(found)
    assert path == "[0].inputs.TOKEN"
    assert "nothing marks TOKEN sensitive any more" in message
    assert "long enough" not in json.dumps(found.problems)


def test_a_value_that_is_set_needs_nothing_kept() -> None:
    step = {"inputs": {"TOKEN": KEEP}, "expectedInputs": SENSITIVE}
    found = parsed(step, inputs={"TOKEN": "given now"})
    assert found.job is not None
    assert told(found) == []


def test_a_sensitive_value_on_a_command_line_is_warned_of() -> None:
    step = {"inputs": {"TOKEN": "", "PLACE": ""}, "expectedInputs": SENSITIVE}
    given = {"TOKEN": "given now", "PLACE": "here"}
    found = parsed(step, inputs=given, plain=["TOKEN", "PLACE"])
    ((_, message),) = told(found)
    assert message.startswith("the sensitive value of TOKEN stood on a command line")
    assert message.endswith("give it as --set TOKEN=@FILE")
    assert told(parsed(step, inputs=given)) == []
