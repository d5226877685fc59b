"""How late jobs are of which a thousand are due in the same second."""

from bench.figure import Figure
from bench.numbers import percentile
from bench.schedules import Watcher, lead, submit_due, watching
from bench.setting import Setting

_MANY = 1000
_SHARES = (50, 99)

Round = tuple[list[float], float]
"""How late each instance was told of, and when the last of them had ended."""


def measure(setting: Setting) -> list[Figure]:
    """From the due second until a client is told of the committed instance, on a node each."""
    with watching(setting.courier) as watcher:
        rounds = [_round(setting, watcher) for _ in range(setting.rounds)]
    count = min(_MANY, len(setting.nodes))
    return [
        *(
            Figure(
                f"due.p{share}",
                f"{count:,} jobs due in one second: late, p{share}",
                "s",
                tuple(percentile(late, share / 100) for late, _ in rounds),
            )
            for share in _SHARES
        ),
        Figure(
            "due.ended",
            f"{count:,} jobs due in one second: until all have ended",
            "s",
            tuple(ended for _, ended in rounds),
        ),
    ]


def _round(setting: Setting, watcher: Watcher) -> Round:
    nodes = setting.nodes[:_MANY]
    due, ids = submit_due(setting.courier, nodes, lead(len(nodes)))
    watcher.wait(ids)
    return watcher.late(ids, due), watcher.last(ids, due)
