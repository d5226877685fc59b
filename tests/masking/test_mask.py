"""Hiding values: every form of them, wherever it stands, however the bytes come."""

import base64
import json
from collections.abc import Callable
from html import escape
from itertools import pairwise
from unicodedata import normalize
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from courier_backend.model.sensitive import is_too_short
from courier_backend.runner.masking.forms import forms_of
from courier_backend.runner.masking.mask import MASKED, Mask

SECRET = "pä55/w&rd 'n\" $more"
HIDDEN = MASKED.encode()

values = st.text(st.characters(exclude_categories=["Cs"]), min_size=4, max_size=30).filter(
    lambda text: not is_too_short(text)
)
some_values = st.lists(values, min_size=1, max_size=3)
repetitive = st.lists(st.text("ab", min_size=4, max_size=9), min_size=1, max_size=3)


def all_forms(secrets: list[str]) -> list[bytes]:
    plain, in_base64 = forms_of(secrets)
    return [*plain, *in_base64]


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        json.dumps(json.dumps({"a": SECRET})),
        json.dumps(json.dumps(SECRET, ensure_ascii=False), ensure_ascii=False),
        repr(SECRET),
        repr(SECRET.encode()),
        "$'" + SECRET.replace("'", "\\'") + "'",
        quote(quote(SECRET, safe=""), safe=""),
        normalize("NFD", SECRET),
        normalize("NFC", SECRET),
        json.dumps(SECRET),
        json.dumps(SECRET, ensure_ascii=False),
        json.dumps(SECRET).replace("/", "\\/"),
        quote(SECRET),
        quote(SECRET, safe=""),
        quote(SECRET, safe="").replace("%C3%A4", "%c3%a4").replace("%2F", "%2f"),
        quote_plus(SECRET),
        escape(SECRET),
        "'" + SECRET.replace("'", "'\\''") + "'",
    ],
)
def test_each_form_of_a_value_is_hidden(form: str) -> None:
    masked = Mask([SECRET]).text(f"before {form} after")
    assert MASKED in masked
    assert "w&rd" not in masked
    assert "more" not in masked
    assert masked.startswith("before ")
    assert masked.endswith(" after")


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
@pytest.mark.parametrize("before", range(5))
@pytest.mark.parametrize("after", range(4))
def test_base64_is_hidden_wherever_the_value_begins_in_it(
    encode: Callable[[bytes], bytes], before: int, after: int
) -> None:
    raw = b"s3cr?t>~value"
    encoded = encode(b"x" * before + raw + b"y" * after)
    masked = Mask([raw.decode()]).data(encoded)
    assert HIDDEN in masked
    assert len(masked) - len(HIDDEN) <= len(encode(b"x" * before)) + len(encode(b"y" * after)) + 4


def test_a_value_alone_in_base64_leaves_nothing() -> None:
    mask = Mask(["hunter2!"])
    assert mask.data(base64.b64encode(b"hunter2!")) == HIDDEN
    assert mask.data(base64.b64encode(b"hunter2!\n")) == HIDDEN


def test_a_long_value_is_hidden_where_its_base64_is_cut_into_lines() -> None:
    value = "".join(f"{number:05d}" for number in range(60))
    lines = base64.encodebytes(value.encode())
    masked = Mask([value]).data(lines)
    assert all(line == HIDDEN or len(line) < 16 for line in masked.splitlines())


def test_what_stands_in_json_is_hidden_alone_and_spaced_anew() -> None:
    value = '{"user":"operator","pin":[471147,true],"key":"line one\\nline two"}'
    mask = Mask([value])
    shown = mask.text(json.dumps(json.loads(value), indent=2))
    assert not [text for text in ("operator", "471147", "line one") if text in shown]
    assert "true" in shown
    assert mask.text("line one\nline two") == MASKED
    assert Mask(['"hunter2"']).text("-hunter2-") == f"-{MASKED}-"
    assert Mask(['{"broken'] * 2 + ["[" * 100_000]).text('{"broken') == MASKED


@pytest.mark.parametrize("before", range(40, 100))
@pytest.mark.parametrize("cut", ["\n", "\r\n"])
def test_base64_of_something_longer_is_hidden_over_the_ends_of_its_lines(
    before: int, cut: str
) -> None:
    value = b"Zq7xK-correct-horse-battery"
    encoded = base64.encodebytes(b"u" * before + value + b"." * 90).replace(b"\n", cut.encode())
    for stream in (Mask([value.decode()]).stream(), Mask([value.decode(), "x" * 5000]).stream()):
        masked = b"".join(stream.feed(encoded[at : at + 7]) for at in range(0, len(encoded), 7))
        head, tail = (masked + stream.finish()).split(HIDDEN)
        assert base64.b64decode(head + b"=" * (-len(head.translate(None, b"\r\n")) % 4))[-9:] == (
            b"u" * 9
        )
        assert tail.endswith(encoded[-40:])
        assert len(head + tail) < len(encoded) - 30


