"""From submitting to finished, one node."""

from bench.figure import Figure, delays
from bench.measures.rate import run_once
from bench.setting import Setting

_A_ROUND = 20


def measure(setting: Setting) -> list[Figure]:
    """Percentiles of each round's twenty runs."""
    rounds = [_round(setting) for _ in range(setting.rounds)]
    return delays("latency", "one node, submit to finished", rounds)


def _round(setting: Setting) -> list[float]:
    return [run_once(setting.courier, setting.nodes[:1]) for _ in range(_A_ROUND)]
