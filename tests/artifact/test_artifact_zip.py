"""Evidence zips: what goes in comes out, nothing else does, and damage is named."""

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courier_backend.artifact import build, leftovers
from courier_backend.artifact.build import Contents, write_evidence
from courier_backend.artifact.format import evidence_name, is_safe_member, member_of
from courier_backend.artifact.verify import verify

MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def zipped(
    target: Path,
    files: Path | None = None,
    stdout: tuple[bytes, ...] = (b"out\n",),
    stderr: tuple[bytes, ...] = (),
) -> zipfile.ZipFile:
    with target.open("wb") as file:
        write_evidence(file, Contents({"exitCode": 0}, stdout, stderr, files, MOMENT))
    return zipfile.ZipFile(target)


def story(archive: zipfile.ZipFile) -> dict[str, list[dict[str, str]]]:
    told: dict[str, list[dict[str, str]]] = json.loads(archive.read("attempt.json"))
    return told


def test_members_and_manifest(tmp_path: Path) -> None:
    files = tmp_path / "files"
    (files / "deep" / "er").mkdir(parents=True)
    (files / "deep" / "er" / "report.txt").write_bytes(b"report")
    (files / "a").write_bytes(b"a")
    with zipped(tmp_path / "e.zip", files, (b"one\n", b"two\n"), (b"\xff",)) as archive:
        assert archive.namelist() == [
            "stdout.log",
            "stderr.log",
            "files/a",
            "files/deep/er/report.txt",
            "attempt.json",
            "manifest.json",
        ]
        assert archive.read("stdout.log") == b"one\ntwo\n"
        assert archive.read("stderr.log") == b"\xff"
        assert story(archive) == {"exitCode": 0, "filesLeftOut": []}
        manifest = json.loads(archive.read("manifest.json"))
        assert manifest["format"] == "courier-evidence/1"
        assert [m["name"] for m in manifest["members"]] == archive.namelist()[:-1]
        for member in manifest["members"]:
            data = archive.read(member["name"])
            assert (member["bytes"], member["sha256"]) == (
                len(data),
                hashlib.sha256(data).hexdigest(),
            )
        assert {info.date_time for info in archive.infolist()} == {(2026, 1, 2, 3, 4, 4)}
        assert {info.external_attr >> 16 for info in archive.infolist()} == {0o600}
    assert verify(tmp_path / "e.zip") == []


def test_the_same_contents_give_the_same_zip(tmp_path: Path) -> None:
    zipped(tmp_path / "one.zip").close()
    zipped(tmp_path / "two.zip").close()
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_links_and_special_files_are_left_out_and_named(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "key").write_bytes(b"not yours")
    files = tmp_path / "files"
    files.mkdir()
    (files / "link").symlink_to(secret / "key")
    (files / "linked").symlink_to(secret)
    os.mkfifo(files / "pipe")
    (files / "plain").write_bytes(b"fine")
    with zipped(tmp_path / "e.zip", files) as archive:
        inside = [name for name in archive.namelist() if name.startswith("files/")]
        left_out = {item["name"]: item["reason"] for item in story(archive)["filesLeftOut"]}
    assert inside == ["files/plain"]
    assert left_out == {
        "files/link": "not a regular file",
        "files/linked": "not a regular file",
        "files/pipe": "not a regular file",
    }


def test_files_share_what_the_streams_leave(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "TOTAL_BYTES", 10)
    files = tmp_path / "files"
    files.mkdir()
    for name, size in [("a", 4), ("b", 3), ("c", 2)]:
        (files / name).write_bytes(b"x" * size)
    with zipped(tmp_path / "e.zip", files, (b"four",)) as archive:
        assert [n for n in archive.namelist() if n.startswith("files/")] == ["files/a", "files/c"]
        assert story(archive)["filesLeftOut"] == [
            {"name": "files/b", "reason": "3 bytes do not fit"}
        ]


def test_the_number_of_files_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leftovers, "MOST_FILES", 2)
    files = tmp_path / "files"
    files.mkdir()
    for name in "abc":
        (files / name).write_bytes(b"")
    with zipped(tmp_path / "e.zip", files) as archive:
        assert story(archive)["filesLeftOut"] == [
            {"name": "files/c", "reason": "more than 2 files"}
        ]


