"""Saved filters and lists over a real store; what a filter admits, and why not the others."""

from typing import Any

import httpx
import pytest
from api_shapes import shaped
from fake_service import FakeService
from history import NODES, node_added

from courier_backend.api.schemas import CodedItem, CodedItems
from courier_backend.delivery.directory import KnownNode
from courier_backend.model.wire import FilterItem, FilterTest, IdItem, ListItem, NodeItem
from courier_backend.store.store import Store

pytestmark = pytest.mark.anyio

HERE = "/node/management/v1"
NOBODY = "99999999-9999-4999-8999-999999999999"
BIG = {"attributes": [{"name": "cpu_total", "operator": "=", "value": ["3", "4"]}]}


@pytest.fixture(autouse=True)
async def fleet(store: Store, service: FakeService) -> None:
    """Two nodes, in the store and in memory."""
    await store.append([node_added(0), node_added(1)])
    for index, node_id in enumerate(NODES):
        node = KnownNode(node_id, f"node-{index}", "http://x", "t")
        node.facts = {"os": "linux", "cpu_total": 2 + index}
        node.skills = [{"name": "courier-runner", "version": "0.1.0"}]
        service.directory.put(node)


def attribute(name: str, operator: str, *value: str) -> dict[str, Any]:
    return {"attributes": [{"name": name, "operator": operator, "value": [*value]}]}


async def save(http: httpx.AsyncClient, name: str, constraints: Any = BIG) -> dict[str, Any]:
    body = {"name": name, "constraints": constraints}
    return dict(
        shaped(CodedItem[FilterItem], await http.post(f"{HERE}/filters", json=body), 201)["item"]
    )


async def save_list(http: httpx.AsyncClient, name: str, *nodes: str) -> dict[str, Any]:
    body = {"name": name, "nodeIds": [*nodes]}
    answer = await http.post(f"{HERE}/lists", json=body)
    return dict(shaped(CodedItem[ListItem], answer, 201)["item"])


# ---- trying filters


async def test_which_nodes_a_filter_admits(http: httpx.AsyncClient) -> None:
    path = f"{HERE}/filters/exec"
    found = shaped(CodedItems[NodeItem], await http.post(path, json={"constraints": BIG}))
    assert [node["id"] for node in found["items"]] == [NODES[1]]
    both = {"constraints": attribute("os", "MATCHES", "^lin")}
    first = (await http.post(f"{path}?pagination.size=1", json=both)).json()
    assert (first["totalItems"], first["pagination"]["totalPages"]) == (2, 2)
    second = (await http.post(first["pagination"]["nextLink"], json=both)).json()
    assert [node["id"] for node in first["items"] + second["items"]] == [*NODES]
    assert second["pagination"]["nextLink"] == ""


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("application/yaml", "constraints:\n  skills:\n  - name: courier-runner\n"),
        ("application/toml", '[[constraints.skills]]\nname = "courier-runner"\n'),
        ("", "constraints: {skills: [{name: courier-runner, version: ['>= 0.1']}]}"),
    ],
)
async def test_a_filter_may_come_in_each_format(
    http: httpx.AsyncClient, kind: str, text: str
) -> None:
    headers = {"Content-Type": kind} if kind else {}
    answer = await http.post(f"{HERE}/filters/exec", content=text, headers=headers)
    assert answer.json()["totalItems"] == 2


@pytest.mark.parametrize(
    ("constraints", "path", "message"),
    [
        (attribute("os", "LIKE", "x"), "attributes[0].operator", "not one of =, !=, MATCHES"),
        (attribute("os", "MATCHES", "a", "("), "attributes[0].value[1]", "regular expression"),
        (attribute("os", "="), "attributes[0].value", "is empty; at least one is needed"),
        ({"skills": [{"name": "x", "version": ["=> 1"]}]}, "skills[0].version[0]", "no operator"),
        ({"skills": [{"version": []}]}, "skills[0].name", "is missing"),
        ({"skill": []}, "skill", "is no field that is known here"),
    ],
)
async def test_what_is_wrong_in_a_filter_is_told_with_its_place(
    http: httpx.AsyncClient, constraints: Any, path: str, message: str
) -> None:
    answer = await http.post(f"{HERE}/filters/exec", json={"constraints": constraints})
    assert answer.status_code == 422
    found = {each["path"]: each for each in answer.json()["problems"]}
    assert message in found[f"constraints.{path}"]["message"]
    assert found[f"constraints.{path}"]["line"] == 1


