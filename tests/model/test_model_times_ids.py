"""Times and ids."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courier_backend.model.ids import ZERO_ID, is_id, new_id
from courier_backend.model.times import (
    ZERO_TIME,
    from_micros,
    from_text,
    micros_to_text,
    system_clock,
    to_micros,
    to_text,
)

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))
MOMENTS = st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=ZONES)  # noqa: DTZ001  the zones are drawn


@given(MOMENTS)
def test_a_time_survives_its_text(moment: datetime) -> None:
    text = to_text(moment)
    assert text.endswith("Z")
    assert from_text(text) == moment
    assert from_text(text).tzinfo == UTC
    assert to_text(from_text(text)) == text


@given(MOMENTS)
def test_a_time_survives_its_micros(moment: datetime) -> None:
    assert from_micros(to_micros(moment)) == moment
    assert micros_to_text(to_micros(moment)) == to_text(moment)


@given(MOMENTS, MOMENTS)
def test_micros_keep_the_order(one: datetime, other: datetime) -> None:
    assert (one < other) == (to_micros(one) < to_micros(other))


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("2024-03-27T14:57:20.551342549Z", "2024-03-27T14:57:20.551342Z"),
        ("2024-07-12T01:13:20.62717Z", "2024-07-12T01:13:20.627170Z"),
        ("2024-07-12T01:13:20Z", "2024-07-12T01:13:20Z"),
        ("2024-07-12T01:13:20", "2024-07-12T01:13:20Z"),
        ("2024-07-12T01:13:20.5+02:00", "2024-07-11T23:13:20.500000Z"),
        ("2024-07-12T01:13:20-05:30", "2024-07-12T06:43:20Z"),
        (ZERO_TIME, "0001-01-01T00:00:00Z"),
    ],
)
def test_times_of_others_are_read(text: str, same: str) -> None:
    assert to_text(from_text(text)) == same


@pytest.mark.parametrize("text", ["", "soon", "2024-13-01T00:00:00Z", "2024-01-01T00:00:00.Z.1"])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        from_text(text)


def test_no_time_is_the_zero_time() -> None:
    assert micros_to_text(None) == ZERO_TIME
    assert to_micros(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)) == 1_000_000


def test_the_clock_is_in_utc() -> None:
    assert system_clock().tzinfo == UTC


def test_ids_are_new_and_recognized() -> None:
    ids = {new_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(is_id(text) and text[14] == "4" for text in ids)
    assert is_id(ZERO_ID)
    assert is_id(ZERO_ID.replace("0", "A"))


@given(st.uuids(), st.sampled_from(["{}", "urn:uuid:{}", "{} ", "{}0", "\n{}"]))
def test_other_forms_of_ids_are_none(value: object, form: str) -> None:
    assert is_id(str(value))
    assert is_id(form.format(value)) == (form == "{}")
    assert not is_id(str(value).replace("-", ""))


@given(st.text(max_size=40))
def test_texts_are_not_ids(text: str) -> None:
    assert not is_id(text + "x")
