"""What a job file says of its targets: constraints, and saved filters and lists by id or name."""

from typing import Any

import pytest
from job_samples import changed, error, parsed, problem

from courier_backend.model.checking.saved_names import SavedNames, saved_id
from courier_backend.model.parse import Parsed, parse_job

ID = "76a8ad2b-9a90-4e8c-ba19-6ca711bf0099"
OTHER = "df770b2e-ede2-47db-ad6a-5f42ba5c945d"
GROUP = "target.groups.0."
SAVED = SavedNames({ID: "web servers"}, {OTHER: "canaries"})
AT = "target.groups[0].filter.constraints"


def with_constraints(constraints: dict[str, Any]) -> Parsed:
    return parsed(
        changed(
            (GROUP + "nodeListType", "filter"),
            (GROUP + "nodeIdentifiers", None),
            (GROUP + "filter", {"constraints": constraints}),
        )
    )


def naming(kind: str, field: str, text: str, saved: SavedNames | None = SAVED) -> Parsed:
    """A job whose group names something that was saved."""
    lines = [
        "name: x",
        "scheduleRule: immediate",
        "target:",
        f"  groups: [{{nodeListType: {kind}, {field}: {text!r}, timeoutSeconds: 60}}]",
        "actions:",
        "  accessMode: agent",
        "  steps:",
        "  - name: s",
        "    interpreter: {name: chef-platform/shell-interpreter}",
        "    command: {linux: ['true']}",
    ]
    return parse_job("\n".join(lines), "yaml", saved=saved)


@pytest.mark.parametrize(
    ("constraints", "path", "says", "meant"),
    [
        ({"attributes": [{"name": "a", "operator": "matches", "value": ["x"]}]},
         "attributes[0].operator", "is not one of =, !=, MATCHES, CONTAINS", "MATCHES"),
        ({"attributes": [{"name": "a", "operator": "MATCHES", "value": ["x", "("]}]},
         "attributes[0].value[1]", "is not a regular expression", ""),
        ({"attributes": [{"name": "a", "operator": "=", "value": []}]},
         "attributes[0].value", "is empty; at least one is needed", ""),
        ({"skills": [{"name": "a", "version": ["1", "=> 2"]}]},
         "skills[0].version[1]", '"=>" is no operator (one of >=, <=, =, !=, <, >)', ""),
        ({"skills": [{"name": "a", "version": [">= new"]}]},
         "skills[0].version[0]", '"new" is no version', ""),
        ({"healthStatus": {"operator": "<", "value": ["offline"]}},
         "healthStatus.operator", "is not one of =, !=", ""),
    ],
)  # fmt: skip
def test_a_constraint_that_cannot_be_judged_is_an_error_at_its_place(
    constraints: dict[str, Any], path: str, says: str, meant: str
) -> None:
    found = error(with_constraints(constraints), f"{AT}.{path}")
    assert says in found["message"]
    assert found["didYouMean"] == meant
    assert found["line"] > 0


@pytest.mark.parametrize(
    ("constraints", "path", "says", "meant"),
    [
        ({"healthStatus": {"operator": "=", "value": ["ofline"]}},
         "healthStatus.value[0]", '"ofline" is a health that no node has', "offline"),
        ({"attributes": [{"name": "a", "operator": "=", "value": ["x"], "namespace": ["tag"]}]},
         "attributes[0].namespace[0]", '"tag" is a namespace that no node has', "tags"),
        ({"skill": []}, "skill", "it is ignored, so the filter admits more nodes", "skills"),
    ],
)  # fmt: skip
def test_a_constraint_that_can_never_hold_is_a_warning(
    constraints: dict[str, Any], path: str, says: str, meant: str
) -> None:
    result = with_constraints(constraints)
    found = problem(result, f"{AT}.{path}")
    assert (found["severity"], found["didYouMean"]) == ("warning", meant)
    assert says in found["message"]
    assert result.job is not None


@pytest.mark.parametrize(
    ("kind", "field", "text", "its_id"),
    [
        ("savedFilter", "filterId", ID, ID),
        ("savedFilter", "filterId", ID.upper(), ID),
        ("savedFilter", "filterId", "web servers", ID),
        ("savedList", "listId", OTHER, OTHER),
        ("savedList", "listId", "canaries", OTHER),
    ],
)
def test_what_was_saved_is_kept_by_its_id(kind: str, field: str, text: str, its_id: str) -> None:
    result = naming(kind, field, text)
    assert result.errors == []
    assert result.job is not None
    assert result.job.normal()["target"]["groups"][0][field] == its_id


@pytest.mark.parametrize(
    ("kind", "field", "text", "says", "meant"),
    [
        ("savedFilter", "filterId", "web-servers", "no saved filter of this name", "web servers"),
        ("savedFilter", "filterId", OTHER, "no saved filter with this id", ""),
        ("savedList", "listId", "web servers", "no saved list of this name", ""),
        ("savedList", "listId", "<LIST_ID>", "is a placeholder: put the id of a list here", ""),
    ],
)
def test_what_was_not_saved_is_one_error_at_its_place(
    kind: str, field: str, text: str, says: str, meant: str
) -> None:
    (found,) = naming(kind, field, text).errors
    assert found["path"] == f"target.groups[0].{field}"
    assert (found["line"], found["didYouMean"]) == (4, meant)
    assert says in found["message"]


def test_where_nobody_knows_what_was_saved_only_ids_will_do() -> None:
    assert naming("savedFilter", "filterId", ID, None).errors == []
    (found,) = naming("savedFilter", "filterId", "web servers", None).errors
    assert "is not the id of a filter" in found["message"]


def test_names_are_told_apart_by_capitals_and_ids_are_not() -> None:
    assert saved_id(SAVED.filters, "Web servers") is None
    assert saved_id(SAVED.filters, ID.upper()) == ID
