"""Folders of interpreters that anybody may add to: what stands in them, and what is wrong there.

An interpreter is an executable file, and beside it a file of the same name with ``.toml`` behind
it, which says what it is called and its version. Nothing is executed to find that out.
"""

import os
import re
import shutil
import tomllib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from stat import S_ISREG, S_IWOTH
from typing import Any, Final

from courier_backend.model.places import Places
from courier_backend.model.problems import shown
from courier_backend.model.protocol import Skill
from courier_backend.runner.interpreters.versions import is_version

SHIPPED: Final = Path(__file__).parent / "shipped"
_FOLDER: Final = "interpreters"
_SIDECAR: Final = ".toml"
_NO_INTERPRETERS: Final = (".md", ".txt", "~")
_ANYBODYS: Final = "everybody may change it; take that right away (chmod o-w)"
_HEAD_BYTES: Final = 512
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,99}")

Marks = tuple[tuple[str, int, int, int], ...]
"""By which it is seen that a folder changed: each file's path, time, size and mode."""


@dataclass(frozen=True, slots=True)
class Found:
    """An interpreter that can be used."""

    path: Path
    skill: Skill


@dataclass(slots=True)
class Findings:
    """What some folders hold.

    `troubles`: a sentence for each file that cannot be used; `unusable` has them by the file's
    name without its ending.
    """

    found: list[Found] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    unusable: dict[str, str] = field(default_factory=dict)

    def take(self, path: Path, skill: Skill) -> None:
        """One more that can be used.

        Raises:
            ValueError: there is one of this name already.
        """
        for other in self.found:
            if other.skill["name"] == skill["name"]:
                raise ValueError(f'{other.path.name} beside it is called "{skill["name"]}" too')
        self.found.append(Found(path, skill))

    def refuse(self, path: Path, error: ValueError | OSError) -> None:
        """One that cannot be used."""
        why = f"it cannot be read ({error.strerror})" if isinstance(error, OSError) else error
        sentence = f"{path} is not used as an interpreter: {why}."
        self.troubles.append(sentence)
        self.unusable[path.stem] = sentence


def added_folders(home: Path, places: Places) -> list[Path]:
    """The folders that a runner looks into: its own, the user's, and what comes with it."""
    return [home / _FOLDER, places.config / _FOLDER, SHIPPED]


def marks_of(folders: Iterable[Path]) -> Marks:
    """Cheap to ask for: the same marks mean that nothing has changed."""
    return tuple(
        (path, status.st_mtime_ns, status.st_size, status.st_mode) if status else (path, 0, 0, 0)
        for folder in folders
        for path, status in ((str(folder), _status(str(folder))), *_files(folder))
    )


def look_into(folders: Iterable[Path], taken: Collection[str] = ()) -> Findings:
    """What the folders hold. `taken`: names of ours.

    Of two folders that have a name both, the first counts: so what is shipped can be replaced.
    """
    findings = Findings()
    owners: dict[str, Path | None] = dict.fromkeys(taken)
    for folder in folders:
        if (status := _status(str(folder))) and status.st_mode & S_IWOTH:
            findings.troubles.append(f"{folder} is not looked into: {_ANYBODYS}.")
            continue
        files = dict(_files(folder))
        for text, status in files.items():
            path = Path(text)
            try:
                if text.endswith(_SIDECAR):
                    _check_described(text, files)
                elif not text.endswith(_NO_INTERPRETERS):
                    skill = _described(path, status, ours=taken)
                    if owners.setdefault(skill["name"], folder) is folder:
                        findings.take(path, skill)
            except (ValueError, OSError) as error:
                findings.refuse(path, error)
    return findings


def _files(folder: Path) -> Iterator[tuple[str, os.stat_result | None]]:
    """The files of a folder in order; none where there is no folder.

    What cannot be looked at (a folder that may not be read, a link that leads nowhere) comes
    without a status.
    """
    try:
        names = sorted(os.listdir(folder))  # noqa: PTH208  asked whenever a node is
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError:
        yield str(folder), None
        return
    for name in names:
        if name.startswith("."):
            continue
        path = f"{folder}/{name}"
        status = _status(path)
        if status is None or S_ISREG(status.st_mode):
            yield path, status


def _status(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)  # noqa: PTH116  as above
    except OSError:
        return None


def _check_described(sidecar: str, files: Collection[str]) -> None:
    """A description needs what it describes.

    Raises:
        ValueError: that is not there.
    """
    if (described := sidecar.removesuffix(_SIDECAR)) not in files:
        raise ValueError(f"it describes {Path(described).name}, which is not there")


def _described(path: Path, status: os.stat_result | None, ours: Collection[str]) -> Skill:
    """Its name and version.

    Raises:
        ValueError: it cannot be used; says why.
    """
    if status is None:
        raise ValueError("it cannot be read, or is a link that leads nowhere")
    if status.st_mode & S_IWOTH:
        raise ValueError(_ANYBODYS)
    if not os.access(path, os.X_OK):
        raise ValueError("it is not executable (chmod +x)")
    _check_first_line(path)
    skill = _skill(path.with_name(path.name + _SIDECAR))
    if skill["name"] in ours:
        raise ValueError(f'"{skill["name"]}" is an interpreter of the runner itself')
    return skill


def _skill(sidecar: Path) -> Skill:
    told = _read(sidecar)
    name, version = told.get("name"), told.get("version")
    if not isinstance(name, str) or not name.strip():
        raise ValueError(f"{sidecar.name} gives it no name")
    if not _NAME.fullmatch(name.strip()):
        limits = "100 letters, digits, dots, dashes, underscores and slashes at most"
        raise ValueError(f"{sidecar.name} calls it {shown(name)}; a name has {limits}")
    if not isinstance(version, str) or not is_version(version):
        raise ValueError(f'{sidecar.name} gives it no version like "1.0.0" (in quotes)')
    return {"name": name.strip(), "version": version.strip()}


def _read(sidecar: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(sidecar.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        told = f"there is no {sidecar.name} beside it with its name and version"
        raise ValueError(told) from error
    except OSError as error:
        raise ValueError(f"{sidecar.name} cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"{sidecar.name} is not UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{sidecar.name} is not TOML ({error})") from error


def _check_first_line(path: Path) -> None:
    """A script whose first line names a program that is not there cannot be executed.

    Raises:
        ValueError: it is one.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if not head:
        raise ValueError("it is empty")
    if not head.startswith(b"#!"):
        return
    line = head[2:].split(b"\n")[0]
    if line.endswith(b"\r"):
        raise ValueError("its lines end as on Windows (CR LF); save it with LF alone")
    words = line.decode(errors="replace").split()
    wanted = words[:1]
    if words and Path(words[0]).name == "env":
        wanted = [word for word in words[1:] if not word.startswith("-")][:1] or wanted
    if not wanted or shutil.which(wanted[0]) is None:
        program = wanted[0] if wanted else "nothing"
        raise ValueError(f'its first line asks for "{program}", which is not on this machine')
