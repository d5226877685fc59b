"""Who may ask what, and what is answered: the protocol of a node over real HTTP."""

import asyncio
import base64
import hashlib
import io
import json
import os
import uuid
import zipfile
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import pytest
from runner_harness import Node, is_type, one, runner_inside, says, statuses, step, text_of, until

from courier_backend.model import protocol
from courier_backend.runner.runner import Runner

pytestmark = pytest.mark.anyio


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[tuple[Runner, list[Node]]]:
    async with runner_inside(tmp_path / "runner", nodes=2, seed=7) as made:
        yield made


@pytest.fixture
def node(running: tuple[Runner, list[Node]]) -> Node:
    return running[1][0]


async def test_a_node_tells_who_it_is(running: tuple[Runner, list[Node]]) -> None:
    runner, (node, other) = running
    answer = await node.get("node")
    told = answer.json()
    assert answer.headers["courier-journal"] == told["journalId"] == runner.journal_id
    assert told["nodeId"] == node.id != other.id
    assert told["protocols"] == ["1.0"]
    assert {"name": "chef-platform/shell-interpreter", "version": "1.0.18"} in told["skills"]
    assert told["skills"][0]["name"] == "courier-runner"
    facts = {
        "kernel_name": str,
        "os": str,
        "platform": str,
        "platform_version": str,
        "architecture": str,
        "hostname": str,
        "fqdn": str,
        "primary_ip": str,
        "cpu_total": int,
        "memory_total_bytes": int,
    }
    assert {name: type(told["facts"][name]) for name in facts} == facts
    assert (await other.get("node")).json()["facts"]["hostname"] != told["facts"]["hostname"]
    assert (told["capacity"], told["activeRuns"]) == (1, 0)


