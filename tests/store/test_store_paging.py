"""Pages: by number and by key they agree; filters, orders, totals."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store_archive import (
    Archive,
    Filters,
    Found,
    Listing,
    instance_filters,
    listings,
    run_filters,
)

from courier_backend.model.errors import BadInput
from courier_backend.model.times import from_text
from courier_backend.store.queries.instances import list_instances
from courier_backend.store.queries.jobs import list_jobs
from courier_backend.store.queries.paging import PageRequest
from courier_backend.store.queries.runs import list_runs


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    made = Archive(tmp_path_factory.mktemp("archive") / "courier.db")
    yield made
    made.engine.dispose()


def by_number(archive: Archive, listing: Listing, size: int, order: str) -> Iterator[Found]:
    """All pages, each asked for by its number; and one beyond the last."""
    number = 1
    while True:
        page = PageRequest(number, size, sort_order=order)
        items, pagination = archive.read(lambda c, page=page: listing(c, page))  # type: ignore[misc]
        yield items, pagination
        if not items:
            return
        number += 1


def by_key(archive: Archive, listing: Listing, size: int, order: str) -> Iterator[Found]:
    """All pages, each asked for by the key that the one before gave."""
    number, after = 1, ""
    while True:
        page = PageRequest(number, size, after, order)
        items, pagination = archive.read(lambda c, page=page: listing(c, page))  # type: ignore[misc]
        yield items, pagination
        number, after = number + 1, pagination["nextLink"]
        if not after:
            return


@settings(max_examples=60)
@given(data=st.data(), size=st.integers(1, 12), order=st.sampled_from(["asc", "desc"]))
def test_pages_by_number_and_by_key_agree(
    archive: Archive, data: st.DataObject, size: int, order: str
) -> None:
    every = listings(archive)
    listing = every[data.draw(st.sampled_from(sorted(every)))]
    whole = archive.all_of(listing, order)
    numbered = list(by_number(archive, listing, size, order))
    keyed = list(by_key(archive, listing, size, order))
    assert [item for items, _ in numbered for item in items] == whole
    assert [item for items, _ in keyed for item in items] == whole
    assert len(numbered) == len(keyed) + bool(whole)
    for number, (items, pagination) in enumerate(keyed, 1):
        assert pagination == {
            "itemsPerPage": size,
            "nextLink": pagination["nextLink"],
            "page": number,
            "pageItemCount": len(items),
            "previousLink": "",
            "startIndex": (number - 1) * size + 1 if items else 0,
            "totalItems": len(whole),
            "totalPages": -(-len(whole) // size),
        }
        assert bool(pagination["nextLink"]) == (number * size < len(whole))


def test_descending_is_the_other_way_round(archive: Archive) -> None:
    for name, listing in listings(archive).items():
        assert archive.all_of(listing, "desc") == archive.all_of(listing)[::-1], name


def in_time(item: dict[str, Any], key: str, filters: dict[str, Any]) -> bool:
    told = from_text(item[key])
    after: datetime | None = filters.get("run_after")
    before: datetime | None = filters.get("run_before")
    return (after is None or told >= after) and (before is None or told < before)


KEYS = {
    "instance_id": "instanceId",
    "job_id": "jobId",
    "node_id": "nodeId",
    "group_number": "groupNumber",
    "status": "status",
}


def expected(every: list[Any], filters: dict[str, Any], time_key: str) -> list[Any]:
    return [
        item
        for item in every
        if in_time(item, time_key, filters)
        and all(item[KEYS[name]] == value for name, value in filters.items() if name in KEYS)
    ]


def test_runs_are_those_that_were_asked_for(archive: Archive) -> None:
    every = archive.all_of(list_runs)
    filters: Filters = run_filters(archive)
    found = {name: archive.all_of(partial(list_runs, **each)) for name, each in filters.items()}
    for name, each in filters.items():
        wanted = expected(every, each, "lastUpdateTime")
        if ("run_after" in each or "run_before" in each) and "instance_id" not in each:
            wanted.sort(key=lambda run: from_text(run["lastUpdateTime"]))
        assert found[name] == wanted, name
    assert {name for name, runs in found.items() if not runs} == {
        "no such group",
        "no such instance",
        "no such job",
        "no such status",
        "instance and job",
    }


def test_instances_are_those_that_were_asked_for(archive: Archive) -> None:
    every = archive.all_of(list_instances)
    assert [each["id"] for each in every] == [each.instance_id for each in archive.instances]
    for name, each in instance_filters(archive).items():
        found = archive.all_of(partial(list_instances, **each))
        assert found == expected(every, each, "createdAt"), name
        assert bool(found) == (name not in {"no such job", "status between"}), name


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({}, ["c", "a", "b", "a"]),
        ({"sort_key": "name"}, ["a", "a", "b", "c"]),
        ({"sort_key": "nextExecutionTime"}, ["a"]),
        ({"active": True}, ["a"]),
        ({"active": False}, ["c", "b", "a"]),
        ({"status": "active"}, ["a", "b", "a"]),
        ({"status": "canceled"}, ["c"]),
        ({"name": "a"}, ["a", "a"]),
        ({"name": "d"}, []),
    ],
)
def test_jobs_are_those_that_were_asked_for(
    archive: Archive, filters: dict[str, Any], names: list[str]
) -> None:
    found = archive.all_of(partial(list_jobs, **filters))
    assert [job["name"] for job in found] == names


@pytest.mark.parametrize("key", ["x", "-", "1-2-3", "1-", "-1", "9" * 19, "١", "1.5"])
def test_a_key_of_nothing_is_bad_input(archive: Archive, key: str) -> None:
    for listing in (list_runs, list_instances, partial(list_jobs, sort_key="name")):
        with pytest.raises(BadInput, match="not a place"):
            archive.read(lambda c, ask=listing: ask(c, PageRequest(after=key)))  # type: ignore[misc]


def test_a_page_far_beyond_the_last_is_empty(archive: Archive) -> None:
    for name, listing in listings(archive).items():
        items, pagination = archive.read(
            lambda c, ask=listing: ask(c, PageRequest(10**9, 10_000))  # type: ignore[misc]
        )
        assert items == [], name
        assert pagination["nextLink"] == ""
        assert pagination["totalItems"] == len(archive.all_of(listing))
