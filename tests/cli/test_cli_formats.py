"""Lists as JSON, YAML, CSV and tables, with the columns that were asked for; single things, too."""

import csv
import io
import json
from typing import Any

import cli_samples as sample
import pytest
import yaml
from cli_backend import Backend, item, page
from cli_outcome import Courier
from hypothesis import given
from hypothesis import strategies as st

from courier_backend.cli.cells import text_at
from courier_backend.cli.spreadsheet import write_csv
from courier_backend.model.writing.yaml_writer import write_yaml

JOBS = "/courier/scheduler-api/v1/jobs"
STATE = "/courier/state-api/v1"
NODES = "/node/management/v1/nodes"
RUNS = f"{STATE}/instance/{sample.INSTANCE_ID}/runs"
STEPS = f"{STATE}/run/{sample.RUN_ID}/steps"

LISTS = [
    ("jobs list", JOBS, sample.job()),
    ("instances list", f"{STATE}/instances", sample.instance()),
    ("runs list", f"{STATE}/runs", sample.run()),
    (f"steps list {sample.RUN_ID}", STEPS, sample.step()),
    ("nodes list", NODES, sample.node()),
    ("events list", "/courier/events-api/v1/events", sample.event(1, "job-added")),
    ("exceptions list", "/courier/scheduler-api/v1/exceptions", sample.exception()),
    ("scheduler exceptions list-rules", "/courier/scheduler-api/v1/exceptions", sample.exception()),
    ("lab status", "/node/management/v1/lab", {"id": sample.NODE_ID, "name": "a", "home": "/h"}),
    ("scheduler jobs list-jobs", JOBS, sample.job()),
    ("state instance list-all", f"{STATE}/instances", sample.instance()),
    (f"state instance list-instance-runs --instanceId {sample.INSTANCE_ID}", RUNS, sample.run()),
    (f"state run list-steps --runId {sample.RUN_ID}", STEPS, sample.step()),
    ("management node find-all-nodes", NODES, sample.node()),
]


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize(("words", "path", "one"), LISTS)
class TestEveryList:
    def test_as_data(
        self, backend: Backend, courier: Courier, words: str, path: str, one: dict[str, Any]
    ) -> None:
        backend.on("GET", path, page(one))

        as_json = courier(*words.split(), "--format", "json")
        as_yaml = courier(*words.split(), "--format", "yaml")

        assert as_json.json["items"] == [one]
        assert yaml.load(as_yaml.out, yaml.BaseLoader)["items"]
        assert yaml.safe_load(as_yaml.out) == as_json.json

    def test_as_csv(
        self, backend: Backend, courier: Courier, words: str, path: str, one: dict[str, Any]
    ) -> None:
        backend.on("GET", path, page(one))

        [row] = rows(courier(*words.split(), "--format", "csv").out)

        assert row == {key: text_at(one, key) for key in row}
        assert len(row) >= 3

    def test_as_a_table_with_some_columns(
        self, backend: Backend, courier: Courier, words: str, path: str, one: dict[str, Any]
    ) -> None:
        backend.on("GET", path, page(one))
        first, second = list(one)[:2]

        told = courier(*words.split(), "--format", "table", "--columns", f"{second},{first}").out

        head, line = told.splitlines()
        assert head.split() == [second, first]
        assert line.split() == [str(one[second]), str(one[first])]

    def test_an_empty_csv_has_its_head(
        self, backend: Backend, courier: Courier, words: str, path: str, one: dict[str, Any]
    ) -> None:
        backend.on("GET", path, page())

        [head] = courier(*words.split(), "--format", "csv").out.splitlines()

        assert {key.partition(".")[0] for key in head.split(",")} <= set(one)


