"""Parts of a file, as RFC 9110 says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courier_backend.api.ranges import Part, Unsatisfiable, asked_part


@pytest.mark.parametrize(
    ("header", "begin", "end"),
    [
        (None, 0, 100),
        ("", 0, 100),
        ("bytes=0-9", 0, 10),
        ("bytes=90-", 90, 100),
        ("bytes=-10", 90, 100),
        ("bytes=-1000", 0, 100),
        ("bytes=50-1000", 50, 100),
        ("Bytes = 1-2", 0, 100),
        ("BYTES=1-2", 1, 3),
        ("bytes=-", 0, 100),
        ("bytes=9-1", 0, 100),
        ("bytes=0-1,5-6", 0, 100),
        ("lines=1-2", 0, 100),
        ("bytes=1-2x", 0, 100),
    ],
)
def test_what_is_answered(header: str | None, begin: int, end: int) -> None:
    assert asked_part(header, 100) == Part(begin, end, 100)


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_what_is_not_there(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        asked_part(header, 100)


def test_an_empty_file() -> None:
    assert asked_part(None, 0).is_whole
    with pytest.raises(Unsatisfiable):
        asked_part("bytes=0-", 0)


def test_content_range() -> None:
    assert asked_part("bytes=10-19", 100).content_range == "bytes 10-19/100"


@given(st.text(max_size=30).map("bytes=".__add__), st.integers(0, 1000))
def test_never_outside_of_the_file(header: str, total: int) -> None:
    try:
        part = asked_part(header, total)
    except Unsatisfiable:
        return
    assert 0 <= part.begin <= part.end <= total
