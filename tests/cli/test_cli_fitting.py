"""Which columns a narrow terminal shows, and how wide."""

from hypothesis import given
from hypothesis import strategies as st

from courier_backend.cli.column import Column
from courier_backend.cli.fitting import GAP, fit

COLUMNS = (
    Column("Node", "id", spare=3),
    Column("Name"),
    Column("Health", "status"),
    Column("Runs", "number", spare=1),
    Column("Tags", spare=2),
)


def test_all_columns_are_whole_where_there_is_room() -> None:
    assert fit(COLUMNS, [8, 30, 11, 4, 300], 361) == [8, 30, 11, 4, 300]


def test_long_texts_are_shortened_before_a_column_is_left_out() -> None:
    assert fit(COLUMNS, [8, 10, 11, 4, 300], 80) == [8, 10, 11, 4, 39]


def test_columns_are_left_out_in_the_order_in_which_they_can_be_spared() -> None:
    assert fit(COLUMNS, [8, 10, 11, 4, 300], 58) == [8, 10, 11, 0, 23]
    assert fit(COLUMNS, [8, 10, 11, 4, 300], 50) == [8, 10, 11, 0, 0]
    assert fit(COLUMNS, [8, 10, 11, 4, 300], 25) == [0, 10, 11, 0, 0]


@given(st.lists(st.integers(1, 300), min_size=5, max_size=5), st.integers(24, 400))
def test_a_row_fits_and_keeps_its_name_and_its_state(widths: list[int], room: int) -> None:
    widths[2] = min(widths[2], 11)

    fitted = fit(COLUMNS, widths, room)

    there = [width for width in fitted if width]
    assert sum(there) + GAP * (len(there) - 1) <= room
    assert 0 < fitted[1] <= widths[1]
    assert fitted[2] == widths[2]
