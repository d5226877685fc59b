"""What it costs to be there and do nothing."""

import time

from bench.figure import Figure
from bench.numbers import cpu_seconds
from bench.setting import Setting

_SECONDS = 20.0


def measure(setting: Setting) -> list[Figure]:
    """CPU over twenty seconds, as a share of one core."""
    courier = setting.courier
    parts = {"backend": [courier.backend_pid], "runner": courier.runner_pids()}
    before = {name: cpu_seconds(pids) for name, pids in parts.items()}
    begin = time.perf_counter()
    time.sleep(_SECONDS)
    took = time.perf_counter() - begin
    used = {name: (cpu_seconds(pids) - before[name]) / took for name, pids in parts.items()}
    runners = len(parts["runner"])
    return [
        Figure("idle.backend", "CPU of the idle backend", "%", (used["backend"] * 100,)),
        Figure("idle.runner", "CPU of an idle runner", "%", (used["runner"] * 100 / runners,)),
    ]
