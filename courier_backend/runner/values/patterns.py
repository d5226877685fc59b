"""Regular expressions of job files, bounded in time: a pattern may take for ever on some texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import regex

SEARCH_SECONDS: Final = 2.0


class PatternFault(Exception):
    """A pattern that is none, or that took too long; the sentence says which."""


def search(pattern: str, text: str, seconds: float = SEARCH_SECONDS) -> str | None:
    """What a pattern finds first: its group 1 if that took part, else the whole match.

    Raises:
        PatternFault: the pattern is none, or the search took too long.
    """
    found = found_in(pattern, text, seconds)
    if found is None:
        return None
    group = found[1] if found.re.groups else None
    return found[0] if group is None else group


def found_in(
    pattern: str, text: str, seconds: float = SEARCH_SECONDS, *, whole: bool = False
) -> regex.Match[str] | None:
    """The first match of a pattern; `whole`: it must match all of the text.

    Raises:
        PatternFault: the pattern is none, or the search took too long.
    """
    import regex  # noqa: PLC0415  few steps have patterns, and every runner starts

    look = regex.fullmatch if whole else regex.search
    try:
        return look(pattern, text, timeout=seconds, concurrent=True)
    except TimeoutError:
        raise PatternFault(f'the pattern "{pattern}" took longer than {seconds:g} s') from None
    except (regex.error, OverflowError, RecursionError) as error:
        raise PatternFault(f'"{pattern}" is not a regular expression: {error}') from None
