"""A backend that answers as told, and the command line pointed at it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from cli_backend import TOKEN, Backend, serving

from courier_backend.cli.main import main


@dataclass(frozen=True)
class Outcome:
    """What a command left."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def error(self) -> dict[str, Any]:
        """The error, which must be all that was said."""
        assert self.out == ""
        assert self.err.count("\n") == 1
        error: dict[str, Any] = json.loads(self.err)["error"]
        assert set(error) == {"code", "message", "hint", "problems"}
        assert "Traceback" not in self.err
        return error


Courier = Callable[..., Outcome]


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
