"""What a command left behind, for tests of the command line."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


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
