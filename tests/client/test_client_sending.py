"""Both clients against a real server: answers, refusals, broken streams, downloads."""

import hashlib
import json
import socket
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from scripted_server import Answer, Scripted, cut_off, refuse, reply, scripted

from courier_backend.client import async_client, calls, sync_client
from courier_backend.client.address import Address
from courier_backend.client.async_client import AsyncClient
from courier_backend.client.download import Downloaded
from courier_backend.client.sync_client import SyncClient
from courier_backend.model.errors import BadInput, CourierError, Gone, Unreachable

pytestmark = pytest.mark.anyio

EVENTS = (
    b'id: 4\n\nid: 5\ndata: {"seq": 5}\n\n',
    b": keep-alive\nid: 6\n\n",
    b'id: 7\ndata: {"seq": 7}\n\nid: 8\ndata: {"seq": 8}\n\n',
)
CONTENT = bytes(range(256)) * 4000
DIGEST = f"sha-256=:{b64encode(hashlib.sha256(CONTENT).digest()).decode()}:"


class Both:
    """One way to use either client."""

    def __init__(self, kind: str, server: Scripted, renew: Any = None) -> None:
        self.address = Address(server.url, "the token")
        self.sync = SyncClient(self.address, renew=renew) if kind == "sync" else None
        self.later = AsyncClient(self.address, renew=renew) if kind == "async" else None

    async def send(self, call: Any) -> Any:
        return self.sync.send(call) if self.sync else await self._later.send(call)

    async def items(self, call: Any) -> list[Any]:
        if self.sync:
            return list(self.sync.items(call))
        return [item async for item in self._later.items(call)]

    async def events(self, count: int, **options: Any) -> list[int]:
        seqs: list[int] = []
        if self.sync:
            for event in self.sync.events(**options):
                seqs.append(event["seq"])
                if len(seqs) == count:
                    break
            return seqs
        async for event in self._later.events(**options):
            seqs.append(event["seq"])
            if len(seqs) == count:
                break
        return seqs

    async def download(self, url: str, write: Callable[[bytes], object]) -> Downloaded:
        if self.sync:
            return self.sync.download(url, write)
        return await self._later.download(url, write)

    async def live(self) -> list[dict[str, Any]]:
        if self.sync:
            return list(self.sync.live_output("r", 1, 1))
        return [mark async for mark in self._later.live_output("r", 1, 1)]

    async def close(self) -> None:
        if self.later:
            await self.later.close()

    @property
    def _later(self) -> AsyncClient:
        assert self.later is not None
        return self.later


Make = Callable[..., tuple[Both, Scripted]]


@pytest.fixture(params=["sync", "async"])
async def make(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Make]:
    monkeypatch.setattr(sync_client, "NOT_YET_PAUSE", 0.0)
    monkeypatch.setattr(async_client, "NOT_YET_PAUSE", 0.0)
    opened: list[Any] = []

    def make_one(*answers: Answer, renew: Any = None) -> tuple[Both, Scripted]:
        context = scripted(*answers)
        server = context.__enter__()
        client = Both(request.param, server, renew)
        opened.append((context, client))
        return client, server

    yield make_one
    for context, client in opened:
        await client.close()
        context.__exit__(None, None, None)


def _item(item: Any) -> Answer:
    return reply(json.dumps({"item": item}).encode(), Content_Type="application/json")


def _problem(status: int, code: str, detail: str) -> Answer:
    body = json.dumps({"code": code, "detail": detail, "hint": "So.", "problems": []}).encode()
    return reply(body, status, Content_Type="application/problem+json")


async def test_an_answer(make: Make) -> None:
    client, server = make(_item({"id": "x"}))
    assert await client.send(calls.get_job("a b")) == {"id": "x"}
    method, path, headers, _ = server.seen[0]
    assert (method, path) == ("GET", "/courier/scheduler-api/v1/jobs/a%20b")
    names = {name.lower(): value for name, value in headers.items()}
    assert names["authorization"] == "Bearer the token"
    assert names["courier-user"]


