"""What can happen to an instance: the inputs of the decision core."""

from dataclasses import dataclass

from courier_backend.model.protocol import StatusLine


@dataclass(frozen=True, slots=True)
class Started:
    """The instance is on disk and may begin. Said again after a restart; harmless then."""


@dataclass(frozen=True, slots=True)
class Told:
    """A node told a status line of a run, `age_seconds` after it was written."""

    run_id: str
    line: StatusLine
    age_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Refused:
    """The node will never execute this run, or never tell its end."""

    run_id: str
    reason_code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Unreachable:
    """The node does not answer now; delivery goes on trying."""

    run_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Reached:
    """The node answers (again), whether or not it has something new to tell."""

    run_id: str


@dataclass(frozen=True, slots=True)
class CancelAsked:
    """Somebody wants the instance, one group or one run to stop."""

    reason: str
    group_number: int | None = None
    run_id: str | None = None


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed: judge what is due."""


Happening = Started | Told | Refused | Unreachable | Reached | CancelAsked | Tick
