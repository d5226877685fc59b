"""Filters, lists and the rest of node management: the requests, and what people are shown."""

import json
from pathlib import Path
from typing import Any

import cli_samples as sample
import pytest
from cli_backend import Answer, Backend, item, page, problem
from cli_outcome import Courier

from courier_backend.cli.constraints import constraints_of
from courier_backend.cli.examples import examples
from courier_backend.model.errors import BadInput
from courier_backend.model.filter_bodies import (
    read_ad_hoc,
    read_attributes,
    read_filter,
    read_list,
    read_node,
    read_nodes,
)

HERE = "/node/management/v1"
ID = "76a8ad2b-9a90-4e8c-ba19-6ca711bf0099"
CONSTRAINTS = {
    "attributes": [{"name": "role", "operator": "=", "value": ["web", "db"]}],
    "skills": [{"name": "inspec", "version": [">= 1", "< 2"]}],
    "healthStatus": {"operator": "=", "value": ["reachable"]},
}
FILTER = {
    "id": ID,
    "name": "webs",
    "description": "",
    "constraints": CONSTRAINTS,
    "createdAt": sample.THEN,
    "modifiedAt": sample.THEN,
}
LIST = {
    "id": ID,
    "name": "mine",
    "description": "first",
    "nodeIds": [sample.NODE_ID],
    "nodeCount": 1,
    "createdAt": sample.THEN,
    "modifiedAt": sample.THEN,
}
JUDGED = {
    "matched": [{"id": sample.NODE_ID, "name": "web-1"}],
    "matchedCount": 1,
    "leftOut": [{"id": ID, "name": "db-1", "reasons": ["role is “db”", "it has no skill inspec"]}],
    "leftOutCount": 4,
    "warnings": ['no node has a skill "inspc"; did you mean "inspec"?'],
}


# ---- Chef's tree

CHEF: list[tuple[str, str, str, bool]] = [
    ("filter create-filter", "POST", f"{HERE}/filters", True),
    (f"filter update-filter --filterId {ID}", "PUT", f"{HERE}/filters/{ID}", True),
    (f"filter delete-filter --filterId {ID}", "DELETE", f"{HERE}/filters/{ID}", False),
    ("filter find-all-filters", "GET", f"{HERE}/filters", False),
    (f"filter find-one-filter --filterId {ID}", "GET", f"{HERE}/filters/{ID}", False),
    ("filter run-adhocFilter", "POST", f"{HERE}/filters/exec", True),
    (f"filter run-savedFilter --filterId {ID}", "GET", f"{HERE}/filters/{ID}/exec", False),
    ("list create-list", "POST", f"{HERE}/lists", True),
    (f"list add-nodes --listId {ID}", "POST", f"{HERE}/lists/{ID}/nodes", True),
    (f"list remove-nodes --listId {ID}", "DELETE", f"{HERE}/lists/{ID}/nodes", True),
    (f"list modify-nodes --listId {ID}", "PUT", f"{HERE}/lists/{ID}/nodes", True),
    (f"list delete-list --listId {ID}", "DELETE", f"{HERE}/lists/{ID}", False),
    ("list find-all-lists", "GET", f"{HERE}/lists", False),
    (f"list find-one-list --listId {ID}", "GET", f"{HERE}/lists/{ID}", False),
    ("node create-node", "POST", f"{HERE}/nodes", True),
    (f"node approve-node --nodeId {ID}", "GET", f"{HERE}/nodes/{ID}", False),
    (f"node archive-node --nodeId {ID}", "POST", f"{HERE}/nodes/{ID}/archive", False),
    (f"node modify-tags --nodeId {ID}", "POST", f"{HERE}/nodes/{ID}/tags", True),
    (f"node update-attributes --nodeId {ID}", "PUT", f"{HERE}/nodes/{ID}/attributes", True),
    ("skill find-all-skills", "GET", f"{HERE}/skills", False),
    ("cohort find-all-cohorts", "GET", f"{HERE}/cohorts", False),
    ("assembly find-all-assemblies", "GET", f"{HERE}/assemblies", False),
    ("setting find-all-settings", "GET", f"{HERE}/settings", False),
]


@pytest.mark.parametrize(("words", "method", "path", "has_body"), CHEF)
def test_chefs_words_ask_and_answer_as_the_api_does(
    backend: Backend, courier: Courier, words: str, method: str, path: str, has_body: bool
) -> None:
    told = {"code": 200, "item": {"id": ID}, "items": [], "pagination": page().value["pagination"]}
    backend.on(method, path, Answer(told))
    body = ["--body", "name: x  # kept", "--body-format", "yaml"] if has_body else []

    outcome = courier("management", *words.split(), *body)

    assert outcome.code == 0, outcome.err
    assert outcome.json == told
    (request,) = backend.requests
    if has_body:
        assert request.body == b"name: x  # kept"
        assert request.headers["content-type"] == "application/yaml"


