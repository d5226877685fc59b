"""Columns share a terminal: words stay whole while there is room, names break where they may."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from courier_backend.cli.folding import folded_widths, wrapped


def test_where_there_is_room_nothing_breaks() -> None:
    assert folded_widths([["Job", "fb8ab58c"], ["Name", "nightly-update"]], [True, False], 22) == [
        8,
        14,
    ]


def test_a_sentence_gives_way_before_a_date_or_a_name_does() -> None:
    columns = [["nightly-update"], ["2026-11-26 01:30:00"], ["every day at 02:30 Europe/Berlin"]]
    assert folded_widths(columns, [False, False, False], 50) == [14, 19, 17]
    assert wrapped(columns[2][0], 17) == "every day at\n02:30\nEurope/Berlin"


def test_an_endless_word_breaks_no_other_column() -> None:
    assert folded_widths([["x" * 100], ["1 failure"], ["0.1 s"]], [False] * 3, 60) == [46, 9, 5]


def test_names_break_behind_their_signs_and_only_then_anywhere() -> None:
    assert wrapped("role=edge, stage=production", 11) == "role=edge,\nstage=\nproduction"
    dates = [["weekly-patch"], ["2026-11-26 01:30:00"]]
    assert folded_widths(dates, [False, False], 17) == [7, 10]
    assert wrapped("aaaaaaaa", 3) == "aaa\naaa\naa"
    assert folded_widths([["often-with-windows"], ["fixed-as-it-is"]], [False, True], 22) == [8, 14]


@given(
    st.text(st.sampled_from("ab -/=漢"), max_size=40),
    st.integers(min_value=2, max_value=12),
)
def test_lines_fit_and_nothing_is_lost(text: str, width: int) -> None:
    lines = wrapped(text, width).split("\n")
    assert all(cell_len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


@given(
    st.lists(st.text(st.sampled_from("ab -="), max_size=30), min_size=1, max_size=6),
    st.integers(min_value=30, max_value=120),
)
def test_columns_fill_no_more_than_the_room(cells: list[str], room: int) -> None:
    found = folded_widths([[cell] for cell in cells], [False] * len(cells), room)
    assert sum(found) <= room
