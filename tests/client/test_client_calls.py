"""Calls as data: nothing that a person types can change the path, only what is given is sent."""

import json

import pytest

from courier_backend.client import calls
from courier_backend.client.call import Page, following
from courier_backend.model.wire import JobItem


def _page(next_link: str) -> Page[JobItem]:
    return {
        "items": [],
        "pagination": {
            "itemsPerPage": 10,
            "nextLink": next_link,
            "page": 1,
            "pageItemCount": 0,
            "previousLink": "",
            "startIndex": 0,
            "totalItems": 0,
            "totalPages": 0,
        },
        "totalItems": 0,
    }


@pytest.mark.parametrize("hostile", ["../nodes", "a/b", "a?b=c", "a#b", "a%2Fb", "a b"])
def test_an_id_stays_one_segment(hostile: str) -> None:
    path = calls.get_job(hostile).path
    assert path.count("/") == calls.get_job("x").path.count("/")
    assert not set("?#") & set(path)


def test_only_what_is_given_is_sent() -> None:
    assert calls.list_jobs().query == {"pagination.page": "1", "pagination.size": "10"}
    asked = calls.list_jobs(active=False, status="active", sort_order="desc").query
    assert (asked["active"], asked["status"], asked["sortOrder"]) == ("false", "active", "desc")


def test_a_file_is_sent_as_it_is() -> None:
    call = calls.add_job(b"name: x\n", content_type="application/yaml", idempotency_key="k")
    assert call.body == b"name: x\n"
    assert call.headers == {"Content-Type": "application/yaml", "Idempotency-Key": "k"}


def test_bodies_keep_unicode() -> None:
    call = calls.cancel_run("r", reason="zu heiß")
    assert json.loads(call.body) == {"reason": "zu heiß"}


def test_the_next_page() -> None:
    call = calls.list_jobs(name="a")
    link = "/courier/scheduler-api/v1/jobs?after=k%2B1&pagination.size=10&name=a&tag=b&tag=c"
    second = following(call, _page(link))
    assert second is not None
    asked = {"after": "k+1", "pagination.size": "10", "name": "a", "tag": ["b", "c"]}
    assert second.query == asked
    assert second.target.endswith("&name=a&tag=b&tag=c")
    assert second.read is call.read
    assert following(call, _page("")) is None


def test_target_quotes() -> None:
    assert calls.list_jobs(name="a&b=c", size=1).target.endswith(
        "pagination.page=1&pagination.size=1&name=a%26b%3Dc"
    )
