"""Looking for a value in everything below a folder, also inside of zips and of what is encoded."""

import base64
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import quote, quote_plus

_ZIP_BEGINNING: Final = b"PK\x03\x04"
_BASE64_KEY: Final = b'"data":"'


def leaks(folder: Path, value: str) -> list[str]:
    """The places where a value stands in some form, named for people."""
    shapes = shapes_of(value)
    return [
        f"{name}: {shape!r}"
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
        for name, data in _contents(str(path), path.read_bytes())
        for shape in shapes
        if shape in data
    ]


def shapes_of(value: str) -> list[bytes]:
    """A value as it may stand in a file: raw, in JSON, in a URL, anywhere in base64."""
    raw = value.encode()
    texts = {value, json.dumps(value)[1:-1], quote(value, safe=""), quote(value), quote_plus(value)}
    inner = [
        encode(bytes(before) + raw)[-(-before * 8 // 6) : (before + len(raw)) * 8 // 6]
        for before in range(3)
        for encode in (base64.b64encode, base64.urlsafe_b64encode)
    ]
    return sorted({*(text.encode() for text in texts), *inner})


def _contents(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """A file, what is in it if it is a zip, and the zips that stand in base64 in its lines."""
    yield name, data
    if data.startswith(_ZIP_BEGINNING):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.namelist():
                yield from _contents(f"{name}!{member}", archive.read(member))
    for piece in data.split(_BASE64_KEY)[1:]:
        encoded = piece.split(b'"', 1)[0]
        if encoded.startswith(b"UEsDB"):
            yield from _contents(f"{name}!zip", base64.b64decode(encoded))
