"""The rest of node management: attributes, many nodes, skills, what there is not, prefixes."""

from typing import Any

import httpx
import pytest
from api_shapes import shaped
from fake_service import FakeService
from history import NODES, node_added

from courier_backend.api.schemas import CodedItem, CodedItems
from courier_backend.delivery.directory import KnownNode
from courier_backend.model.wire import FleetSkillItem, ImportedNode, NamedItem, NodeItem, NodeStatus
from courier_backend.service.nodes import described, merged
from courier_backend.store.store import Store

pytestmark = pytest.mark.anyio

HERE = "/node/management/v1"


@pytest.fixture(autouse=True)
async def fleet(store: Store, service: FakeService) -> None:
    await store.append([node_added(0), node_added(1)])
    for index, node_id in enumerate(NODES):
        node = KnownNode(node_id, f"node-{index}", "http://x", "t")
        node.skills = [{"name": "inspec", "version": f"1.{9 + index}"}]
        service.directory.put(node)


async def test_attributes_go_to_the_service_by_namespace(
    http: httpx.AsyncClient, service: FakeService
) -> None:
    service.node = (await http.get(f"{HERE}/nodes/{NODES[0]}")).json()["item"]
    body = "attributes: [{name: zone, value: a, namespace: aws}, {name: role, value: web}]"
    headers = {"Content-Type": "application/yaml"}
    path = f"{HERE}/nodes/{NODES[0]}/attributes"
    answer = await http.put(path, content=body, headers=headers)
    assert answer.status_code == 200
    wanted = [("aws", "zone", "a"), ("tags", "role", "web")]
    assert service.calls == [("describe_node", NODES[0], wanted, "api")]


@pytest.mark.parametrize(
    ("space", "says"), [("agent", "told by the node itself"), ("awz", "is not one of agent")]
)
async def test_what_cannot_be_said_of_a_node(
    http: httpx.AsyncClient, space: str, says: str
) -> None:
    body = {"attributes": [{"name": "a", "value": "b", "namespace": space}]}
    answer = await http.put(f"{HERE}/nodes/{NODES[0]}/attributes", json=body)
    assert answer.status_code == 422
    (found,) = answer.json()["problems"]
    assert found["path"] == "attributes[0].namespace"
    assert says in found["message"]


async def test_what_an_operator_says_is_put_beside_what_was_said() -> None:
    node = KnownNode("n", "n", "u", "t", tags={"a": "1", "b": "2"})
    node.attributes = {"aws": {"zone": "a", "size": "m"}, "azure": {"x": "y"}}
    said = [("tags", "a", "9"), ("tags", "b", ""), ("aws", "zone", ""), ("azure", "x", "")]
    assert described(node, said) == ({"a": "9"}, {"aws": {"size": "m"}})
    assert node.tags == {"a": "1", "b": "2"}, "nothing is changed on the way"


async def test_many_nodes_at_once(http: httpx.AsyncClient, service: FakeService) -> None:
    nodes = [{"url": "u", "token": "t"}, {"url": "v", "token": "t", "attributes": {"aws": {}}}]
    answer = await http.post(f"{HERE}/nodes/import", json={"nodes": nodes})
    found = shaped(CodedItems[ImportedNode], answer)
    assert [each["url"] for each in found["items"]] == ["u", "v"]
    (call,) = service.calls
    assert call[1][0] == {"url": "u", "token": "t", "name": "", "tags": {}, "attributes": {}}


@pytest.mark.parametrize(
    "body", [{"nodes": []}, {"nodes": [{"url": "u"}]}, {"nodes": [{"url": "u", "token": "t",
     "attributes": {"agent": {}}}]}],
)  # fmt: skip
async def test_wishes_that_cannot_be(http: httpx.AsyncClient, body: Any) -> None:
    assert (await http.post(f"{HERE}/nodes/import", json=body)).status_code == 422


async def test_the_skills_of_the_fleet(http: httpx.AsyncClient, service: FakeService) -> None:
    found = shaped(CodedItems[FleetSkillItem], await http.get(f"{HERE}/skills"))
    assert found["items"] == [{"name": "inspec", "versions": ["1.9", "1.10"], "nodeCount": 2}]
    service.directory.get(NODES[0]).archived = True
    again = (await http.get(f"{HERE}/skills")).json()
    assert again["items"][0] == {"name": "inspec", "versions": ["1.10"], "nodeCount": 1}


async def test_some_tags_are_set_and_taken_away(
    http: httpx.AsyncClient, service: FakeService
) -> None:
    service.node = (await http.get(f"{HERE}/nodes/{NODES[0]}")).json()["item"]
    tags = {"role": "db", "old": None}
    answer = await http.patch(f"{HERE}/nodes/{NODES[0]}/tags", json={"tags": tags})
    assert shaped(CodedItem[NodeItem], answer)["item"]["id"] == NODES[0]
    assert service.calls == [("tag_node", NODES[0], tags, "api")]
    assert merged({"old": "1", "kept": "2"}, tags) == {"kept": "2", "role": "db"}
    wrong = await http.patch(f"{HERE}/nodes/{NODES[0]}/tags", json={"tags": {"a": 1}})
    assert wrong.status_code == 422


@pytest.mark.parametrize("what", ["cohorts", "assemblies", "settings"])
async def test_what_there_is_not_is_an_empty_list(http: httpx.AsyncClient, what: str) -> None:
    found = shaped(CodedItems[NamedItem], await http.get(f"{HERE}/{what}"))
    assert (found["items"], found["totalItems"]) == ([], 0)


async def test_how_a_node_is_since_when_and_with_which_runner(http: httpx.AsyncClient) -> None:
    answer = await http.get(f"{HERE}/nodes/{NODES[0]}/status")
    item = shaped(CodedItem[NodeStatus], answer)["item"]
    assert item["runnerVersion"] == "0.1.0"
    assert {"healthSince", "latencySeconds", "clockSkewSeconds"} <= set(item)


async def test_what_is_saved_is_found_by_the_beginning_of_its_id(http: httpx.AsyncClient) -> None:
    for kind, body in (("filter", {"constraints": {}}), ("list", {"nodeIds": []})):
        saved = await http.post(f"{HERE}/{kind}s", json={"name": "x", **body})
        its_id = saved.json()["item"]["id"]
        answer = await http.get(f"/courier/resolve-api/v1/{kind}/{its_id[:8]}")
        assert answer.json() == {"item": {"id": its_id}}
