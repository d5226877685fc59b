"""The decoder of server-sent events, on any cut of the bytes."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from courier_backend.client.sse import SseDecoder, SseMessage

STREAM = (
    b"id: 7\n\n"
    b": keep-alive\n\n"
    b'id: 8\ndata: {"a": 1}\n\n'
    b"event: output\r\ndata: one\r\ndata: two\r\n\r\n"
    b"data:no space\r\r"
    b"retry: 10\nnonsense\ndata\n\n"
)
MESSAGES = [
    SseMessage("message", "", "7"),
    SseMessage("message", '{"a": 1}', "8"),
    SseMessage("output", "one\ntwo", "8"),
    SseMessage("message", "no space", "8"),
    SseMessage("message", "", "8"),
]


def test_whole() -> None:
    assert SseDecoder().feed(STREAM) == MESSAGES


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_any_cut(cuts: list[int]) -> None:
    decoder = SseDecoder()
    edges = [0, *sorted(cuts), len(STREAM)]
    parts = [STREAM[a:b] for a, b in itertools.pairwise(edges)]
    assert [m for part in parts for m in decoder.feed(part)] == MESSAGES


def test_an_unfinished_message_is_not_told() -> None:
    decoder = SseDecoder()
    assert decoder.feed(b"data: half\n") == []
    assert decoder.feed(b"\n") == [SseMessage("message", "half", "")]


def test_unicode_line_separators_do_not_end_a_line() -> None:
    text = "a\u2028b\x85c\x0bd"
    assert SseDecoder().feed(f"data: {text}\n\n".encode())[0].data == text
