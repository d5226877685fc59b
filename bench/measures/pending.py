"""Whether 10,000 runs that wait slow down the work beside them, and the schedules."""

from bench.courier import Courier
from bench.figure import Figure, ratio
from bench.jobs import group, job, step
from bench.measures.rate import run_once
from bench.numbers import median
from bench.schedules import lead, submit_due, watching
from bench.setting import Setting

_GROUPS = 10
_SINGLES = 10
_MANY = 200

_DUE = 200

Times = tuple[float, float, float]
"""Of a single run, of many at once, and of many jobs that are due in one second."""


def measure(setting: Setting) -> list[Figure]:
    """The same work without and with a long queue, turn by turn."""
    pairs = [_round(setting) for _ in range(setting.rounds)]
    waiting = _GROUPS * len(setting.nodes)
    return [
        _against("latency", f"one node, beside {waiting:,} waiting runs", 0, pairs),
        _against("rate", f"{_MANY} nodes, beside {waiting:,} waiting runs", 1, pairs),
        _against("schedule", f"{_DUE} jobs due, beside {waiting:,} waiting runs", 2, pairs),
    ]


def _round(setting: Setting) -> tuple[Times, Times]:
    *others, blocker = setting.nodes
    without = _work(setting.courier, others)
    instance = _queue(setting.courier, [blocker, *others])
    beside = _work(setting.courier, others)
    path = f"/courier/state-api/v1/instance/{instance}/cancel"
    setting.courier.call("POST", path, {"reason": "bench"})
    setting.courier.finish(instance)
    return without, beside


def _against(key: str, what: str, index: int, pairs: list[tuple[Times, Times]]) -> Figure:
    without = tuple(pair[0][index] for pair in pairs)
    beside = tuple(pair[1][index] for pair in pairs)
    return ratio(f"pending.{key}", what, beside, without)


def _queue(courier: Courier, nodes: list[str]) -> str:
    """One run of it sleeps; all others wait for their batch."""
    groups = [group(nodes, batch=1, seconds=3600) for _ in range(_GROUPS)]
    waiting = job(groups, [step("sleep 3600")], order="sequential")
    return str(courier.submit(waiting)["instanceId"])


def _work(courier: Courier, nodes: list[str]) -> Times:
    singles = median([run_once(courier, nodes[:1]) for _ in range(_SINGLES)])
    return singles, run_once(courier, nodes[:_MANY]), _due(courier, nodes[:_DUE])


def _due(courier: Courier, nodes: list[str]) -> float:
    """From the second in which jobs are due until all of them have ended."""
    with watching(courier) as watcher:
        due, ids = submit_due(courier, nodes, lead(len(nodes)))
        watcher.wait(ids)
    return watcher.last(ids, due)
