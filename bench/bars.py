"""What is asked of each figure: what must hold, and what would be splendid."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar for one figure. `more`: larger is better."""

    key: str
    must: float
    stretch: float
    more: bool = False

    def judge(self, value: float) -> str:
        """``stretch``, ``met`` or ``MISSED``."""
        if self._holds(value, self.stretch):
            return "stretch"
        return "met" if self._holds(value, self.must) else "MISSED"

    def _holds(self, value: float, bar: float) -> bool:
        return value >= bar if self.more else value <= bar


BARS: Final = (
    Bar("rate.50.against.raw", 8, 14, more=True),
    Bar("rate.50.against.command", 40, 90, more=True),
    Bar("rate.50.against.parallel-ssh", 1.8, 3, more=True),
    Bar("rate.200.against.bare", 0.20, 0.33, more=True),
    Bar("rate.1000.against.200", 0.80, 0.92, more=True),
    Bar("cpu.backend", 3.0, 1.6),
    Bar("latency.p50", 100, 50),
    Bar("barrier", 50, 20),
    Bar("pending.latency", 1.5, 1.1),
    Bar("pending.rate", 1.5, 1.1),
    Bar("pending.schedule", 1.5, 1.1),
    Bar("next.p99", 1, 0.1),
    Bar("due.p99", 1.0, 0.3),
    Bar("schedules.idle", 1.0, 0.5),
    Bar("page.growth", 1.5, 1.1),
    Bar("page.first.excess", 3, 1),
    Bar("page.deep.excess", 3, 1),
    Bar("start.version", 6, 4),
    Bar("start.list", 12, 8),
    Bar("memory.backend", 250, 150),
    Bar("memory.runner", 60, 35),
    Bar("ready", 3.0, 1.5),
    Bar("output.p95", 300, 100),
    Bar("screen.p95", 300, 100),
    Bar("cancel", 5, 1),
    Bar("idle.backend", 0.5, 0.2),
    Bar("idle.runner", 0.5, 0.2),
)


def bar_of(key: str) -> Bar | None:
    """The bar of a figure, if there is one."""
    return next((bar for bar in BARS if bar.key == key), None)
