"""Checking evidence: what is sound, what is not, and what is no evidence at all."""

import hashlib
import json
import zipfile
from pathlib import Path

import pytest
from cli_outcome import Courier

MEMBERS = {"stdout.log": b"out\n", "stderr.log": b"", "attempt.json": b"{}"}


def pack(path: Path, **changed: bytes) -> str:
    """A zip with a manifest of `MEMBERS`, some of which were changed afterwards."""
    told = [
        {"name": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in MEMBERS.items()
    ]
    manifest = json.dumps({"format": "courier-evidence/1", "members": told})
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in {**MEMBERS, **changed}.items():
            archive.writestr(name, data)
        archive.writestr("manifest.json", manifest)
    return str(path)


@pytest.fixture
def sound(tmp_path: Path) -> str:
    return pack(tmp_path / "sound.zip")


@pytest.fixture
def forged(tmp_path: Path) -> str:
    return pack(tmp_path / "forged.zip", **{"stdout.log": b"OUT\n", "extra\x1b": b"x"})


def test_a_sound_one(courier: Courier, sound: str) -> None:
    outcome = courier("evidence", "verify", sound)
    assert (outcome.code, outcome.out, outcome.err) == (0, f"{sound}: sound\n", "")


def test_a_forged_one_beside_a_sound_one(courier: Courier, sound: str, forged: str) -> None:
    outcome = courier("evidence", "verify", sound, forged)

    assert outcome.code == 1
    assert outcome.out.splitlines() == [
        f"{sound}: sound",
        f"{forged}: extra\\x1b: not in the manifest",
        f"{forged}: stdout.log: its sha-256 is not the manifest's",
    ]


def test_json(courier: Courier, sound: str, forged: str) -> None:
    outcome = courier("evidence", "verify", forged, sound, "--format", "json")

    assert outcome.code == 1
    first, second = outcome.json["items"]
    assert (first["path"], first["valid"], len(first["problems"])) == (forged, False, 2)
    assert second == {"path": sound, "valid": True, "problems": []}


def test_no_zip(courier: Courier, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_text("hello")
    outcome = courier("evidence", "verify", str(tmp_path / "x.zip"))
    assert outcome.code == 1
    assert "not a sound zip file" in outcome.out


def test_no_file_and_a_folder(courier: Courier, sound: str, tmp_path: Path) -> None:
    missing = courier("evidence", "verify", sound, "/nowhere.zip")
    folder = courier("evidence", "verify", str(tmp_path))
    assert (missing.code, folder.code) == (2, 2)
    assert missing.error["message"] == "There is no file /nowhere.zip."
    assert folder.error["message"] == f"{tmp_path} is a folder, not a file."