async def test_why_a_node_is_left_out(http: httpx.AsyncClient) -> None:
    answer = await http.post(f"{HERE}/filters/test", json={"constraints": BIG})
    item = shaped(CodedItem[FilterTest], answer)["item"]
    assert item["matched"] == [{"id": NODES[1], "name": "node-1"}]
    reason = 'cpu_total is "2", which is not "3" or "4"'
    assert item["leftOut"] == [{"id": NODES[0], "name": "node-0", "reasons": [reason]}]
    assert (item["matchedCount"], item["leftOutCount"]) == (1, 1)
    few = await http.post(f"{HERE}/filters/test?limit=0", json={"constraints": BIG})
    assert (few.json()["item"]["leftOut"], few.json()["item"]["leftOutCount"]) == ([], 1)
    one = await http.post(f"{HERE}/filters/test?nodeId={NODES[1]}", json={"constraints": BIG})
    assert (one.json()["item"]["matchedCount"], one.json()["item"]["leftOutCount"]) == (1, 0)
    none = await http.post(f"{HERE}/filters/test?nodeId={NOBODY}", json={"constraints": BIG})
    assert none.status_code == 404
    assert item["warnings"] == []


async def test_what_no_node_has_is_told(http: httpx.AsyncClient) -> None:
    wanted = {"attributes": [{"name": "cpu-totl", "operator": "!=", "value": ["3"]}]}
    answer = await http.post(f"{HERE}/filters/test", json={"constraints": wanted})
    meant = 'no node has an attribute "cpu-totl"; did you mean "cpu_total"?'
    assert answer.json()["item"]["warnings"] == [meant]


async def test_a_pattern_that_takes_too_long_is_no_answer(
    http: httpx.AsyncClient, service: FakeService
) -> None:
    service.directory.get(NODES[0]).facts = {"os": "a" * 60 + "b"}
    slow = {"constraints": attribute("os", "MATCHES", "(a|aa)+$")}
    answer = await http.post(f"{HERE}/filters/exec", json=slow)
    assert answer.status_code == 422
    assert "takes longer than" in answer.json()["detail"]


# ---- saved filters


async def test_a_filter_is_saved_changed_used_and_removed(http: httpx.AsyncClient) -> None:
    saved = await save(http, "big")
    assert (saved["name"], saved["constraints"]) == ("big", BIG)
    where = f"{HERE}/filters/{saved['id']}"
    assert shaped(CodedItem[FilterItem], await http.get(where))["item"] == saved
    found = shaped(CodedItems[NodeItem], await http.get(f"{where}/exec"))
    assert [node["id"] for node in found["items"]] == [NODES[1]]
    tested = shaped(CodedItem[FilterTest], await http.get(f"{where}/test"))["item"]
    assert (tested["matchedCount"], tested["leftOutCount"]) == (1, 1)

    other = {**saved, "name": "small", "constraints": attribute("cpu_total", "=", "2")}
    changed = shaped(CodedItem[FilterItem], await http.put(where, json=other))["item"]
    assert (changed["id"], changed["name"]) == (saved["id"], "small")
    assert [n["id"] for n in (await http.get(f"{where}/exec")).json()["items"]] == [NODES[0]]

    gone = shaped(CodedItem[IdItem], await http.delete(where))
    assert gone["item"] == {"id": saved["id"]}
    for answer in (
        await http.get(where),
        await http.delete(where),
        await http.get(f"{where}/exec"),
    ):
        assert answer.status_code == 404


async def test_filters_are_listed_oldest_first_and_found_by_name(http: httpx.AsyncClient) -> None:
    names = ["c", "a", "b"]
    for name in names:
        await save(http, name)
    found = shaped(CodedItems[FilterItem], await http.get(f"{HERE}/filters"))
    assert [each["name"] for each in found["items"]] == names
    assert found["totalItems"] == 3
    one = (await http.get(f"{HERE}/filters?name=a")).json()
    assert ([each["name"] for each in one["items"]], one["totalItems"]) == (["a"], 1)
    page = (await http.get(f"{HERE}/filters?pagination.size=2&sortOrder=desc")).json()
    assert [each["name"] for each in page["items"]] == ["b", "a"]
    rest = (await http.get(page["pagination"]["nextLink"])).json()
    assert [each["name"] for each in rest["items"]] == ["c"]


@pytest.mark.parametrize("name", ["", " x", NOBODY, "x" * 201])
async def test_a_name_that_cannot_be(http: httpx.AsyncClient, name: str) -> None:
    answer = await http.post(f"{HERE}/filters", json={"name": name, "constraints": {}})
    assert answer.status_code == 422
    assert answer.json()["problems"][0]["path"] == "name"


