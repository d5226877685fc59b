"""Output of steps on a terminal: colours stay, nothing else commands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courier_backend.cli.terminal_text import TerminalText


def shown(*parts: str, colours: bool = True) -> str:
    text = TerminalText(colours=colours)
    return "".join([*map(text.feed, parts), text.finish()])


@pytest.mark.parametrize(
    ("printed", "seen"),
    [
        ("plain\n\ttext\r\n", "plain\n\ttext\r\n"),
        ("10 %\r20 %\n", "10 %\r20 %\n"),
        ("\x1b[1;31mred\x1b[0m", "\x1b[1;31mred\x1b[0m\x1b[0m"),
        ("\x1b[2Jgone?\x1b[1A\x1b[?25l", "gone?"),
        ("\x1b]0;a title\x07x\x1b]52;c;aGk=\x1b\\y", "xy"),
        ("\x1bPq#0\x1b\\z", "z"),
        ("\x1b[6n\x1b[c\x1bc\x1b(0.", "."),
        ("bell\x07 back\x08 c1\x9b2J", "bell\\x07 back\\x08 c1\\x9b2J"),
        ("abc\u202edef", "abc\\u202edef"),
        ("cut off \x1b[3", "cut off \\x1b[3"),
        ("\x1b]0;never ended", "\\x1b]0;never ended"),
        ("žluťoučký 🚀", "žluťoučký 🚀"),
    ],
)
def test_what_a_terminal_gets(printed: str, seen: str) -> None:
    assert shown(printed) == seen


def test_no_colours_where_none_are_wanted() -> None:
    assert shown("\x1b[31mred\x1b[0m\n", colours=False) == "red\n"


def test_a_sequence_without_end_is_not_held_back_for_ever() -> None:
    text = TerminalText()
    told = "".join(text.feed("\x1b]0;" if not n else "a" * 1000) for n in range(10))
    assert told.startswith("\\x1b]0;aaa")


SEQUENCES = [
    "\x1b[31m",
    "\x1b[2J",
    "\x1b]0;t\x07",
    "\x1b]8;;u\x1b\\",
    "\x1b",
    "\x1bc",
    "[",
    "]",
    "m",
]


@given(st.lists(st.sampled_from([*SEQUENCES, "word", "\n", "\x07", "0;1"]), max_size=12))
def test_how_it_is_split_makes_no_difference(parts: list[str]) -> None:
    whole = "".join(parts)
    assert shown(*parts) == shown(whole) == shown(*whole)