def test_the_white_space_around_a_value_does_not_matter() -> None:
    assert Mask(["  hunter2\n"]).text("<hunter2>") == f"<{MASKED}>"


def test_each_longer_line_of_a_value_is_hidden() -> None:
    key = "-----BEGIN KEY-----\nMIIEvQIBADANBg\nab\n-----END KEY-----\n"
    masked = Mask([key]).text("  MIIEvQIBADANBg\n  ab\n")
    assert masked == f"  {MASKED}\n  ab\n"


def test_values_inside_of_each_other_and_overlapping_ones_are_hidden_whole() -> None:
    assert Mask(["abcdef", "bcde"]).text("-abcdef-bcde-") == f"-{MASKED}-{MASKED}-"
    assert Mask(["abcdef", "defghi"]).text("-abcdefghi-") == f"-{MASKED}-"
    assert Mask(["abab"]).text("-ababab-") == f"-{MASKED}-"


def test_data_is_masked_in_all_depths_and_in_keys() -> None:
    mask = Mask(["hunter2"])
    data = {"a": ["x hunter2 y", {"hunter2": 7}], "b": None, "c": True}
    assert mask.value(data) == {
        "a": [f"x {MASKED} y", {MASKED: 7}],
        "b": None,
        "c": True,
    }


def test_a_mask_without_values_changes_nothing() -> None:
    mask = Mask()
    data = b"anything"
    assert mask.is_empty
    assert mask.data(data) is data
    assert mask.stream().feed(data) is data
    assert Mask(["abc", "  x  "]).is_empty


def test_a_stream_gives_at_once_what_cannot_be_the_beginning_of_a_value() -> None:
    stream = Mask(["hunter2"]).stream()
    assert stream.feed(b"Password: ") == b"Password: "
    assert stream.feed(b"hunt") == b""
    assert stream.feed(b"ing\n") == b"hunting\n"
    assert stream.feed(b"hunter") == b""
    assert stream.feed(b"2\n") == HIDDEN + b"\n"
    assert stream.feed(b"the end: hu") == b"the end: "
    assert stream.finish() == b"hu"


@given(some_values, st.data())
def test_every_form_is_hidden_in_any_surroundings(secrets: list[str], data: st.DataObject) -> None:
    form = data.draw(st.sampled_from(all_forms(secrets)))
    before, after = data.draw(st.binary(max_size=20)), data.draw(st.binary(max_size=20))
    masked = Mask(secrets).data(before + form + after)
    shown = masked.split(HIDDEN)
    assert len(shown) > 1
    assert not any(form in piece for piece in shown)


@given(st.one_of(some_values, repetitive), st.data())
@example(["abab"], None)
def test_a_stream_gives_the_same_however_its_bytes_are_split(
    secrets: list[str], data: st.DataObject | None
) -> None:
    mask = Mask(secrets)
    if data is None:
        whole, cuts = b"ababab", [1, 2, 3, 4, 5]
    else:
        piece = st.one_of(st.sampled_from(all_forms(secrets)), st.binary(max_size=5), st.just(b"a"))
        whole = b"".join(data.draw(st.lists(piece, max_size=8)))
        cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=8)))
    stream = mask.stream()
    edges = [0, *cuts, len(whole)]
    given_bytes = b"".join(stream.feed(whole[a:b]) for a, b in pairwise(edges))
    assert given_bytes + stream.finish() == mask.data(whole)


@given(some_values, st.binary(max_size=200), st.integers(1, 7))
def test_pieces_are_masked_like_the_whole(secrets: list[str], whole: bytes, size: int) -> None:
    mask = Mask(secrets)
    pieces = [whole[at : at + size] for at in range(0, len(whole), size)]
    assert b"".join(mask.pieces(pieces)) == mask.data(whole)


def test_a_value_too_long_to_weigh_is_hidden_over_splits_too() -> None:
    secret = "".join(f"{number:06d}" for number in range(2000))
    whole = b"x" * 50 + secret.encode() + b"y" * 50
    stream = Mask([secret]).stream()
    got = b"".join(stream.feed(whole[at : at + 999]) for at in range(0, len(whole), 999))
    assert got + stream.finish() == b"x" * 50 + HIDDEN + b"y" * 50


@pytest.mark.parametrize(("value", "short"), [("abc", True), ("abcd", False), ("ää", False)])
def test_what_is_too_short_to_be_secret(value: str, *, short: bool) -> None:
    assert is_too_short(value) is short
    assert is_too_short(f" {value}\n") is short
