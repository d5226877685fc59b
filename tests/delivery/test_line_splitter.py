"""Lines come out as they went in, wherever the chunks are cut."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from courier_backend.delivery.line_splitter import LineSplitter

lines = st.lists(
    st.fixed_dictionaries({"type": st.sampled_from(["output", "received"]), "text": st.text()}),
    max_size=8,
)


@given(lines, st.lists(st.integers(min_value=1, max_value=40), max_size=20))
def test_cuts_do_not_matter(told: list[dict[str, str]], cuts: list[int]) -> None:
    raw = b"".join(orjson.dumps(line) + b"\n" for line in told)
    splitter = LineSplitter()
    got: list[dict[str, str]] = []
    for cut in [*cuts, len(raw)]:
        got += splitter.feed(raw[:cut])
        raw = raw[cut:]
    assert got == told


def test_a_half_line_is_kept_back() -> None:
    splitter = LineSplitter()
    assert splitter.feed(b'{"type":"a"}\n{"ty') == [{"type": "a"}]
    assert splitter.feed(b'pe":"b"}') == []
    assert splitter.feed(b"\n\n") == [{"type": "b"}]


@pytest.mark.parametrize("raw", [b"[1]\n", b"{}\n", b"nonsense\n", b'{"type":3}\n'])
def test_nonsense_is_an_error(raw: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  orjson's own, or ours
        LineSplitter().feed(raw)


@pytest.mark.parametrize("step", ['"/../../x"', "0", "true", "1.5", "9999999999"])
def test_only_numbers_pass_where_numbers_belong(step: str) -> None:
    with pytest.raises(ValueError, match="not a number"):
        LineSplitter().feed(b'{"type":"a","step":%s}\n' % step.encode())