def test_hostile_names_stay_inside_and_do_not_collide(tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    names = [b"..\\evil", b".._evil", b"c:drive", b"new\nline", b"raw\xff", "ünï".encode()]
    for name in names:
        Path(os.fsdecode(bytes(files) + b"/" + name)).write_bytes(name)
    with zipped(tmp_path / "e.zip", files) as archive:
        inside = [name for name in archive.namelist() if name.startswith("files/")]
        assert all(is_safe_member(name) for name in archive.namelist())
        left_out = story(archive)["filesLeftOut"]
        archive.extractall(tmp_path / "unpacked")
    assert len(inside) + len(left_out) == len(names)
    assert "files/ünï" in inside
    assert left_out == [
        {"name": "files/.._evil", "reason": "its name cannot be told from another one"}
    ]
    assert {path.name for path in tmp_path.iterdir()} == {"files", "e.zip", "unpacked"}
    assert verify(tmp_path / "e.zip") == []


@given(st.binary(min_size=1).filter(lambda raw: not {0, ord("/")} & set(raw)))
def test_any_file_name_makes_a_safe_member(raw: bytes) -> None:
    if raw not in {b".", b".."}:
        assert is_safe_member(member_of(os.fsdecode(raw)))


@pytest.mark.parametrize(
    "name", ["", "/etc/passwd", "../up", "a/../../up", "a\\b", "c:/x", "C:x", "nul\0"]
)
def test_unsafe_members(name: str) -> None:
    assert not is_safe_member(name)


def test_the_name_of_a_zip() -> None:
    assert evidence_name("abc", 2, 3) == "evidence-run-abc-step-2-attempt-3.zip"


# ---- verify


def rewritten(path: Path, change: Callable[[dict[str, bytes]], dict[str, bytes]]) -> list[str]:
    """What `verify` says of a zip whose members were changed."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in change(members).items():
            archive.writestr(name, data)
    return verify(path)


def manifest_with(m: dict[str, bytes], /, **change: object) -> dict[str, bytes]:
    manifest = json.loads(m["manifest.json"]) | change
    return m | {"manifest.json": json.dumps(manifest).encode()}


@pytest.mark.parametrize(
    ("change", "problems"),
    [
        (
            lambda m: m | {"stdout.log": b"0ut\n"},
            ["stdout.log: its sha-256 is not the manifest's"],
        ),
        (lambda m: m | {"stdout.log": b"out"}, ["stdout.log: 3 of 4 bytes"]),
        (lambda m: m | {"stdout.log": b"out\n+"}, ["stdout.log: more than 4 bytes"]),
        (lambda m: m | {"files/new": b""}, ["files/new: not in the manifest"]),
        (
            lambda m: m | {"../evil": b""},
            ["../evil: unsafe name", "../evil: not in the manifest"],
        ),
        (
            lambda m: {k: v for k, v in m.items() if k != "stderr.log"},
            ["stderr.log: missing"],
        ),
        (
            lambda m: {k: v for k, v in m.items() if k != "manifest.json"},
            ["manifest.json: missing"],
        ),
        (
            lambda m: manifest_with(m, format="other/9"),
            ['manifest.json: unknown format "other/9"'],
        ),
        (lambda m: manifest_with(m, members=[{}]), ["manifest.json: 'name' is missing"]),
        (
            lambda m: manifest_with(m, members=3),
            ["manifest.json: cannot be read ('int' object is not iterable)"],
        ),
        (
            lambda m: m | {"manifest.json": b"[]"},
            ["manifest.json: cannot be read (list indices must be integers or slices, not str)"],
        ),
    ],
)
def test_each_bad_member_is_named(
    tmp_path: Path, change: Callable[[dict[str, bytes]], dict[str, bytes]], problems: list[str]
) -> None:
    zipped(tmp_path / "e.zip").close()
    assert rewritten(tmp_path / "e.zip", change) == problems


def test_a_flipped_bit_is_found_in_its_member(tmp_path: Path) -> None:
    path = tmp_path / "e.zip"
    noise = os.urandom(1000)
    with zipped(path, stdout=(noise,)) as archive:
        offset = archive.getinfo("stdout.log").header_offset + 30 + len("stdout.log") + 500
    data = bytearray(path.read_bytes())
    data[offset] ^= 1
    path.write_bytes(data)
    (problem,) = verify(path)
    assert problem.startswith("stdout.log: ")


def test_what_is_no_zip(tmp_path: Path) -> None:
    path = tmp_path / "e.zip"
    path.write_bytes(b"something else")
    assert verify(path) == ["not a sound zip file (File is not a zip file)"]
    zipped(path).close()
    path.write_bytes(path.read_bytes()[:-30])
    assert len(verify(path)) == 1
    with pytest.raises(FileNotFoundError):
        verify(tmp_path / "none.zip")


def test_a_member_that_stands_twice(tmp_path: Path) -> None:
    path = tmp_path / "e.zip"
    zipped(path).close()
    with (
        pytest.warns(UserWarning, match="Duplicate name"),
        zipfile.ZipFile(path, "a") as archive,
    ):
        archive.writestr("stdout.log", b"out\n")
    assert "stdout.log: stands 2 times in the zip" in verify(path)


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    zipped(tmp_path / "e.zip").close()
    bomb = b"\0" * 50_000_000

    def swell(members: dict[str, bytes]) -> dict[str, bytes]:
        return members | {"stderr.log": bomb}

    assert rewritten(tmp_path / "e.zip", swell) == ["stderr.log: more than 0 bytes"]


def test_a_file_that_grows_while_it_is_read_is_cut() -> None:
    assert b"".join(build._chunks(io.BytesIO(b"0123456789"), 4)) == b"0123"
