"""Texts that cannot be read: one clear sentence, with line and column, for each format."""

import pytest
from job_samples import NODE, definition, seed_text

from courier_backend.model.dump import dump_job
from courier_backend.model.parse import Parsed, parse_job
from courier_backend.model.reading.document import MAX_BYTES, MAX_VALUES


def only_problem(result: Parsed) -> tuple[int, int, str]:
    assert result.job is None
    assert len(result.problems) == 1, result.problems
    found = result.problems[0]
    assert (found["severity"], found["path"]) == ("error", "")
    return found["line"], found["column"], found["message"]


@pytest.mark.parametrize(
    ("text", "line", "column", "says"),
    [
        ('{"a": "x', 1, 7, "never closed with a double quote"),
        ('{"a": "x\n}', 1, 7, "not closed on its line"),
        ('{"a": "x\ty"}', 1, 9, "U+0009 must be written as an escape"),
        ('{"a": 1,\n}', 1, 8, "a comma stands before }"),
        ('{"a": [1,2,]}', 1, 11, "a comma stands before ]"),
        ('{"a": 1\n "b": 2}', 2, 2, "a comma or } is missing before this"),
        ("[1 2]", 1, 4, "a comma or ] is missing before this, not 2"),
        ('{"a" 1}', 1, 6, 'a colon is missing after "a"'),
        ("{'a': 1}", 1, 2, "straight double quotes"),
        ('{"a": “x”}', 1, 7, "straight double quotes"),
        ("{a: 1}", 1, 2, "a field name in double quotes is expected here, not a"),
        ("{,}", 1, 2, "a field name in double quotes is expected here"),
        ('{"a": NaN}', 1, 7, "NaN is not a number in JSON"),
        ('{"a": -Infinity}', 1, 7, "-Infinity is not a number in JSON"),
        ("[" + "a" * 500, 1, 2, "a value is expected here, not a word without quotes"),
        ('{"a": 01}', 1, 7, "a value is expected here, not 01"),
        ('{"a": 1.}', 1, 7, "a value is expected here, not 1."),
        ('{"a": True}', 1, 7, "not True (JSON writes true)"),
        ('{"a": None}', 1, 7, "not None (JSON writes null)"),
        ('{"a": 1 // no\n}', 1, 9, "JSON has no comments"),
        ('# no\n{"a": 1}', 1, 1, "JSON has no comments"),
        ('{"a": "\\q"}', 1, 8, '"\\\\q" is not an escape'),
        ('{"a": "\\u12"}', 1, 8, '"\\\\u" is not an escape'),
        ('{"a":', 1, 6, "the file ends where a value is expected"),
        ('{\n"a": [\n{', 3, 2, "before the { of line 3 is closed"),
        ('{\n"a": [', 2, 7, "the file ends where a value is expected"),
        ('{\n"a": 1', 2, 7, "before the { of line 1 is closed"),
        ("{]", 1, 2, "a field name in double quotes is expected here, not ]"),
        ('{"a": {\n]', 2, 1, "a field name in double quotes is expected here, not ]"),
        ('{\n"a": 1]', 2, 7, "a comma or } is missing before this, not ]"),
        ('{"a": 1} x', 1, 10, "more text after the end"),
    ],
)
def test_broken_json(text: str, line: int, column: int, says: str) -> None:
    at_line, at_column, message = only_problem(parse_job(text, "json"))
    assert (at_line, at_column) == (line, column)
    assert message.startswith("this is not JSON: ")
    assert says in message


