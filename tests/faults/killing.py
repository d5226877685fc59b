"""An instance whose attempts leave marks on their nodes; its backend is killed meanwhile."""

from __future__ import annotations

import random
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.jobs import group, job, step

if TYPE_CHECKING:
    from bench.courier import Courier, Item

MARK = 'echo "$COURIER_ATTEMPT" >> "$COURIER_NODE_HOME/attempts.txt"; sleep %s'
FAIL_ONCE = '; test "${COURIER_ATTEMPT##*/}" = 2'
ATTEMPTS_A_RUN = [(1, 1), (2, 1), (2, 2)]
PAGE = 1000


@dataclass(frozen=True, slots=True)
class Ordeal:
    """How hard it is."""

    kills: int
    batch: int
    sleep: float
    seed: int


def survive(courier: Courier, nodes: list[Item], ordeal: Ordeal) -> Item:
    """Two sequential groups over all nodes, the backend killed at random moments. The instance."""
    ids = [node["id"] for node in nodes]
    groups = [group(ids, batch=ordeal.batch), group(ids, batch=ordeal.batch)]
    mark = MARK % ordeal.sleep
    steps = [step(mark, name="once"), step(mark + FAIL_ONCE, name="again", retryCount=1)]
    instance = courier.submit(job(groups, steps, order="sequential"))["instanceId"]
    chance = random.Random(ordeal.seed)
    for _ in range(ordeal.kills):
        time.sleep(chance.uniform(0.05, 1.0))
        courier.kill()
        courier.start()
    return courier.finish(instance, 300)


def all_runs(courier: Courier, instance: str) -> list[Item]:
    """Every run of an instance, page by page."""
    runs: list[Item] = []
    while True:
        page = len(runs) // PAGE + 1
        path = f"/courier/state-api/v1/instance/{instance}/runs"
        items = courier.call("GET", f"{path}?pagination.page={page}&pagination.size={PAGE}")[
            "items"
        ]
        runs += items
        if len(items) < PAGE:
            return runs


def executed(nodes: list[Item]) -> Counter[str]:
    """How often each attempt was executed, as the nodes' own files tell."""
    marks: Counter[str] = Counter()
    for node in nodes:
        path = Path(node["home"]) / "attempts.txt"
        marks.update(path.read_text(encoding="utf-8").split())
    return marks


def expected(runs: list[Item]) -> Counter[str]:
    """Each attempt of each run, once."""
    return Counter(
        f"{run['runId']}/{number}/{attempt}" for run in runs for number, attempt in ATTEMPTS_A_RUN
    )


def told_attempts(courier: Courier, run: Item) -> list[tuple[int, int, str, str]]:
    """What history tells of a run's attempts: step, attempt, status, state of its evidence."""
    return [
        (
            told["stepNumber"],
            attempt["attemptNumber"],
            attempt["status"],
            attempt["evidence"]["state"],
        )
        for told in courier.steps(run["runId"])
        for attempt in told["attempts"]
    ]


def event_numbers(courier: Courier) -> list[int]:
    """The sequence numbers of the whole log."""
    numbers: list[int] = []
    while True:
        after = numbers[-1] if numbers else 0
        path = f"/courier/events-api/v1/events?after={after}&pagination.size={PAGE}"
        items = courier.call("GET", path)["items"]
        if not items:
            return numbers
        numbers += [item["seq"] for item in items]
