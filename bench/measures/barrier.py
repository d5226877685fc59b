"""What a barrier between two batches costs: five batches of ten against one of fifty."""

import time

from bench.courier import Courier
from bench.figure import Figure
from bench.jobs import true_on
from bench.setting import Setting

_BATCHES = 5
_SIZE = 10


def measure(setting: Setting) -> list[Figure]:
    """The difference, by the four barriers between five batches."""
    nodes = setting.nodes[: _BATCHES * _SIZE]
    rounds = []
    for _ in range(setting.rounds):
        whole = _seconds(setting.courier, nodes, len(nodes))
        batched = _seconds(setting.courier, nodes, _SIZE)
        rounds.append((batched - whole) * 1000 / (_BATCHES - 1))
    return [Figure("barrier", "a barrier between batches of 10", "ms", tuple(rounds))]


def _seconds(courier: Courier, nodes: list[str], batch: int) -> float:
    begin = time.perf_counter()
    accepted = courier.submit(true_on(nodes, batch=batch))
    courier.finish(accepted["instanceId"], poll=0.005)
    return time.perf_counter() - begin