async def test_a_name_that_no_header_can_carry(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USER", "Žofie\n")
    client, server = make(_item({}))
    await client.send(calls.overview())
    names = {name.lower(): value for name, value in server.seen[0][2].items()}
    assert names["courier-user"] == "?ofie?"


async def test_a_body(make: Make) -> None:
    client, server = make(_item({"id": "x"}))
    await client.send(calls.add_job(b"name: x", content_type="application/yaml", file_name="a&b"))
    method, path, headers, body = server.seen[0]
    assert (method, path) == ("POST", "/courier/scheduler-api/v1/jobs?fileName=a%26b")
    assert body == b"name: x"
    assert {n.lower(): v for n, v in headers.items()}["content-type"] == "application/yaml"


async def test_an_answer_without_a_body(make: Make) -> None:
    client, _ = make(reply(b""))
    await client.send(calls.head_job("x"))


async def test_a_refusal(make: Make) -> None:
    client, _ = make(_problem(422, "bad-input", "name: it is empty."))
    with pytest.raises(BadInput) as caught:
        await client.send(calls.get_job("x"))
    assert (caught.value.message, caught.value.hint) == ("name: it is empty.", "So.")


async def test_nobody_there(make: Make) -> None:
    client, server = make()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    for each in (client.sync, client.later):
        if each is not None:
            each.address = Address(url, "t")
    with pytest.raises(Unreachable) as caught:
        await client.send(calls.overview())
    assert caught.value.message.startswith(f"The backend at {url} cannot be reached: ")
    assert server.seen == []


async def test_a_connection_that_ends_without_an_answer(make: Make) -> None:
    client, _ = make(refuse)
    with pytest.raises(Unreachable):
        await client.send(calls.overview())


async def test_an_answer_that_is_cut_off(make: Make) -> None:
    client, _ = make(cut_off(b'{"item": ', announced=100))
    with pytest.raises(Unreachable):
        await client.send(calls.overview())


async def test_pages_are_followed(make: Make) -> None:
    def page(items: list[int], link: str) -> Answer:
        pagination = {"nextLink": link}
        return reply(json.dumps({"items": items, "pagination": pagination}).encode())

    client, server = make(page([1, 2], "/courier/x?after=2"), page([3], ""))
    assert await client.items(calls.list_jobs(size=2)) == [1, 2, 3]
    assert server.seen[1][1] == "/courier/x?after=2"


async def test_events_go_on_where_a_broken_stream_ended(make: Make) -> None:
    client, server = make(
        cut_off(EVENTS[0] + b'id: 6\ndata: {"seq'), cut_off(EVENTS[1]), refuse, cut_off(EVENTS[2])
    )
    assert await client.events(3, after=4, instance_id="i") == [5, 7, 8]
    asked = [path for _, path, _, _ in server.seen]
    assert asked == [f"/events?instanceId=i&after={after}" for after in (4, 5, 6, 6)]


async def test_events_from_now_on_have_no_gap_after_a_break(make: Make) -> None:
    client, server = make(cut_off(b"id: 41\n\n"), cut_off(b'id: 42\ndata: {"seq": 42}\n\n'))
    assert await client.events(1) == [42]
    assert [path for _, path, _, _ in server.seen] == ["/events", "/events?after=41"]


async def test_the_backend_is_found_again_elsewhere(make: Make) -> None:
    with scripted(cut_off(EVENTS[2])) as other:
        client, _ = make(cut_off(EVENTS[0]), renew=lambda: Address(other.url, "new"))
        assert await client.events(3, after=4) == [5, 7, 8]
        headers = {name.lower(): value for name, value in other.seen[0][2].items()}
        assert headers["authorization"] == "Bearer new"


async def test_patience_ends(make: Make) -> None:
    client, _ = make(cut_off(EVENTS[0]), refuse)
    with pytest.raises(Unreachable):
        await client.events(2, after=4, patience=0.0)


async def test_a_refused_stream_is_not_tried_again(make: Make) -> None:
    client, server = make(_problem(409, "conflict", "The log ends at 3."))
    with pytest.raises(CourierError, match="log ends at 3"):
        await client.events(1, after=4)
    assert len(server.seen) == 1


async def test_live_output(make: Make) -> None:
    stream = b'event: output\ndata: {"type": "output", "text": "a"}\n\n: keep-alive\n\n'
    dropped = b'event: dropped\ndata: {"type": "dropped", "bytes": 3}\n\n'
    end = b'event: end\ndata: {"type": "end"}\n\n'
    client, _ = make(cut_off(stream + dropped + end))
    assert [mark["type"] for mark in await client.live()] == ["output", "dropped", "end"]


async def test_a_download_is_checked(make: Make) -> None:
    client, server = make(reply(CONTENT, Repr_Digest=DIGEST))
    got = bytearray()
    done = await client.download(server.url + "/evidence/x?sig=1", got.extend)
    assert bytes(got) == CONTENT
    assert done == Downloaded(len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
    assert "authorization" not in {name.lower() for name in server.seen[0][2]}


async def test_a_download_of_something_else_is_refused(make: Make) -> None:
    client, server = make(reply(CONTENT[:-1] + b"x", Repr_Digest=DIGEST))
    with pytest.raises(CourierError, match="digest differs"):
        await client.download(server.url + "/e", bytearray().extend)


async def test_a_download_that_is_cut_off(make: Make) -> None:
    client, server = make(cut_off(CONTENT, announced=len(CONTENT) + 5, Repr_Digest=DIGEST))
    with pytest.raises(CourierError):
        await client.download(server.url + "/e", bytearray().extend)


async def test_evidence_on_its_way_is_waited_for(make: Make) -> None:
    later = _problem(503, "not-yet", "It is on its way.")
    client, server = make(later, later, reply(CONTENT, Repr_Digest=DIGEST))
    assert (await client.download(server.url + "/e", bytearray().extend)).bytes == len(CONTENT)


async def test_lost_evidence(make: Make) -> None:
    client, server = make(_problem(410, "gone", "The node is gone."))
    with pytest.raises(Gone, match="The node is gone"):
        await client.download(server.url + "/e", bytearray().extend)


async def test_a_full_disk_is_not_the_backends_fault(make: Make) -> None:
    def write(_chunk: bytes) -> None:
        raise OSError(28, "No space left on device")

    client, server = make(reply(CONTENT, Repr_Digest=DIGEST))
    with pytest.raises(OSError, match="No space left"):
        await client.download(server.url + "/e", write)


async def test_losses_of_contact_are_told_to_who_asks() -> None:
    with scripted(cut_off(EVENTS[0]), cut_off(EVENTS[2])) as server:
        said: list[Any] = []
        async with AsyncClient(Address(server.url, "t")) as client:
            async for batch in client.event_batches(4):
                said.append([e["seq"] for e in batch] if isinstance(batch, list) else "lost")
                if said[-1] == [7, 8]:
                    break
        assert said == [[], [5], "lost", [], [7, 8]]