def test_pages_of_nodes_that_a_filter_admits(backend: Backend, courier: Courier) -> None:
    backend.on("POST", f"{HERE}/filters/exec", page(sample.node(), total=30))
    words = "management filter run-adhocFilter --pagination.page 2 --pagination.size 5 --body {}"

    outcome = courier(*words.split())

    assert outcome.json["items"][0]["id"] == sample.NODE_ID
    assert backend.requests[0].query == {"pagination.page": "2", "pagination.size": "5"}


@pytest.mark.parametrize(
    ("words", "query"),
    [("", {}), ("--expand", {"expand": "true"}), ("--expand true", {"expand": "true"}),
     ("--expand false", {})],
)  # fmt: skip
def test_a_list_with_its_nodes(
    backend: Backend, courier: Courier, words: str, query: dict[str, str]
) -> None:
    backend.on("GET", f"{HERE}/lists/{ID}", item(LIST))
    outcome = courier("management", "list", "find-one-list", "--listId", ID, *words.split())
    assert outcome.code == 0
    assert backend.requests[0].query == query


def test_problems_of_a_body_stand_at_their_line(backend: Backend, courier: Courier) -> None:
    backend.on(
        "POST", f"{HERE}/filters", problem(422, "bad-input", "No.", problems=[sample.finding()])
    )
    outcome = courier("management", "filter", "create-filter", "--body", "{}")
    assert outcome.code == 2
    assert json.loads(outcome.err)["error"]["problems"][0]["line"] == 12


def test_there_are_no_cohorts_and_it_says_what_to_do(backend: Backend, courier: Courier) -> None:
    words = f"management node assign-cohort --nodeId {ID} --cohortId {ID}"
    outcome = courier(*words.split())
    error = json.loads(outcome.err)["error"]
    assert (outcome.code, backend.requests) == (2, [])
    assert error["message"] == "Courier has no cohorts; nodes are told apart by tags."
    assert "courier nodes tag" in error["hint"]


READERS: dict[str, Any] = {
    "filter": read_filter,
    "list": read_list,
    "nodes": read_nodes,
    "node": read_node,
    "attributes": read_attributes,
}


@pytest.mark.parametrize("body_format", ["json", "yaml", "toml"])
@pytest.mark.parametrize("kind", READERS)
def test_examples_are_bodies_that_are_accepted(kind: str, body_format: str) -> None:
    number = 1
    while True:
        try:
            text = examples(kind, body_format, number)
        except BadInput:
            break
        assert READERS[kind](text, body_format)
        number += 1
    assert number > 1


# ---- short commands


def test_filters_are_listed_in_words(backend: Backend, courier: Courier) -> None:
    backend.on("GET", f"{HERE}/filters", page(FILTER))
    outcome = courier("filters", "list")
    assert "role = web|db and inspec >= 1, < 2 and health = reachable" in outcome.out
    assert backend.requests[0].query["sortOrder"] == "desc"


def test_a_filter_is_shown_by_its_name(backend: Backend, courier: Courier) -> None:
    backend.on("GET", f"{HERE}/filters", page(FILTER))
    backend.on("GET", f"{HERE}/filters/{ID}", item(FILTER))
    outcome = courier("filter", "show", "webs")
    lines = [" ".join(line.split()) for line in outcome.out.splitlines()]
    assert lines[3:6] == ["Admits role = web|db", "and inspec >= 1, < 2", "and health = reachable"]


def test_a_filter_is_added_from_options(backend: Backend, courier: Courier) -> None:
    backend.on("POST", f"{HERE}/filters", item(FILTER, 201))
    outcome = courier(
        "filters", "add", "webs", "--attribute", "role=web|db", "--skill", "inspec >= 1, < 2",
        "--health", "reachable",
    )  # fmt: skip
    assert (outcome.code, outcome.err) == (0, f"Filter webs ({ID}) was saved.\n")
    assert backend.requests[0].json == {"constraints": CONSTRAINTS}
    assert backend.requests[0].query == {"name": "webs"}