@pytest.mark.parametrize(
    ("text", "line", "column", "says"),
    [
        ("a: [1, 2\nb: 3", 2, 2, "a comma or ] is missing before this"),
        ("a: {b: 1", 1, 9, "a comma or } is missing before this"),
        ("a: 'x\n", 1, 4, "never closed"),
        ('a: "\\q"', 1, 6, "\\q is not an escape that YAML knows"),
        ("a:\n\t- b", 2, 1, "a tab stands here"),
        ("a: b: c", 1, 5, "a colon is not allowed here"),
        ("a:\n  - b\n c: 1", 3, 2, "mend the indentation"),
        (" a: 1\nb: 2", 2, 1, "does not belong to what stands before it"),
        ("a: |\n x\nb", 3, 1, "a colon is missing after this name"),
        ("a: - b", 1, 4, "a list item must stand on a line of its own"),
        ("a: @x", 1, 4, "@ cannot begin a value"),
        ("a: {{ x }}", 1, 4, "text that begins with {{ must stand in quotes"),
        ("- {{.X}}", 1, 3, "text that begins with {{ must stand in quotes"),
        ("a: *nope", 1, 4, "nothing is named &nope"),
        ("a: &a [*a]", 1, 8, "*a stands inside itself"),
        ("a: !x y", 1, 4, "the tag !x is not understood"),
        ("a: !x [1]", 1, 4, "the tag !x is not understood"),
        ("a: !!int x", 1, 4, "the tag !!int does not fit its value"),
        ("a: 1\n---\nb: 1", 2, 1, "a second YAML document"),
        ("? [a]\n: 1", 1, 3, "a field name must be text"),
        ("<<: 1", 1, 5, "<< can only take in an object"),
        ("a: \x07", 1, 4, "the character U+0007 is not allowed"),
        ("a: \ud800", 1, 4, "the character U+D800 is not allowed"),
    ],
)
def test_broken_yaml(text: str, line: int, column: int, says: str) -> None:
    at_line, at_column, message = only_problem(parse_job(text, "yaml"))
    assert (at_line, at_column) == (line, column)
    assert message.startswith("this is not YAML: ")
    assert says in message


@pytest.mark.parametrize(
    ("text", "line", "column", "says"),
    [
        ("a = ", 1, 5, "a value is expected here"),
        ("a = x", 1, 5, "a value is expected here"),
        ("\n\na = 'x", 3, 7, "not closed on its line"),
        ('a = "x\ny"', 1, 7, "not closed on its line"),
        ('a = "\\q"', 1, 8, "no escape that TOML knows"),
        ("a = 1 b = 2", 1, 7, "nothing more is expected on this line"),
        ("= 1", 1, 1, "NAME = VALUE or a [TABLE] is expected here"),
        ("a = 1\na = 2\n", 2, 6, "given twice in its table"),
        ("[a.b]\n[a.b]\n", 2, 5, "the table a.b is given twice"),
        ("a\n", 1, 2, "expected '='"),
        ("a = " + "9" * 5000, 0, 0, "out of range"),
    ],
)
def test_broken_toml(text: str, line: int, column: int, says: str) -> None:
    at_line, at_column, message = only_problem(parse_job(text, "toml"))
    assert (at_line, at_column) == (line, column)
    assert message.startswith("this is not TOML: ")
    assert says in message


@pytest.mark.parametrize("body_format", ["", "json", "yaml", "toml"])
@pytest.mark.parametrize("text", ["", " \n\t ", "\ufeff"])
def test_an_empty_file(text: str, body_format: str) -> None:
    assert only_problem(parse_job(text, body_format))[2] == "the file is empty"


@pytest.mark.parametrize(
    ("text", "body_format"),
    [("---\n", "yaml"), ("# no\n", "yaml"), ("null", "yaml"), ("~", "yaml"), ("# no\n", "toml")],
)
def test_a_file_with_nothing_in_it(text: str, body_format: str) -> None:
    assert only_problem(parse_job(text, body_format))[2] == "the file is empty"


@pytest.mark.parametrize(("text", "kind"), [("[1, 2]", "a list"), ('"x"', "a single value")])
@pytest.mark.parametrize("body_format", ["", "json", "yaml"])
def test_a_file_that_is_no_object(text: str, kind: str, body_format: str) -> None:
    assert only_problem(parse_job(text, body_format)) == (
        1,
        1,
        f"the file holds {kind}, not an object with named fields",
    )


@pytest.mark.parametrize("body_format", ["", "json", "yaml", "toml"])
def test_a_file_beyond_the_limit(body_format: str) -> None:
    for text in ("x" * (MAX_BYTES + 1), "ä" * (MAX_BYTES // 2 + 1)):
        assert only_problem(parse_job(text, body_format))[2] == "the file is larger than 5 MB"


LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)
)
MERGES = "a0: &a0 {x: 1}\n" + "".join(
    f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}\n" for n in range(1, 12)
)


