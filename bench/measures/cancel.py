"""Cancel of 200 running sleeps, each with a child and a grandchild of its own."""

import time

import psutil

from bench.courier import Courier, wait_until
from bench.figure import Figure
from bench.jobs import group, job, step
from bench.setting import Setting

_COUNT = 200
_SLEEP = "86413"  # seconds; a number that nothing else on this machine sleeps
_COMMAND = f"sh -c 'sleep {_SLEEP} & wait' & sleep {_SLEEP}"


def measure(setting: Setting) -> list[Figure]:
    """Seconds until all processes are gone and the instance is canceled."""
    nodes = setting.nodes[:_COUNT]
    rounds = tuple(_once(setting.courier, nodes) for _ in range(setting.rounds))
    return [Figure("cancel", f"cancel of {len(nodes)} sleeps with grandchildren", "s", rounds)]


def _once(courier: Courier, nodes: list[str]) -> float:
    instance = courier.submit(job([group(nodes)], [step(_COMMAND)]))["instanceId"]
    if not wait_until(lambda: _sleeping() == 2 * len(nodes), 60):
        raise TimeoutError(f"only {_sleeping()} of {2 * len(nodes)} sleeps came to be")
    begin = time.perf_counter()
    courier.call("POST", f"/courier/state-api/v1/instance/{instance}/cancel", {"reason": "bench"})
    done = courier.finish(instance)
    if done["status"] != "canceled" or not wait_until(lambda: _sleeping() == 0, 60):
        raise RuntimeError(f"{done['status']}, and {_sleeping()} sleeps are left")
    return time.perf_counter() - begin


def _sleeping() -> int:
    wanted = ["sleep", _SLEEP]
    return sum(each.info["cmdline"] == wanted for each in psutil.process_iter(["cmdline"]))
