"""The lock files: exact versions with digests, and nothing of where they came from."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ["requirements.lock", "requirements-dev.lock"]
PINNED = re.compile(r"^[A-Za-z0-9._-]+==\S+( ; .+)? \\$")
DIGEST = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")
REMARK = re.compile(r"^ *#")


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_pinned_names_and_digests_alone(name: str) -> None:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    odd = [
        line for line in lines if line and not any(p.match(line) for p in (PINNED, DIGEST, REMARK))
    ]
    assert odd == []
    assert sum(bool(PINNED.match(line)) for line in lines) > 20


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_address(name: str) -> None:
    assert "://" not in (ROOT / name).read_text(encoding="utf-8")


def test_both_locks_agree() -> None:
    runtime, dev = (_versions(ROOT / name) for name in LOCKS)
    assert {name: dev[name] for name in dev if name in runtime and dev[name] != runtime[name]} == {}


def _versions(path: Path) -> dict[str, str]:
    pins = re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    return dict(pins)