def test_what_is_wrong_with_an_option_is_told_with_the_option(
    backend: Backend, courier: Courier
) -> None:
    wrong = problem(422, "bad-input", "constraints.attributes[1].value[0] (line 1): it is none")
    wrong.value["problems"] = [
        {"severity": "error", "path": path, "line": 1, "column": 9, "message": "is none",
         "didYouMean": ""}
        for path in ("constraints.attributes[1].value[0]", "constraints.skills[0].version[0]")
    ]  # fmt: skip
    told = "--attribute host MATCHES (: is none; --skill x >= y: is none."
    options = ["--attribute", "a=b", "--attribute", "host matches (", "--skill", "x >= y"]
    for words, path in ((["add", "n"], "filters"), (["test"], "filters/test")):
        backend.on("POST", f"{HERE}/{path}", wrong)
        outcome = courier("filters", *words, *options)
        assert (outcome.code, outcome.error["message"]) == (2, told)
    backend.on("POST", f"{HERE}/lists", wrong)
    backend.on("GET", f"{HERE}/nodes", page(sample.node()))
    assert "(line" not in courier("lists", "add", "x", "web-1").error["message"]


def test_a_health_that_no_node_has_is_refused(backend: Backend, courier: Courier) -> None:
    outcome = courier("filters", "test", "--health", "healthy")
    assert (outcome.code, backend.requests) == (2, [])
    assert "'healthy' is not one of 'reachable', 'offline', 'unknown'" in outcome.error["message"]


def test_a_filter_is_added_from_a_file(backend: Backend, courier: Courier, tmp_path: Path) -> None:
    backend.on("POST", f"{HERE}/filters", item(FILTER, 201))
    file = tmp_path / "f.yaml"
    file.write_text("constraints: {}  # every node")
    assert courier("filters", "add", "webs", str(file)).code == 0
    assert backend.requests[0].body == file.read_bytes()
    assert backend.requests[0].query == {"name": "webs", "fileName": str(file)}


def test_what_a_filter_admits_is_shown_with_why_not(backend: Backend, courier: Courier) -> None:
    backend.on("POST", f"{HERE}/filters/test", item(JUDGED))
    outcome = courier("filters", "test", "--attribute", "role=web", "--limit", "1")
    lines = [" ".join(line.split()) for line in outcome.out.splitlines()]
    assert lines[1] == "03ba18c0 web-1 yes"
    assert lines[2].endswith("db-1 no role is “db”; it has no skill inspec")
    assert outcome.err == (
        "1 node matches, 4 do not (3 of them are not shown; --limit shows more).\n"
        'Warning: no node has a skill "inspc"; did you mean "inspec"?\n'
    )
    assert backend.requests[0].query == {"limit": "1"}


def test_a_saved_filter_is_tested_on_one_node(backend: Backend, courier: Courier) -> None:
    backend.on("GET", f"{HERE}/filters", page(FILTER))
    backend.on("GET", f"{HERE}/nodes", page(sample.node()))
    backend.on("GET", f"{HERE}/filters/{ID}/test", item(JUDGED))
    outcome = courier("filter", "test", "webs", "--node", "web-1", "--format", "json")
    assert outcome.json["item"] == JUDGED
    assert backend.requests[-1].query == {"nodeId": sample.NODE_ID, "limit": "50"}


def test_a_file_is_tested_rather_than_a_filter_of_its_name(
    backend: Backend, courier: Courier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend.on("POST", f"{HERE}/filters/test", item(JUDGED))
    monkeypatch.chdir(tmp_path)
    Path("webs").write_text("constraints: {}")
    assert courier("filters", "test", "webs").code == 0
    assert backend.requests[0].body == b"constraints: {}"
    assert courier("filters", "test", "gone.json").code == 2, "a file that is not there"


@pytest.mark.parametrize("words", ["test", "test f.json --health offline", "add x"])
def test_a_filter_is_said_one_way(courier: Courier, words: str) -> None:
    outcome = courier("filters", *words.split())
    assert outcome.code == 2
    assert "either by a file or by options" in outcome.err


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("role=web", {"name": "role", "operator": "=", "value": ["web"]}),
        ("role = web | db", {"name": "role", "operator": "=", "value": ["web", "db"]}),
        ("role!=web", {"name": "role", "operator": "!=", "value": ["web"]}),
        ("role=", {"name": "role", "operator": "=", "value": [""]}),
        ("a.b=c=d", {"name": "a.b", "operator": "=", "value": ["c=d"]}),
        ("aws:a=b", {"name": "a", "operator": "=", "value": ["b"], "namespace": ["aws"]}),
        ("h MATCHES ^(a|b)=", {"name": "h", "operator": "MATCHES", "value": ["^(a|b)="]}),
        ("h CONTAINS x", {"name": "h", "operator": "CONTAINS", "value": ["x"]}),
    ],
)  # fmt: skip
def test_an_attribute_on_the_command_line(text: str, made: dict[str, Any]) -> None:
    found = constraints_of([text])
    assert found == {"attributes": [made]}
    read_ad_hoc(json.dumps({"constraints": found}))


@pytest.mark.parametrize("text", ["role", "=web", "", "role LIKE x"])
def test_an_attribute_that_is_no_constraint(text: str) -> None:
    with pytest.raises(BadInput, match="is no constraint"):
        constraints_of([text])


