"""Checking an evidence zip against its manifest."""

import hashlib
import zipfile
import zlib
from collections import Counter
from pathlib import Path
from typing import Any, Final

import orjson

from courier_backend.artifact.format import ALWAYS, MANIFEST, MANIFEST_FORMAT, is_safe_member

_CHUNK: Final = 256 * 1024
_MANIFEST_BYTES: Final = 16 * 1024 * 1024
_BROKEN: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)


def verify(path: Path) -> list[str]:
    """What is wrong with an evidence zip, each problem naming its member; nothing when sound.

    Raises:
        OSError: the file cannot be read.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _problems(archive)
    except _BROKEN as error:
        return [f"not a sound zip file ({error})"]


def _problems(archive: zipfile.ZipFile) -> list[str]:
    counts = Counter(archive.namelist())
    problems = [f"{name}: stands {n} times in the zip" for name, n in counts.items() if n > 1]
    problems += [f"{name}: unsafe name" for name in counts if not is_safe_member(name)]
    told, fault = _manifest(archive)
    if fault:
        return [*problems, f"{MANIFEST}: {fault}"]
    named = {str(member["name"]): member for member in told}
    problems += [
        f"{name}: missing" for name in {**named, **dict.fromkeys(ALWAYS)} if not counts[name]
    ]
    problems += [
        f"{name}: not in the manifest" for name in counts if name not in named and name != MANIFEST
    ]
    present = [(name, member) for name, member in named.items() if counts[name]]
    return problems + [
        fault for name, member in present if (fault := _fault(archive, name, member))
    ]


def _manifest(archive: zipfile.ZipFile) -> tuple[list[dict[str, Any]], str]:
    """The members that the manifest tells of, or what is wrong with it."""
    try:
        with archive.open(MANIFEST) as file:
            told = orjson.loads(file.read(_MANIFEST_BYTES))
        if told["format"] != MANIFEST_FORMAT:
            return [], f'unknown format "{told["format"]}"'
        members: list[dict[str, Any]] = [
            {"name": str(m["name"]), "bytes": int(m["bytes"]), "sha256": str(m["sha256"])}
            for m in told["members"]
        ]
    except KeyError as error:
        return [], "missing" if MANIFEST in str(error) else f"{error} is missing"
    except (*_BROKEN, ValueError, TypeError) as error:
        return [], f"cannot be read ({error})"
    return members, ""


def _fault(archive: zipfile.ZipFile, name: str, told: dict[str, Any]) -> str:
    """What is wrong with one member; no more of it is unpacked than the manifest tells."""
    digest, size = hashlib.sha256(), 0
    try:
        with archive.open(name) as member:
            while size <= told["bytes"] and (chunk := member.read(_CHUNK)):
                size += len(chunk)
                digest.update(chunk)
    except _BROKEN as error:
        return f"{name}: damaged ({error})"
    if size != told["bytes"]:
        more = "more than " if size > told["bytes"] else f"{size} of "
        return f"{name}: {more}{told['bytes']} bytes"
    if digest.hexdigest() != told["sha256"]:
        return f"{name}: its sha-256 is not the manifest's"
    return ""
