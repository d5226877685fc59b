"""From submitting to finished, one node."""

from bench.figure import Figure
from bench.measures.rate import run_once
from bench.numbers import percentile
from bench.setting import Setting

_A_ROUND = 20


def measure(setting: Setting) -> list[Figure]:
    """Percentiles of each round's twenty runs."""
    rounds = [_round(setting) for _ in range(setting.rounds)]
    return [
        Figure(
            f"latency.p{share}",
            f"one node, submit to finished, p{share}",
            "ms",
            tuple(percentile(values, share / 100) for values in rounds),
        )
        for share in (50, 95)
    ]


def _round(setting: Setting) -> list[float]:
    return [run_once(setting.courier, setting.nodes[:1]) * 1000 for _ in range(_A_ROUND)]