def test_skills_on_the_command_line() -> None:
    found = constraints_of([], ["chef-gohai", "a/b >=1, <= 1.0.66", "x=2"])
    assert found["skills"] == [
        {"name": "chef-gohai", "version": []},
        {"name": "a/b", "version": [">=1", "<= 1.0.66"]},
        {"name": "x", "version": ["=2"]},
    ]
    read_ad_hoc(json.dumps({"constraints": found}))


def test_lists_are_listed_shown_and_changed(backend: Backend, courier: Courier) -> None:
    backend.on("GET", f"{HERE}/lists", page(LIST))
    backend.on("GET", f"{HERE}/lists/{ID}", item({**LIST, "nodes": [sample.node()]}))
    backend.on("GET", f"{HERE}/nodes", page(sample.node()))
    backend.on("POST", f"{HERE}/lists", item(LIST, 201))
    backend.on("POST", f"{HERE}/lists/{ID}/nodes", item(LIST))
    backend.on("DELETE", f"{HERE}/lists/{ID}/nodes", item(LIST))
    backend.on("DELETE", f"{HERE}/lists/{ID}", item({"id": ID}))

    assert "mine" in courier("lists", "list").out
    assert "web-1" in courier("list", "show", "mine").out
    assert courier("lists", "add", "mine", "web-1").err == f"List mine ({ID}) was saved: 1 node.\n"
    same = courier("lists", "add-nodes", "mine", "web-1")
    assert same.err == f"List mine ({ID}) stays as it was: 1 node.\n"
    assert courier("lists", "remove-nodes", "mine", sample.NODE_ID).code == 0
    assert courier("lists", "remove", "mine").err == "List mine was removed.\n"

    (added,) = backend.sent("POST", f"{HERE}/lists")
    assert added.json == {"name": "mine", "description": "", "nodeIds": [sample.NODE_ID]}
    for method in ("POST", "DELETE"):
        (changed,) = backend.sent(method, f"{HERE}/lists/{ID}/nodes")
        assert changed.json == {"nodeIds": [sample.NODE_ID]}


INI = """[web]
one courier_url=http://h/nodes/a courier_token_file=a.token courier_tags=role=web
two courier_url=http://h/nodes/b courier_token=t
"""


def imported(*outcomes: str) -> Answer:
    return page(
        *(
            {"id": "", "name": name, "url": "u", "outcome": outcome, "reason": "no answer"}
            for name, outcome in zip("ab", outcomes, strict=True)
        )
    )


def test_nodes_are_imported_with_the_tokens_beside_the_file(
    backend: Backend, courier: Courier, tmp_path: Path
) -> None:
    backend.on("POST", f"{HERE}/nodes/import", imported("added", "failed"))
    (tmp_path / "a.token").write_text("secret\n")
    file = tmp_path / "hosts"
    file.write_text(INI)

    outcome = courier("nodes", "import", str(file))

    assert outcome.code == 1, "one failed"
    assert outcome.err == "2 nodes: 1 added, 1 failed.\n"
    assert "no answer" in outcome.out
    assert backend.requests[0].json["nodes"][0] == {
        "url": "http://h/nodes/a",
        "token": "secret",
        "name": "one",
        "tags": {"web": "true", "role": "web"},
        "attributes": {},
    }
    backend.on("POST", f"{HERE}/nodes/import", imported("added", "unchanged"))
    assert courier("nodes", "import", str(file)).code == 0


def test_all_that_is_wrong_in_a_file_of_nodes_is_told_and_nothing_sent(
    backend: Backend, courier: Courier, tmp_path: Path
) -> None:
    file = tmp_path / "hosts.ini"
    file.write_text(INI.replace("http://h/nodes/b", "h"))
    outcome = courier("nodes", "import", str(file))
    assert (outcome.code, backend.requests) == (2, [])
    error = json.loads(outcome.err)["error"]
    assert error["message"] == f"{file} cannot be imported: 2 errors."
    assert [problem["line"] for problem in error["problems"]] == [2, 3]
    assert "There is no file" in error["problems"][0]["message"]
    assert "is not the address of a node" in error["problems"][1]["message"]


def test_a_node_shows_since_when_it_is_so_and_its_runner(
    backend: Backend, courier: Courier
) -> None:
    backend.on("GET", f"{HERE}/nodes", page(sample.node()))
    backend.on("GET", f"{HERE}/nodes/{sample.NODE_ID}", item(sample.node()))
    lines = [" ".join(line.split()) for line in courier("nodes", "show", "web-1").out.splitlines()]
    assert any(line.startswith("Since 2024-03-27 ") for line in lines)
    assert any(line.startswith("Runner ") for line in lines)