class TestColumns:
    @pytest.mark.parametrize(
        ("columns", "expected"),
        [
            ("lastInstance.status", "success"),
            ("target.groups.0.timeoutSeconds", "60"),
            ("name,executionCount", "uptime,1"),
            ("exceptionRules", "[]"),
            ("name.more, id", f",{sample.JOB_ID}"),
        ],
    )
    def test_lead_as_deep_as_wanted(
        self, backend: Backend, courier: Courier, columns: str, expected: str
    ) -> None:
        backend.on("GET", JOBS, page(sample.job()))
        told = courier("jobs", "list", "--format", "csv", "--columns", columns).out
        assert told.splitlines()[1] == expected

    def test_facts_and_skills_go_by_name(self, backend: Backend, courier: Courier) -> None:
        backend.on("GET", NODES, page(sample.node()))
        columns = "attributes.platform,installedSkills.courier-runner,tags.role,attributes.none"
        told = courier("nodes", "list", "--format", "csv", "--columns", columns).out
        assert told.splitlines()[1] == "debian,0.1.0,web,"

    def test_one_that_is_not_there(self, backend: Backend, courier: Courier) -> None:
        backend.on("GET", JOBS, page(sample.job()))
        error = courier("jobs", "list", "--columns", "nme").error
        assert error["message"] == "--columns: there is no column 'nme'."
        assert error["hint"].startswith("Did you mean 'name'?")

    def test_are_not_for_json(self, backend: Backend, courier: Courier) -> None:
        backend.on("GET", JOBS, page(sample.job()))
        outcome = courier("scheduler", "jobs", "list-jobs", "--columns", "name")
        assert outcome.code == 2
        assert "--columns is for --format csv and table" in outcome.error["message"]


class TestOneThing:
    def test_as_yaml_and_as_a_table_in_chefs_tree(self, backend: Backend, courier: Courier) -> None:
        backend.on("GET", f"{JOBS}/{sample.JOB_ID}", item(sample.job()))
        words = ["scheduler", "jobs", "get-job", "--jobId", sample.JOB_ID, "--format"]

        assert yaml.safe_load(courier(*words, "yaml").out)["item"]["name"] == "uptime"
        table = courier(*words, "table").out.splitlines()
        assert ["name", "uptime"] in [line.split() for line in table]
        assert ["status", "●", "active"] in [line.split() for line in table]

    def test_is_no_csv(self, courier: Courier) -> None:
        assert courier("jobs", "show", "x", "--format", "csv").code == 2
        outcome = courier("--format", "csv", "jobs", "show", "x")
        assert outcome.code == 2
        assert outcome.error["message"] == "`courier jobs show` cannot answer in csv."

    def test_the_format_may_stand_before_the_command(
        self, backend: Backend, courier: Courier
    ) -> None:
        backend.on("GET", f"{JOBS}/{sample.JOB_ID}", item(sample.job()))
        assert courier("--format", "json", "jobs", "show", sample.JOB_ID).json["item"]

    def test_events_that_are_followed_are_lines(self, courier: Courier) -> None:
        outcome = courier("events", "list", "--follow", "--format", "csv")
        assert outcome.code == 2
        assert "a line for each event" in outcome.error["message"]


def test_a_shortened_csv_says_so(backend: Backend, courier: Courier) -> None:
    backend.on("GET", JOBS, page(sample.job(), total=31))
    outcome = courier("jobs", "list", "--format", "csv")
    assert len(outcome.out.splitlines()) == 2
    assert outcome.err == "1 of 31, page 1 of 4.\n"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+41", "'+41"),
        ("-x", "'-x"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        (-3, "-3"),
        (2.5, "2.5"),
        (True, "true"),
        (None, ""),
        ("a,b", "a,b"),
        ('say "x"\nagain', 'say "x"\nagain'),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("ünïque 日本", "ünïque 日本"),
        ({"a": "=1"}, '{"a":"=1"}'),
    ],
)
def test_a_cell_is_never_a_formula(
    capsys: pytest.CaptureFixture[str], value: object, cell: str
) -> None:
    write_csv(["name", "it"], [{"name": "x", "it": value}])
    read = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert read == [["name", "it"], ["x", cell]]


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers()
    | st.integers(-1000, 1000).map(lambda number: number / 4)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=3),
    max_leaves=12,
)  # fmt: skip


@given(PLAIN)
def test_yaml_says_what_json_says(value: Any) -> None:
    text = write_yaml({"item": value})
    assert json.dumps(yaml.safe_load(text)) == json.dumps({"item": value})
