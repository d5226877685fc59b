"""What ten thousand schedules cost while none of them is due."""

import time
from datetime import UTC, datetime, timedelta
from typing import Final

from bench.courier import Courier
from bench.figure import Figure
from bench.jobs import group, job, step
from bench.numbers import cpu_seconds, peak_megabytes
from bench.setting import Setting

_MANY: Final = 10_000
_IDLE_SECONDS: Final = 20.0
_NODE: Final = "00000000-0000-4000-8000-000000000001"
_EXCEPTIONS: Final = "/courier/scheduler-api/v1/exceptions"
_RULE: Final = {"rrule": "RRULE:FREQ=DAILY;BYHOUR=0;BYMINUTE=0;BYSECOND=0", "duration": 30}


def measure(setting: Setting) -> list[Figure]:
    """Accepting them, being there with them, a rule for all of them, and coming up again."""
    with Courier(setting.folder / "schedules") as courier:
        accepting = _fill(courier)
        idle = _idle(courier)
        ruling = tuple(_rule(courier) for _ in range(setting.rounds))
        memory = peak_megabytes(courier.backend_pid)
        courier.kill()
        ready = courier.start_directly()
    return [
        Figure("schedules.accept", "accepting a job with a schedule", "ms", accepting),
        Figure("schedules.idle", "CPU of the idle backend, 10,000 schedules", "%", (idle,)),
        Figure("schedules.rule", "another exception rule for 10,000 schedules", "s", ruling),
        Figure("schedules.memory", "peak memory with 10,000 schedules", "MB", (memory,)),
        Figure("schedules.ready", "from exec until it answers, 10,000 schedules", "s", (ready,)),
    ]


def _fill(courier: Courier) -> tuple[float, ...]:
    """Schedules all over the day, none of them soon; what accepting took, by the thousand."""
    soonest = datetime.now(UTC) + timedelta(hours=1)
    took = []
    for thousand in range(_MANY // 1000):
        begin = time.perf_counter()
        for number in range(1000):
            courier.submit(_job(thousand * 1000 + number, soonest))
        took.append(time.perf_counter() - begin)
    return tuple(took)


def _job(number: int, soonest: datetime) -> dict[str, object]:
    first = soonest + timedelta(seconds=number * 7 % (20 * 3600))
    rule = f"RRULE:DTSTART={first:%Y%m%dT%H%M%SZ};FREQ=DAILY"
    definition = job([group([_NODE])], [step("/bin/true")], name=f"schedule-{number}")
    return definition | {"scheduleRule": rule}


def _idle(courier: Courier) -> float:
    """Percent of a core."""
    time.sleep(5)  # what accepting them left to do
    pids = [courier.backend_pid]
    before, begin = cpu_seconds(pids), time.perf_counter()
    time.sleep(_IDLE_SECONDS)
    return (cpu_seconds(pids) - before) / (time.perf_counter() - begin) * 100


def _rule(courier: Courier) -> float:
    """Every job's next time is worked out anew, and the rule is taken away again."""
    begin = time.perf_counter()
    rule = courier.call("POST", _EXCEPTIONS, _RULE)["item"]
    took = time.perf_counter() - begin
    courier.call("DELETE", f"{_EXCEPTIONS}/{rule['exceptionId']}")
    return took
