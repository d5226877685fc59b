"""What a measure gives: named values, one a round."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from bench.numbers import percentile


@dataclass(frozen=True, slots=True)
class Figure:
    """A thing that was measured; its value is the median of its rounds."""

    key: str
    what: str
    unit: str
    rounds: tuple[float, ...]

    @property
    def value(self) -> float:
        """The median."""
        return median(self.rounds)


def ratio(
    key: str, what: str, over: tuple[float, ...] | Figure, under: tuple[float, ...] | Figure
) -> Figure:
    """One figure against another, round by round: they share the machine's mood."""
    left = over.rounds if isinstance(over, Figure) else over
    right = under.rounds if isinstance(under, Figure) else under
    rounds = tuple(one / other for one, other in zip(left, right, strict=True))
    return Figure(key, what, "×", rounds)


def delays(key: str, what: str, rounds: Sequence[Sequence[float]]) -> list[Figure]:
    """How long something took, from seconds: the median and the 95th percentile of each round."""
    return [
        Figure(
            f"{key}.p{share}",
            f"{what}, p{share}",
            "ms",
            tuple(percentile(values, share / 100) * 1000 for values in rounds),
        )
        for share in (50, 95)
    ]
