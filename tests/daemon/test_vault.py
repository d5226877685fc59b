"""Sensitive values on their way to the disk and back."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from courier_backend.daemon.vault import Vault
from courier_backend.model.errors import Conflict
from courier_backend.model.event import NewEvent
from courier_backend.model.sealing import Seal, is_sealed

NOW = datetime(2026, 1, 2, tzinfo=UTC)
VAULT = Vault(b"k" * 32)

values = st.text(st.characters(exclude_categories=["Cs"]), max_size=40).filter(
    lambda text: not is_sealed(text)
)
"""What looks sealed is refused where a job file is read."""
anything = st.one_of(values, st.integers(-(2**53), 2**53), st.booleans(), st.lists(values))


def actions(value: object, default: object = None, *, sensitive: bool = True) -> dict[str, Any]:
    wanted = {"sensitive": sensitive, "required": True, "default": default}
    steps = [
        {"inputs": {"A": value, "B": "plain"}, "expectedInputs": {}},
        {"inputs": {}, "expectedInputs": {"A": wanted, "B": {"default": "b"}}},
    ]
    return {"accessMode": "agent", "steps": steps}


@given(values, anything)
def test_what_is_sealed_for_a_job_opens_for_it(value: str, default: object) -> None:
    given_actions = actions(value, default)
    sealed = VAULT.sealed(given_actions, "job-1")
    assert VAULT.opened(sealed, "job-1") == given_actions
    assert VAULT.sealed(sealed, "job-1") == sealed
    first, second = sealed["steps"]
    assert is_sealed(first["inputs"]["A"])
    assert first["inputs"]["B"] == "plain"
    assert second["expectedInputs"]["B"] == {"default": "b"}


def test_it_opens_for_no_other_job_name_or_key() -> None:
    sealed = VAULT.sealed(actions("a secret"), "job-1")
    token = sealed["steps"][0]["inputs"]["A"]
    other_name = {"steps": [{"inputs": {"C": token}, "expectedInputs": {"C": {"sensitive": True}}}]}
    for vault, found, job in (
        (VAULT, sealed, "job-2"),
        (VAULT, other_name, "job-1"),
        (Vault(b"x" * 32), sealed, "job-1"),
    ):
        with pytest.raises(Conflict, match="cannot be opened"):
            vault.opened(found, job)


@pytest.mark.parametrize("damage", ["", "!", "AAAA", "sealed:1:"])
def test_a_damaged_value_is_told_as_such(damage: str) -> None:
    with pytest.raises(Conflict, match="it is damaged, or was sealed under another key"):
        Seal(b"k" * 32).open(f"sealed:1:{damage}", "anywhere")


def test_the_same_value_is_never_sealed_the_same() -> None:
    first, second = (VAULT.sealed(actions("a secret"), "job-1") for _ in range(2))
    assert first["steps"][0]["inputs"]["A"] != second["steps"][0]["inputs"]["A"]


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("job-added", {"definition": {"name": "j", "actions": actions("a secret")}}),
        ("job-changed", {"definition": {"name": "j", "actions": actions("a secret")}}),
        ("instance-created", {"actionSpec": actions("a secret"), "status": "running"}),
    ],
)
def test_events_are_kept_without_the_value(kind: str, data: dict[str, Any]) -> None:
    kept = VAULT.sealed_event(NewEvent(kind, NOW, job_id="job-1", data=data))
    text = orjson.dumps(kept.data)
    assert b"a secret" not in text
    assert b"sealed:1:" in text
    assert data.keys() == kept.data.keys()


def test_an_event_without_secrets_is_kept_as_it_is() -> None:
    plain = {"actionSpec": actions("value", sensitive=False)}
    for event in (
        NewEvent("instance-created", NOW, job_id="job-1", data=plain),
        NewEvent("run-changed", NOW, data={"status": "running"}),
    ):
        assert VAULT.sealed_event(event) is event


def test_a_digest_depends_on_the_key() -> None:
    definition = {"b": 1, "a": 2}
    assert VAULT.digest(definition) == VAULT.digest({"a": 2, "b": 1})
    assert VAULT.digest(definition) != VAULT.digest({"a": 2, "b": 3})
    assert VAULT.digest(definition) != Vault(b"x" * 32).digest(definition)
