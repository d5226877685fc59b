"""What a measure gives: named values, one a round."""

from dataclasses import dataclass
from statistics import median


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
