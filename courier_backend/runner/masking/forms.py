"""The shapes in which a value turns up in output: itself, quoted, escaped, encoded.

A value is looked for without the white space around it, which programs add and drop as they like;
of a value of several lines each longer line counts as well, since tools print them one by one, and
of one that is JSON each text in it.
"""

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Final, Literal, NamedTuple
from unicodedata import normalize
from urllib.parse import quote, quote_plus

from courier_backend.model.sensitive import is_too_short

_SHORTEST_LINE: Final = 8
_SHORTEST_CUT: Final = 16
_LINE_WIDTHS: Final = (76, 64)
SHORTEST_WIDTH: Final = min(_LINE_WIDTHS)
"""Of the lines into which tools cut base64."""
_NORMAL: Final[tuple[Literal["NFC", "NFD"], ...]] = ("NFC", "NFD")
_ESCAPED: Final = str.maketrans(
    {
        "\\": "\\\\",
        "'": "\\'",
        "\n": "\\n",
        "\r": "\\r",
        "\t": "\\t",
        "\a": "\\a",
        "\b": "\\b",
        "\f": "\\f",
        "\v": "\\v",
        "\x1b": "\\E",
    }
)
_URL_SAFE: Final = ("", "/", "!'()*", ";,/?:@&=+$-_.!~*'()#")
_HEX: Final = re.compile(r"%[0-9A-F]{2}|\\u[0-9a-f]{4}")
_HTML_UNSAFE: Final = re.compile(r"[<>&]")
_NOT_PLAIN_IN_A_SHELL: Final = re.compile(r"([^\w@%+=:,./-])")
_SPECIAL_IN_QUOTES: Final = re.compile(r'(["\\$`])')


class Forms(NamedTuple):
    """Forms, each once, the longest first. `in_base64`: those that may be cut into lines."""

    plain: list[bytes]
    in_base64: list[bytes]


def forms_of(values: Iterable[str]) -> Forms:
    """Every form of the values."""
    parts = {part for value in values for part in _parts(value)}
    raw = {part: part.encode("utf-8", "surrogatepass") for part in parts}
    plain = {form for part in parts for form in _as_text(part)}
    pieces = {piece for each in raw.values() for piece in _pieces_of_base64(each)}
    return Forms(
        _longest_first(plain | pieces),
        _longest_first({form for each in raw.values() for form in _in_base64(each)}),
    )


def _longest_first(forms: set[bytes]) -> list[bytes]:
    return sorted(forms, key=lambda form: (-len(form), form))


def _parts(value: str) -> Iterator[str]:
    whole = value.strip()
    if is_too_short(whole):
        return
    yield from {whole, *(normalize(form, whole) for form in _NORMAL)}
    yield from (text for text in _inside_json(whole) if not is_too_short(text))
    lines = [line.strip() for line in whole.splitlines()]
    if len(lines) > 1:
        yield from (line for line in lines if len(line) >= _SHORTEST_LINE)


def _inside_json(value: str) -> Iterator[str]:
    """The texts and numbers in a value that is JSON: it may be printed in parts, or spaced anew."""
    if value[0] not in '{["':
        return
    with suppress(ValueError, RecursionError):
        yield from _leaves(json.loads(value))


def _leaves(value: object) -> Iterator[str]:
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _leaves(each)
    elif not isinstance(value, bool | None):
        yield str(value).strip()


def _as_text(value: str) -> Iterator[bytes]:
    for text in (*_quoted(value), *_in_json(value), *_in_urls(value)):
        yield text.encode("utf-8", "surrogatepass")


def _quoted(value: str) -> Iterator[str]:
    """As shells, programs and pages write it: in quotes of all kinds, with backslashes."""
    yield value
    yield value.replace("'", "'\\''")
    yield value.replace("'", "'\"'\"'")
    yield _SPECIAL_IN_QUOTES.sub(r"\\\1", value)
    yield _NOT_PLAIN_IN_A_SHELL.sub(r"\\\1", value)
    yield value.translate(_ESCAPED)
    yield repr(value)[1:-1]
    yield repr(value.encode("utf-8", "surrogatepass"))[2:-1]
    yield html.escape(value)
    yield html.escape(value, quote=False)


def _in_json(value: str) -> Iterator[str]:
    for ascii_only in (True, False):
        text = json.dumps(value, ensure_ascii=ascii_only)[1:-1]
        for variant in (text, text.replace("/", "\\/"), _HTML_UNSAFE.sub(_unicode_escape, text)):
            yield variant
            yield _HEX.sub(_upper_escape, variant)
        # In a log that is itself JSON, JSON stands as a text.
        yield from (json.dumps(text, ensure_ascii=inner)[1:-1] for inner in (True, False))


def _unicode_escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def _upper_escape(found: re.Match[str]) -> str:
    return found[0][:2] + found[0][2:].upper()


def _in_urls(value: str) -> Iterator[str]:
    raw = value.encode("utf-8", "surrogatepass")
    for text in (quote_plus(raw), *(quote(raw, safe=safe) for safe in _URL_SAFE)):
        yield text
        yield _HEX.sub(lambda found: found[0].lower(), text)
    yield quote(quote(raw, safe=""), safe="")


def _in_base64(raw: bytes) -> Iterator[bytes]:
    """Wherever it begins in what was encoded; alone, it is known to the last character.

    Of a value inside of something longer the first and last character depend on its neighbors,
    and stay.
    """
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for ending in (b"", b"\n"):
            alone = encode(raw + ending)
            yield alone
            yield alone.rstrip(b"=")
        for before in range(3):
            first = -(-before * 8 // 6)
            last = (before + len(raw)) * 8 // 6
            yield encode(bytes(before) + raw)[first:last]


def _pieces_of_base64(raw: bytes) -> Iterator[bytes]:
    """The lines into which tools cut it where it is long, should one stand alone."""
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for encoded in (encode(raw), encode(raw + b"\n")):
            for width in _LINE_WIDTHS:
                if len(encoded) > width:
                    pieces = [encoded[at : at + width] for at in range(0, len(encoded), width)]
                    yield from (piece for piece in pieces if len(piece) >= _SHORTEST_CUT)
