"""The shapes in which a value turns up in output: itself, quoted, escaped, encoded.

A value is looked for without the white space around it, which programs add and drop as they like;
of a value of several lines each longer line counts as well, since tools print them one by one.
"""

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import quote, quote_plus

from courier_backend.model.sensitive import is_too_short

_SHORTEST_LINE: Final = 8
_SHORTEST_CUT: Final = 16
_LINE_WIDTHS: Final = (76, 64)
_URL_SAFE: Final = ("", "/", "!'()*", ";,/?:@&=+$-_.!~*'()#")
_HEX: Final = re.compile(r"%[0-9A-F]{2}|\\u[0-9a-f]{4}")
_HTML_UNSAFE: Final = re.compile(r"[<>&]")
_NOT_PLAIN_IN_A_SHELL: Final = re.compile(r"([^\w@%+=:,./-])")
_SPECIAL_IN_QUOTES: Final = re.compile(r'(["\\$`])')


def forms_of(values: Iterable[str]) -> list[bytes]:
    """Every form of the values, each once, the longest first."""
    found = {form for value in values for part in _parts(value) for form in _forms(part)}
    return sorted(found, key=lambda form: (-len(form), form))


def _parts(value: str) -> Iterator[str]:
    whole = value.strip()
    if is_too_short(whole):
        return
    yield whole
    lines = [line.strip() for line in whole.splitlines()]
    if len(lines) > 1:
        yield from (line for line in lines if len(line) >= _SHORTEST_LINE)


def _forms(value: str) -> Iterator[bytes]:
    for text in (*_quoted(value), *_in_json(value), *_in_urls(value)):
        yield text.encode("utf-8", "surrogatepass")
    yield from _in_base64(value.encode("utf-8", "surrogatepass"))


def _quoted(value: str) -> Iterator[str]:
    """As shells and pages write it: in single quotes, in double quotes, with backslashes."""
    yield value
    yield value.replace("'", "'\\''")
    yield value.replace("'", "'\"'\"'")
    yield _SPECIAL_IN_QUOTES.sub(r"\\\1", value)
    yield _NOT_PLAIN_IN_A_SHELL.sub(r"\\\1", value)
    yield html.escape(value)
    yield html.escape(value, quote=False)


def _in_json(value: str) -> Iterator[str]:
    for ascii_only in (True, False):
        text = json.dumps(value, ensure_ascii=ascii_only)[1:-1]
        for variant in (text, text.replace("/", "\\/"), _HTML_UNSAFE.sub(_unicode_escape, text)):
            yield variant
            yield _HEX.sub(_upper_escape, variant)


def _unicode_escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def _upper_escape(found: re.Match[str]) -> str:
    return found[0][:2] + found[0][2:].upper()


def _in_urls(value: str) -> Iterator[str]:
    raw = value.encode("utf-8", "surrogatepass")
    for text in (quote_plus(raw), *(quote(raw, safe=safe) for safe in _URL_SAFE)):
        yield text
        yield _HEX.sub(lambda found: found[0].lower(), text)


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
            yield from _cut(alone)
        for before in range(3):
            first = -(-before * 8 // 6)
            last = (before + len(raw)) * 8 // 6
            yield encode(bytes(before) + raw)[first:last]


def _cut(encoded: bytes) -> Iterator[bytes]:
    """The lines into which tools cut what is long."""
    for width in _LINE_WIDTHS:
        if len(encoded) > width:
            pieces = [encoded[at : at + width] for at in range(0, len(encoded), width)]
            yield from (piece for piece in pieces if len(piece) >= _SHORTEST_CUT)
