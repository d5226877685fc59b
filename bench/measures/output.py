"""How long a line of output takes from its step to a person who follows it."""

import subprocess
import sys
import time

from bench.courier import Courier
from bench.figure import Figure, delays
from bench.jobs import group, job, step
from bench.setting import Setting

_LINES = 60
_COMMAND = f"for i in $(seq {_LINES}); do sleep 0.05; date +%s.%N; done"


def measure(setting: Setting) -> list[Figure]:
    """Percentiles of each round's lines, as ``courier logs -f`` prints them."""
    rounds = [_delays(setting.courier, setting.nodes[0]) for _ in range(setting.rounds)]
    return delays("output", "a line of output, step to terminal", rounds)


def _delays(courier: Courier, node: str) -> list[float]:
    """Lines that were there before the follower was are not counted."""
    instance = courier.submit(job([group([node])], [step(_COMMAND)]))["instanceId"]
    run = courier.runs(instance)[0]["runId"]
    follower = subprocess.Popen(
        [sys.executable, "-m", "courier_backend", "logs", run, "-f"],
        env=courier.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with follower:
        assert follower.stdout is not None
        seen = [(time.time(), line.strip()) for line in follower.stdout]
    courier.finish(instance)
    delays = [at - float(line) for at, line in seen if line.replace(".", "").isdigit()]
    return delays[-_LINES // 2 :]
