"""Signed links: nothing in them can be changed, and they end."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courier_backend.evidence.links import DATE, EXPIRES, SIGNATURE, LinkRefused, Links

PATH = "/evidence/run/r/step/1/attempt/1/evidence-run-r-step-1-attempt-1.zip"
NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)

Query = list[tuple[str, str]]


class _Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> _Clock:
    return _Clock()


@pytest.fixture
def links(clock: _Clock) -> Links:
    return Links(b"a key of 32 bytes, or so, in here", clock)


def _query(links: Links) -> Query:
    return parse_qsl(urlsplit(links.sign(PATH)).query)


def test_a_link_opens_its_path(links: Links) -> None:
    parts = urlsplit(links.sign(PATH))
    assert parts.path == PATH
    query = parse_qsl(parts.query)
    assert dict(query)[DATE] == "20260301T120000Z"
    assert dict(query)[EXPIRES] == "900"
    links.check(PATH, query)


def test_it_ends_after_fifteen_minutes(links: Links, clock: _Clock) -> None:
    query = _query(links)
    clock.now = NOW + timedelta(seconds=899)
    links.check(PATH, query)
    clock.now = NOW + timedelta(seconds=900)
    with pytest.raises(LinkRefused, match="good until 2026-03-01T12:15:00Z"):
        links.check(PATH, query)


def test_it_does_not_begin_in_the_future(links: Links, clock: _Clock) -> None:
    query = _query(links)
    clock.now = NOW - timedelta(minutes=2)
    with pytest.raises(LinkRefused):
        links.check(PATH, query)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (DATE, "20260301T120001Z"),
        (DATE, "20990101T000000Z"),
        (DATE, "nonsense"),
        (EXPIRES, "901"),
        (EXPIRES, "999999999999999999999"),
        (EXPIRES, "-1"),
        (SIGNATURE, "0" * 64),
        (SIGNATURE, ""),
        (SIGNATURE, "é\udcff"),
    ],
)
def test_nothing_can_be_changed(links: Links, name: str, value: str) -> None:
    query = [(n, value if n == name else v) for n, v in _query(links)]
    with pytest.raises(LinkRefused, match="signature"):
        links.check(PATH, query)


def test_another_path_or_key_is_refused(links: Links, clock: _Clock) -> None:
    query = _query(links)
    with pytest.raises(LinkRefused):
        links.check(PATH.replace("attempt/1", "attempt/2"), query)
    with pytest.raises(LinkRefused):
        Links(b"another key", clock).check(PATH, query)


@pytest.mark.parametrize("name", [DATE, EXPIRES, SIGNATURE])
def test_each_part_stands_once(links: Links, name: str) -> None:
    query = _query(links)
    with pytest.raises(LinkRefused, match="incomplete"):
        links.check(PATH, [each for each in query if each[0] != name])
    with pytest.raises(LinkRefused, match="incomplete"):
        links.check(PATH, [*query, (name, "again")])


def test_parameters_of_others_do_not_matter(links: Links) -> None:
    links.check(PATH, [*_query(links), ("x-id", "GetObject")])


@given(st.text(), st.text(), st.text())
def test_no_text_opens_anything(date: str, expires: str, signature: str) -> None:
    links = Links(b"key", lambda: NOW)
    with pytest.raises(LinkRefused):
        links.check(PATH, [(DATE, date), (EXPIRES, expires), (SIGNATURE, signature)])