@pytest.mark.parametrize(
    ("text", "body_format", "says"),
    [
        ("[" * 100_000, "json", "nested deeper than 64"),
        ('{"a":' * 100_000, "json", "nested deeper than 64"),
        ("[" * 100_000, "", "nested deeper than 64"),
        ("[" * 100_000, "yaml", "nested deeper than 64"),
        ("- " * 100_000, "yaml", "nested deeper than 64"),
        ("? " * 100_000, "yaml", "nested deeper than 64"),
        ("a = " + "[" * 100_000, "toml", "nested deeper than 64"),
        ("a." * 100_000 + "a = 1", "toml", "more than 64 parts"),
        ("[" + "a." * 100_000 + "a]", "toml", "more than 64 parts"),
        ("[" + "1," * MAX_VALUES + "1]", "json", f"more than {MAX_VALUES} values"),
        ("[" + "1," * MAX_VALUES + "1]", "", f"more than {MAX_VALUES} values"),
        (LAUGHS, "yaml", f"unfolds to more than {MAX_VALUES} values"),
        (LAUGHS, "", f"unfolds to more than {MAX_VALUES} values"),
        (MERGES, "yaml", f"unfolds to more than {MAX_VALUES} values"),
        (f"a: &a {'x' * 600_000}\nb: [{', '.join(['*a'] * 9)}]", "yaml", "more than 5 MB"),
        ("a: " + "!" * 1_000_000, "yaml", "tag (!) is too long"),
    ],
    ids=lambda value: value[:12] if isinstance(value, str) else "",
)
@pytest.mark.timeout(20)
def test_texts_that_would_take_for_ever_are_refused(text: str, body_format: str, says: str) -> None:
    assert says in only_problem(parse_job(text, body_format))[2]


def test_depth_that_toml_allows_is_refused_too() -> None:
    text = "[x]\na = " + "[" * 80 + "1" + "]" * 80
    messages = [item["message"] for item in parse_job(text, "toml").errors]
    assert "values are nested deeper than 64 levels" in messages


def test_an_alias_that_deepens_is_refused() -> None:
    lines = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 80)]
    assert "nested deeper" in only_problem(parse_job("\n".join(lines), "yaml"))[2]


def test_a_huge_number_is_an_error_at_its_path() -> None:
    text = seed_text("job").replace('"timeoutSeconds": 60', f'"timeoutSeconds": {"9" * 5000}')
    errors = parse_job(text, "json").errors
    assert [(item["path"], item["message"]) for item in errors] == [
        ("target.groups[0].timeoutSeconds", "a number of 5000 digits is too large")
    ]


@pytest.mark.parametrize(
    ("text", "body_format", "path"),
    [
        ('{"name": 1e999}', "json", "name"),
        ("name: .inf", "yaml", "name"),
        ("name: -.Inf", "yaml", "name"),
        ("name: .nan", "yaml", "name"),
        ("name = nan", "toml", "name"),
        ("name = -inf", "toml", "name"),
    ],
)
def test_numbers_that_are_none(text: str, body_format: str, path: str) -> None:
    found = [item for item in parse_job(text, body_format).errors if item["path"] == path]
    assert [item["message"].split(" ", 1)[1] for item in found] == [
        "is not a number that can be used"
    ]


@pytest.mark.parametrize("value", ["2024-01-31", "2024-01-31T12:00:00Z", "12:00:00"])
def test_a_toml_date_must_be_text(value: str) -> None:
    found = [item for item in parse_job(f"name = {value}", "toml").errors if item["path"] == "name"]
    assert [item["message"] for item in found] == [
        "a date or time must be written as text, in quotes"
    ]


def test_yaml_keys_must_be_text() -> None:
    errors = parse_job("inputs: {8080: x}\n~: y\n", "yaml").errors
    messages = {item["path"]: item["message"] for item in errors}
    assert messages['inputs["8080"]'] == "the field name 8080 is not text; write it in quotes"
    assert messages['["~"]'] == "the field name ~ is not text; write it in quotes"


@pytest.mark.parametrize(
    ("body_format", "text"),
    [
        ("json", '{\n"name": "a",\n"name": "b"\n}'),
        ("yaml", "\nname: a\nname: b\n"),
    ],
)
def test_of_duplicate_keys_the_last_one_counts(body_format: str, text: str) -> None:
    found = parse_job(text, body_format).problems
    warning = next(item for item in found if item["severity"] == "warning")
    assert (warning["path"], warning["line"], warning["column"]) == ("name", 3, 1)
    assert warning["message"] == "is given in lines 2 and 3; the last one counts"