async def test_two_filters_never_have_the_same_name(http: httpx.AsyncClient) -> None:
    await save(http, "one")
    two = await save(http, "two")
    body = {"name": "one", "constraints": {}}
    for answer in (
        await http.post(f"{HERE}/filters", json=body),
        await http.put(f"{HERE}/filters/{two['id']}", json=body),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
        assert 'a filter named "one" already' in answer.json()["detail"]
    same = await http.put(f"{HERE}/filters/{two['id']}", json={**body, "name": "two"})
    assert same.status_code == 200


async def test_a_rehearsal_saves_nothing(http: httpx.AsyncClient) -> None:
    body = {"name": "big", "constraints": BIG}
    told = (await http.post(f"{HERE}/filters?dryRun=true", json=body)).json()["item"]
    assert told["changes"][0]["sentence"] == "save the filter 'big'"
    assert (await http.get(f"{HERE}/filters")).json()["totalItems"] == 0


# ---- saved lists


async def test_a_list_is_saved_changed_and_removed(http: httpx.AsyncClient) -> None:
    saved = await save_list(http, "mine", NODES[1].upper(), NODES[0], NODES[1])
    assert saved["nodeIds"] == [NODES[1], NODES[0]], "each once, in their order"
    assert "nodes" not in saved
    where = f"{HERE}/lists/{saved['id']}"
    whole = shaped(CodedItem[ListItem], await http.get(f"{where}?expand=true"))["item"]
    assert [node["name"] for node in whole["nodes"]] == ["node-1", "node-0"]

    def ids(answer: httpx.Response) -> Any:
        return shaped(CodedItem[ListItem], answer)["item"]["nodeIds"]

    assert ids(await _nodes(http, "DELETE", where, NODES[1], NOBODY)) == [NODES[0]]
    assert ids(await _nodes(http, "POST", where, NODES[1], NODES[0])) == [NODES[0], NODES[1]]
    assert ids(await _nodes(http, "PUT", where, NODES[1])) == [NODES[1]]
    other = {"name": "yours", "nodeIds": [NODES[0]], "description": "d"}
    changed = shaped(CodedItem[ListItem], await http.put(where, json=other))["item"]
    assert {key: changed[key] for key in other} == other
    assert (await http.delete(where)).json() == {"code": 200, "item": {"id": saved["id"]}}
    assert (await http.get(where)).status_code == 404


async def test_lists_are_listed(http: httpx.AsyncClient) -> None:
    await save_list(http, "empty")
    await save_list(http, "one", NODES[0])
    found = shaped(CodedItems[ListItem], await http.get(f"{HERE}/lists"))
    assert [(each["name"], each["nodeCount"]) for each in found["items"]] == [
        ("empty", 0),
        ("one", 1),
    ]


async def test_a_list_takes_only_nodes_of_the_fleet(http: httpx.AsyncClient) -> None:
    saved = await save_list(http, "mine")
    for answer in (
        await http.post(f"{HERE}/lists", json={"name": "x", "nodeIds": [NOBODY]}),
        await _nodes(http, "POST", f"{HERE}/lists/{saved['id']}", NODES[0], NOBODY),
    ):
        assert answer.status_code == 422
        assert answer.json()["detail"] == f"There is no node {NOBODY}."
    bad = await http.post(f"{HERE}/lists", json={"name": "x", "nodeIds": ["web-1"]})
    assert bad.json()["problems"][0]["path"] == "nodeIds[0]"


async def _nodes(http: httpx.AsyncClient, method: str, where: str, *nodes: str) -> httpx.Response:
    return await http.request(method, f"{where}/nodes", json={"nodeIds": [*nodes]})


async def test_a_node_that_leaves_the_fleet_leaves_its_lists(
    http: httpx.AsyncClient, service: FakeService
) -> None:
    saved = await save_list(http, "mine", *NODES)
    service.directory.remove(NODES[0])
    await service.saved.forget_node(NODES[0], "me")
    assert (await http.get(f"{HERE}/lists/{saved['id']}")).json()["item"]["nodeIds"] == [NODES[1]]


# ---- what is saved outlives a backend


async def test_what_is_saved_is_there_after_a_restart(
    http: httpx.AsyncClient, service: FakeService, store: Store
) -> None:
    kept = await save(http, "kept")
    gone = await save(http, "gone")
    await http.delete(f"{HERE}/filters/{gone['id']}")
    mine = await save_list(http, "mine", NODES[0])
    again = FakeService(store).saved
    await again.load()
    assert again.names().filters == {kept["id"]: "kept"}
    assert again.names().lists == {mine["id"]: "mine"}
    assert again.saved_filter(kept["id"]) == service.saved.saved_filter(kept["id"])
    assert again.saved_list(mine["id"]).node_ids == [NODES[0]]
