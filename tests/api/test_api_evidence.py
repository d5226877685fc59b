"""Evidence behind signed links: whole, in parts, from file or memory, and when it is gone."""

import hashlib
from base64 import b64encode
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from fake_service import FakeService, NoStore

from courier_backend.api.file_response import CHUNK
from courier_backend.api.ports import EvidenceFile
from courier_backend.model.errors import Gone, NotYet

pytestmark = pytest.mark.anyio


@pytest.fixture
def store() -> NoStore:
    return NoStore()


RUN = "0b6ad1a5-0c4c-4c8c-9a6e-0d6f5f6f7a01"
NAME = f"evidence-run-{RUN}-step-1-attempt-2.zip"
PATH = f"/evidence/run/{RUN}/step/1/attempt/2/{NAME}"
CONTENT = bytes(range(256)) * 9000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(params=["memory", "file"])
def link(request: pytest.FixtureRequest, service: FakeService, tmp_path: Path) -> str:
    """A link to evidence that is kept in one of both ways."""
    path = tmp_path / "e.zip"
    path.write_bytes(CONTENT)
    data, file = (CONTENT, None) if request.param == "memory" else (None, path)
    service.file = EvidenceFile(NAME, SHA256, len(CONTENT), data, file)
    return service.links.sign(PATH)


async def test_whole(http: httpx.AsyncClient, service: FakeService, link: str) -> None:
    answer = await http.get(link, headers={"Authorization": ""})
    assert answer.status_code == 200
    assert answer.content == CONTENT
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-length"] == str(len(CONTENT))
    assert answer.headers["content-disposition"] == f'attachment; filename="{NAME}"'
    digest = b64encode(hashlib.sha256(CONTENT).digest()).decode()
    assert answer.headers["repr-digest"] == f"sha-256=:{digest}:"
    assert service.calls == [("evidence", RUN, 1, 2, 30.0)]


async def test_only_its_head(http: httpx.AsyncClient, link: str) -> None:
    answer = await http.head(link)
    assert answer.status_code == 200
    assert answer.content == b""
    assert answer.headers["content-length"] == str(len(CONTENT))


@pytest.mark.parametrize(
    ("asked", "begin", "end"),
    [("bytes=0-9", 0, 10), ("bytes=-5", len(CONTENT) - 5, len(CONTENT)), ("bytes=7-", 7, None)],
)
async def test_a_part(
    http: httpx.AsyncClient, link: str, asked: str, begin: int, end: int | None
) -> None:
    answer = await http.get(link, headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.content == CONTENT[begin:end]
    last = (end or len(CONTENT)) - 1
    assert answer.headers["content-range"] == f"bytes {begin}-{last}/{len(CONTENT)}"


async def test_a_part_over_the_edge_of_a_chunk(http: httpx.AsyncClient, link: str) -> None:
    answer = await http.get(link, headers={"Range": f"bytes=5-{CHUNK + 5}"})
    assert answer.content == CONTENT[5 : CHUNK + 6]


async def test_a_part_that_is_not_there(http: httpx.AsyncClient, link: str) -> None:
    answer = await http.get(link, headers={"Range": f"bytes={len(CONTENT)}-"})
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{len(CONTENT)}"
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_part_of_what_it_was(http: httpx.AsyncClient, link: str) -> None:
    for tag, status in ((f'"{SHA256}"', 206), ('"other"', 200)):
        answer = await http.get(link, headers={"Range": "bytes=0-0", "If-Range": tag})
        assert answer.status_code == status


async def test_links_that_do_not_open(http: httpx.AsyncClient, service: FakeService) -> None:
    link = service.links.sign(PATH)
    other = PATH.replace("step/1", "step/2").replace("step-1", "step-2")
    for changed in (
        PATH,
        link[:-1] + ("0" if link[-1] != "0" else "1"),
        link.replace("Expires=900", "Expires=9000"),
        f"{other}?{urlsplit(link).query}",
    ):
        answer = await http.get(changed)
        assert (answer.status_code, answer.json()["code"]) == (403, "link-refused")
    service.clock.now += timedelta(seconds=900)
    assert (await http.get(link)).status_code == 403
    assert service.calls == []


async def test_a_signed_link_to_another_name(http: httpx.AsyncClient, service: FakeService) -> None:
    link = service.links.sign(PATH.replace(NAME, "passwd"))
    assert (await http.get(link)).status_code == 404
    assert service.calls == []


async def test_on_its_way_and_lost(http: httpx.AsyncClient, service: FakeService) -> None:
    service.error = NotYet("The evidence is on its way.")
    answer = await http.get(service.links.sign(PATH))
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    service.error = Gone("The evidence is lost: the node is gone.")
    answer = await http.get(service.links.sign(PATH))
    assert answer.status_code == 410
    assert answer.json()["detail"] == "The evidence is lost: the node is gone."


async def test_a_hostile_name_stays_in_its_header(
    http: httpx.AsyncClient, service: FakeService
) -> None:
    service.file = EvidenceFile('a"\r\nX: y/../b.zip', SHA256, len(CONTENT), CONTENT)
    answer = await http.get(service.links.sign(PATH))
    assert answer.headers["content-disposition"] == 'attachment; filename="a___X__y_.._b.zip"'
    assert "x" not in answer.headers


async def test_a_file_that_somebody_removed(
    http: httpx.AsyncClient, service: FakeService, tmp_path: Path
) -> None:
    service.file = EvidenceFile(NAME, SHA256, len(CONTENT), None, tmp_path / "nothing.zip")
    answer = await http.get(service.links.sign(PATH))
    assert answer.status_code == 410
    assert answer.json()["code"] == "gone"