@pytest.mark.parametrize("token", ["", "Bearer", "Bearer wrong", "Basic abc", "other node"])
async def test_nothing_without_the_nodes_own_token(
    running: tuple[Runner, list[Node]], token: str
) -> None:
    runner, (node, other) = running
    token = f"Bearer {other.token}" if token == "other node" else token
    for method, path in [("GET", "node"), ("POST", "runs"), ("DELETE", f"runs/{uuid.uuid4()}")]:
        answer = await node.client.request(
            method, f"{node.url}/v1/{path}", headers={"authorization": token}
        )
        assert answer.status_code == 401
        assert answer.json()["code"] == "unauthorized"
        assert answer.headers["courier-journal"] == runner.journal_id


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "", 404, "not-found"),
        ("GET", "nothing", 404, "not-found"),
        ("GET", "runs/a/steps/x/attempts/1/output", 404, "run-unknown"),
        ("PUT", "runs", 405, "method-not-allowed"),
        ("GET", "runs/never-seen/events", 404, "run-unknown"),
        ("DELETE", "runs/..", 404, "not-found"),
        ("POST", "runs", 400, "bad-request"),
        ("POST", "release", 400, "bad-request"),
        ("GET", "events?after=-1", 400, "bad-request"),
    ],
)
async def test_what_cannot_be_answered(
    node: Node, method: str, path: str, status: int, code: str
) -> None:
    url = f"{node.url}/v1/{path}"
    answer = await node.client.request(method, url, headers=node.headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["message"]


async def test_another_node_id_is_unknown_here(node: Node) -> None:
    url = node.url.replace(node.id, str(uuid.uuid4()))
    answer = await node.client.get(f"{url}/v1/node", headers=node.headers)
    assert (answer.status_code, answer.json()["code"]) == (404, "node-unknown")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"runId": "../../etc"}, 400, "bad-order"),
        ({"runId": 7}, 400, "bad-order"),
        ({"jobId": ""}, 400, "bad-order"),
        ({"nodeId": "another"}, 409, "node-changed"),
        ({"actions": {}}, 400, "bad-order"),
        ({"actions": {"steps": [1]}}, 400, "bad-order"),
    ],
)
async def test_an_unsound_order_is_refused(
    node: Node, change: dict[str, object], status: int, code: str
) -> None:
    answer = await node.post("runs", node.order(step("true")) | change)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_bodies_are_bounded(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("courier_backend.runner.http.handlers.ORDER_BYTES", 1000)
    answer = await node.post("runs", node.order(step("x" * 1000)))
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
    assert protocol.ORDER_BYTES >= 1024 * 1024


async def test_the_same_order_again_tells_the_same_and_executes_nothing(node: Node) -> None:
    order = node.order(step("echo x >> ran; echo said"))
    first = await node.lines(order)
    again = await node.lines(dict(reversed(order.items())))
    assert statuses(again) == statuses(first)
    assert one(again, "evidence") == one(first, "evidence")
    assert (node.home / "ran").read_text() == "x\n"
    order["groupNumber"] = 1
    answer = await node.post("runs", order)
    assert (answer.status_code, answer.json()["code"]) == (409, "other-order")


async def test_a_run_is_followed_from_any_line_by_any_number(node: Node) -> None:
    order = node.order(step("echo up; cat go"))
    await asyncio.to_thread(os.mkfifo, node.home / "go")
    run_id = order["runId"]
    async with node.ordered(order) as lines:
        await until(lines, says("up"))
        readers = [asyncio.create_task(node.events(run_id, after)) for after in (0, 1, 2, 3)]
        beyond = await node.get(f"runs/{run_id}/events?after=4")
        assert (beyond.status_code, beyond.json()["code"]) == (409, "beyond-the-end")
    # The one who ordered it has gone; the run goes on.
    await asyncio.to_thread((node.home / "go").write_text, "gone on\n")
    read = [statuses(await reader) for reader in readers]
    assert [[line["seq"] for line in lines] for lines in read] == [
        [1, 2, 3, 4, 5, 6],
        [2, 3, 4, 5, 6],
        [3, 4, 5, 6],
        [4, 5, 6],
    ]
    assert await node.events(run_id, 6) == []


async def test_one_stream_carries_all_runs_of_a_node(
    running: tuple[Runner, list[Node]],
) -> None:
    _, (node, other) = running
    before = node.order(step("true"))
    await node.lines(before)
    await other.run(step("true"))
    async with node.followed("events") as lines:
        old = [await anext(lines) for _ in range(6)]
        assert {line["runId"] for line in old} == {before["runId"]}
        after = node.order(step("true"))
        await node.lines(after)
        new = [await anext(lines) for _ in range(6)]
        assert {line["runId"] for line in new} == {after["runId"]}
    cursors = [line["cursor"] for line in old + new]
    assert cursors == sorted(set(cursors))
    async with node.followed(f"events?after={old[-1]['cursor']}") as lines:
        assert [await anext(lines) for _ in range(6)] == new


async def test_evidence_on_the_stream_and_by_itself_are_the_same(node: Node) -> None:
    order = node.order(step("echo out; echo err >&2; echo kept > $COURIER_EVIDENCE_DIR/note"))
    lines = await node.lines(order)
    note = one(lines, "attempt-finished")["evidence"]
    index = [line["type"] for line in lines].index("attempt-finished")
    assert lines[index + 1]["type"] == "evidence"
    data = base64.b64decode(lines[index + 1]["data"])
    assert hashlib.sha256(data).hexdigest() == note["sha256"] == lines[index + 1]["sha256"]
    assert (note["state"], note["inline"], note["bytes"]) == ("ready", True, len(data))
    answer = await node.get(f"runs/{order['runId']}/steps/1/attempts/1/evidence")
    assert answer.headers["content-type"] == "application/zip"
    digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
    assert answer.headers["repr-digest"] == f"sha-256=:{digest}:"
    assert answer.content == data
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.read("stdout.log") == b"out\n"
    assert archive.read("stderr.log") == b"err\n"
    assert archive.read("files/note") == b"kept\n"
    story = json.loads(archive.read("attempt.json"))
    assert story["command"] == order["actions"]["steps"][0]["command"]["linux"]
    assert (story["exitCode"], story["stdoutBytes"], story["leftRunning"]) == (0, 4, [])


async def test_a_large_zip_is_fetched_whole(node: Node) -> None:
    order = node.order(step("head -c 600000 /dev/urandom > $COURIER_EVIDENCE_DIR/noise"))
    lines = await node.lines(order)
    note = one(lines, "attempt-finished")["evidence"]
    assert (note["state"], note["inline"]) == ("ready", False)
    assert not [line for line in lines if line["type"] == "evidence"]
    answer = await node.get(f"runs/{order['runId']}/steps/1/attempts/1/evidence")
    assert len(answer.content) == note["bytes"]
    assert hashlib.sha256(answer.content).hexdigest() == note["sha256"]


async def test_a_middling_zip_comes_on_the_stream_of_late_readers_too(node: Node) -> None:
    order = node.order(step("head -c 100000 /dev/urandom > $COURIER_EVIDENCE_DIR/noise"))
    first = one(await node.lines(order), "evidence")
    assert one(await node.events(order["runId"]), "evidence") == first


async def test_output_is_read_by_offset_while_it_comes_and_after(node: Node) -> None:
    order = node.order(step("printf 0123456789; echo err >&2; cat go"))
    await asyncio.to_thread(os.mkfifo, node.home / "go")
    path = f"runs/{order['runId']}/steps/1/attempts/1/output"
    async with node.ordered(order) as lines:
        await until(lines, says("0123456789"))
        assert (await node.get(f"{path}?stream=stdout&offset=4")).content == b"456789"
        await asyncio.to_thread((node.home / "go").write_text, "abc")
        await until(lines, is_type("run-finished"))
    assert (await node.get(f"{path}?stream=stdout&offset=8&limit=3")).content == b"89a"
    assert (await node.get(f"{path}?stream=stderr&offset=0")).content == b"err\n"
    assert (await node.get(f"{path}?stream=both")).status_code == 400
    other = path.replace("attempts/1", "attempts/2")
    assert (await node.get(other)).json()["code"] == "attempt-unknown"


async def test_a_released_run_is_gone_with_all_its_files(node: Node) -> None:
    order = node.order(step("echo said; head -c 99999 /dev/urandom > $COURIER_EVIDENCE_DIR/noise"))
    await node.lines(order)
    assert list((node.home / ".courier").iterdir())
    assert (await node.release(order["runId"], str(uuid.uuid4()))).json() == {"released": 1}
    assert not list((node.home / ".courier").glob("*-1-1*")), "nothing of the run is left"
    run = f"runs/{order['runId']}"
    for path in (f"{run}/events", f"{run}/steps/1/attempts/1/evidence"):
        assert (await node.get(path)).status_code == 410
    assert (await node.post("runs", order)).status_code == 410
    assert (await node.delete(order["runId"])).status_code == 410


async def test_a_run_at_work_is_not_released(node: Node) -> None:
    order = node.order(step("echo up; cat go"))
    await asyncio.to_thread(os.mkfifo, node.home / "go")
    async with node.ordered(order) as lines:
        await until(lines, says("up"))
        assert (await node.release(order["runId"])).json() == {"released": 0}
        await asyncio.to_thread((node.home / "go").write_text, "on")
        assert (await until(lines, is_type("run-finished")))["status"] == "success"


async def test_heartbeats_and_the_end_of_a_reader_who_went_away(tmp_path: Path) -> None:
    async with runner_inside(tmp_path / "fast", heartbeat=0.02) as (runner, (node,)):
        order = node.order(step("cat go"))
        await asyncio.to_thread(os.mkfifo, node.home / "go")
        async with node.ordered(order) as lines:
            beat = await until(lines, is_type("heartbeat"))
            assert beat["now"].endswith("Z")
            assert "seq" not in beat
            run = runner.ledger.runs[order["runId"]]
            assert len(run.readers) == 1
        async with node.followed("events") as lines:
            for _ in range(50):
                await until(lines, is_type("heartbeat"))
                if not run.readers:
                    break
        assert not run.readers
        await asyncio.to_thread((node.home / "go").write_text, "on")
        assert (await node.lines(order))[-1]["status"] == "success"


async def test_who_follows_is_answered_before_there_is_anything_to_tell(
    running: tuple[Runner, list[Node]],
) -> None:
    _, (node, other) = running
    await asyncio.to_thread(os.mkfifo, node.home / "go")
    order = node.order(step("echo up; cat go"))
    async with (
        other.followed("events") as nothing,
        node.ordered(order) as lines,
        asyncio.timeout(4),
    ):
        await until(lines, says("up"))
        async with node.followed(f"runs/{order['runId']}/events?after=3") as rest:
            await asyncio.to_thread((node.home / "go").write_text, "on")
            assert (await until(rest, lambda line: "seq" in line))["seq"] == 4
        await other.run(step("true"))
        assert (await anext(nothing))["type"] == "received"


async def test_output_that_is_no_text_breaks_nothing(node: Node) -> None:
    order = node.order(step(r"printf 'a\377b\303'; sleep 0.1; printf '\251\n'; printf '\360\237'"))
    lines = await node.lines(order)
    assert text_of(lines) == "a\ufffdbé\n\ufffd"
    output = [line for line in lines if line["type"] == "output"]
    assert output[0]["offset"] == 0
    for line, following in pairwise(output):
        assert line["offset"] + line["bytes"] == following["offset"]
    assert output[-1]["offset"] + output[-1]["bytes"] == 8
    answer = await node.get(f"runs/{order['runId']}/steps/1/attempts/1/output")
    assert answer.content == b"a\xffb\xc3\xa9\n\xf0\x9f"
