"""What all executions of a runner process share, and what those of one node do."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from courier_backend.runner.execution.census import Census
from courier_backend.runner.execution.environment import fact_environment
from courier_backend.runner.execution.evidence_slots import EvidenceSlots
from courier_backend.runner.execution.limits import Limiter
from courier_backend.runner.execution.orphans import Orphans
from courier_backend.runner.execution.spool import SpoolBounds
from courier_backend.runner.execution.stopping import GRACE_SECONDS
from courier_backend.runner.interpreters.registry import Interpreters
from courier_backend.runner.runs.word import WORD_SECONDS
from courier_backend.runner.values.inputs import fact_values

DRAIN_SECONDS = 1.0
DRY_BOOT_SECONDS = 2.0
"""How long a boot takes that is only simulated."""


@dataclass(slots=True)
class Host:
    """The runner process as its executions see it."""

    boot_id: str
    file_limit: tuple[int, int]
    census: Census = field(default_factory=Census)
    orphans: Orphans = field(default_factory=Orphans)
    limiter: Limiter = field(default_factory=Limiter)
    interpreters: Interpreters = field(default_factory=Interpreters)
    bounds: SpoolBounds = field(default_factory=SpoolBounds)
    grace_seconds: float = GRACE_SECONDS
    drain_seconds: float = DRAIN_SECONDS
    dry_boot_seconds: float = DRY_BOOT_SECONDS
    word_seconds: float = WORD_SECONDS


@dataclass(slots=True)
class NodeHost:
    """One node as its executions see it.

    `folder`: where steps begin to work; `dry_restart`: the machine is never restarted, only said;
    `look`: gives the facts as they are now, the same object as long as they are the same.
    """

    host: Host
    home: Path
    folder: Path
    os_name: str
    environment: dict[str, str]
    facts: dict[str, Any]
    dry_restart: bool = True
    look: Callable[[], dict[str, Any]] | None = None
    slots: EvidenceSlots = field(init=False)
    fact_values: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.fact_values = fact_values(self.facts)
        self.slots = EvidenceSlots(self.spool)

    def look_again(self) -> None:
        """Take the facts as they are now: a step may have changed the machine."""
        facts = self.look() if self.look else self.facts
        if facts is not self.facts:
            self.facts, self.fact_values = facts, fact_values(facts)
            self.environment |= fact_environment(facts)

    @property
    def spool(self) -> Path:
        """Kept output and evidence of runs that were not released yet."""
        return self.home / ".courier"
