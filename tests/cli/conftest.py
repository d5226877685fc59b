"""A backend that answers as told, and the command line pointed at it."""

import time
from collections.abc import Iterator

import pytest
from cli_backend import TOKEN, Backend, serving
from cli_outcome import Courier, Outcome

from courier_backend.cli.main import main


@pytest.fixture(autouse=True)
def in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The user's zone."""
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


@pytest.fixture
def backend(monkeypatch: pytest.MonkeyPatch) -> Iterator[Backend]:
    with serving() as server:
        monkeypatch.setenv("COURIER_URL", server.url)
        monkeypatch.setenv("COURIER_TOKEN", TOKEN)
        yield server


@pytest.fixture
def courier(capsys: pytest.CaptureFixture[str]) -> Courier:
    """Runs a command in this process."""

    def run(*arguments: str) -> Outcome:
        capsys.readouterr()
        code = main(arguments)
        told = capsys.readouterr()
        return Outcome(code, told.out, told.err)

    return run
