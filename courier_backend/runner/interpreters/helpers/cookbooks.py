"""Fetching cookbooks, with those that they depend on, and perhaps running something with them."""

import json
import re
import tarfile
import tempfile
import zipfile
from collections import deque
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit

from courier_backend.runner.interpreters.helpers.work import GiveUp, fetch, run, say, work

_NAME: Final = re.compile(r"[A-Za-z0-9_.-]+")
_ZIP: Final = ".zip"
_ARCHIVES: Final = (".tar.gz", ".tgz", ".tar", _ZIP)
_LATEST: Final = "latest"


def _do(task: dict[str, Any]) -> int:
    """`url`, `path`, `cookbooks` to fetch; `then`: the command that follows."""
    folder = Path(task["path"])
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o755)
    except OSError as error:
        raise GiveUp(f"{folder} cannot be made: {error.strerror}") from error
    if urlsplit(task["url"]).path.endswith(_ARCHIVES):
        _fetch_archive(task["url"], folder)
    else:
        _fetch_all(task["url"].rstrip("/"), task["cookbooks"], folder)
    return run(task["then"]) if task["then"] else 0


def _fetch_all(site: str, wanted: list[str], folder: Path) -> None:
    """Cookbooks of a Supermarket; one is named ``nginx`` or ``nginx@1.2.3``."""
    left, seen = deque(wanted), set[str]()
    while left:
        name, _, version = left.popleft().partition("@")
        if not _NAME.fullmatch(name):
            raise GiveUp(f'"{name}" is no name of a cookbook')
        if name in seen:
            continue
        seen.add(name)
        path = f"/api/v1/cookbooks/{quote(name)}/versions/{quote(version or _LATEST)}/download"
        _fetch_archive(site + path, folder)
        left.extend(_dependencies(folder / name))


def _dependencies(cookbook: Path) -> list[str]:
    try:
        told = json.loads((cookbook / "metadata.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    except ValueError as error:
        raise GiveUp(f"{cookbook / 'metadata.json'} is not JSON") from error
    return list(told.get("dependencies") or {})


def _fetch_archive(url: str, folder: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="courier-cookbooks-") as draft:
        file = Path(draft) / "archive"
        fetch(url, file)
        try:
            _unpack(file, folder)
        except (tarfile.TarError, zipfile.BadZipFile, OSError) as error:
            raise GiveUp(f"{url} cannot be unpacked: {error}") from error
    say(f"fetched {url}")


def _unpack(file: Path, folder: Path) -> None:
    """Into the folder, and never beside it."""
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as archive:
            archive.extractall(folder)  # noqa: S202  it keeps to the folder by itself
    else:
        with tarfile.open(file) as tar:
            tar.extractall(folder, filter="data")


def main() -> int:
    """Do the task on standard input."""
    return work(_do)