def test_a_duplicate_key_deep_inside_counts_last() -> None:
    text = seed_text("job").replace(
        '"timeoutSeconds": 60,', '"timeoutSeconds": 60, "timeoutSeconds": 61,'
    )
    result = parse_job(text)
    assert result.job is not None
    assert result.job.target.groups[0].timeout_seconds == 61
    assert [item["message"] for item in result.problems] == [
        "is given twice in line 10; the last one counts"
    ]


@pytest.mark.parametrize(
    ("file_name", "body_format"),
    [
        ("job.json", "json"),
        ("job.yaml", "yaml"),
        ("JOB.YML", "yaml"),
        ("a.b/job.toml", "toml"),
    ],
)
def test_the_ending_of_the_file_decides(file_name: str, body_format: str) -> None:
    assert parse_job("[", "", file_name).body_format == body_format
    assert parse_job("[", "json", file_name).body_format == "json"
    assert parse_job("x", "YAML", file_name).body_format == "yaml"


@pytest.mark.parametrize(("given", "meant"), [("jason", "json"), ("tml", "toml"), ("csv", "")])
def test_a_format_that_is_none(given: str, meant: str) -> None:
    result = parse_job("{}", given)
    assert "is no format of files (json, yaml, toml)" in only_problem(result)[2]
    assert result.problems[0]["didYouMean"] == meant


@pytest.mark.parametrize(
    ("text", "looks_like"),
    [
        ('{"name": "x"', "json"),
        ('{"name" "x"}', "json"),
        ("[1, 2", "json"),
        ("name: x\n\ty: 1", "yaml"),
        ("name: 'x", "yaml"),
        ('name = "x', "toml"),
        ("[target]\nx = ", "toml"),
        ("[[target.groups]]\nx = ", "toml"),
        ("just words", "yaml"),
    ],
)
def test_of_a_broken_text_the_likeliest_format_is_told(text: str, looks_like: str) -> None:
    result = parse_job(text)
    assert result.body_format == looks_like
    only_problem(result)


def test_what_begins_like_json_and_is_yaml_is_read_with_a_warning() -> None:
    text = seed_text("job").rstrip()[:-1] + ",}"
    result = parse_job(text)
    assert result.body_format == "yaml"
    assert result.job is not None
    assert [item["severity"] for item in result.problems] == ["warning"]
    assert "is not JSON (a comma stands before }" in result.problems[0]["message"]
    assert parse_job(text, "json").job is None


def test_yaml_speaks_its_newer_form() -> None:
    text = dump_job(definition(), "yaml").replace('minVersion: "1.0.0"', "minVersion: 2024-01-31")
    text = text.replace("name: sleep", "name: yes")
    job = parse_job(text, "yaml").job
    assert job is not None
    assert job.actions.steps[0].name == "yes"
    assert job.actions.steps[0].interpreter.skill.min_version == "2024-01-31"


def test_yaml_anchors_aliases_and_merge_keys_are_understood() -> None:
    text = f"""
name: x
scheduleRule: !!str immediate
target:
  groups:
    - &first
      nodeListType: nodes
      nodeIdentifiers: &nodes ["{NODE}"]
      timeoutSeconds: 0x10
      batchSize: &size {{type: number, value: 1}}
    - <<: [*first, {{timeoutSeconds: 99, earlyTermination: true}}]
      batchSize: {{<<: *size, value: 2}}
actions:
  steps:
    - interpreter: {{name: chef-platform/shell-interpreter}}
      command:
        linux: [echo one]
"""
    result = parse_job(text, "yaml")
    assert result.problems == []
    assert result.job is not None
    first, second = result.job.target.groups
    assert (first.timeout_seconds, second.timeout_seconds) == (16, 16)
    assert (first.early_termination, second.early_termination) == (False, True)
    assert (first.batch_size.value, second.batch_size.value) == (1, 2)
    assert first.node_identifiers == second.node_identifiers == [NODE]


def test_line_ends_of_windows_and_a_byte_order_mark_do_no_harm() -> None:
    job = parse_job(seed_text("job")).job
    for body_format in ("json", "yaml", "toml"):
        text = dump_job(definition(), body_format).replace("\n", "\r\n")
        result = parse_job("\ufeff" + text, body_format)
        assert result.problems == []
        assert result.job == job
