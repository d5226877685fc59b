"""The rules once more, slow and obvious: everything is counted anew from the ledger's rows."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import ceil, floor
from typing import Any

from core_ledger import Ledger

from courier_backend.orchestrator.revive import RunRow

FINAL = {"success", "failure", "timeout", "canceled", "skipped"}
IN_FLIGHT = {"dispatched", "received", "running"}


def runs_of(ledger: Ledger, group: int) -> list[RunRow]:
    """The runs of a group, in order."""
    return [row for row in ledger.runs.values() if row.group_number == group]


def sure(criterion: Mapping[str, Any], statuses: Sequence[str]) -> bool | None:
    """Whether a criterion will hold, cannot hold, or may still go either way."""
    outcomes = {
        _holds(criterion, [rest if status not in FINAL else status for status in statuses])
        for rest in ("success", "failure")
    }
    return outcomes.pop() if len(outcomes) == 1 else None


def _holds(criterion: Mapping[str, Any], ends: Sequence[str]) -> bool:
    amount = criterion["numRuns"]
    share = Fraction(amount["value"] * len(ends), 100)
    good = sum(end == "success" for end in ends)
    if criterion["status"] == "success":
        return good >= (amount["value"] if amount["type"] == "number" else max(1, ceil(share)))
    return len(ends) - good <= (amount["value"] if amount["type"] == "number" else floor(share))


EVERY = {"status": "success", "numRuns": {"type": "percent", "value": 100}}


def verdict(criteria: Sequence[Mapping[str, Any]], statuses: Sequence[str]) -> bool | None:
    """All criteria together; a group without runs fails."""
    if not statuses:
        return False
    each = [sure(criterion, statuses) for criterion in criteria or [EVERY]]
    if False in each:
        return False
    return None if None in each else True


def check_batches(group: Mapping[str, Any], rows: Sequence[RunRow]) -> None:
    """Batch limits hold over runs that are not final, and nobody idles."""
    out = [row for row in rows if row.status in IN_FLIGHT]
    waiting = [row for row in rows if row.status == "pending"]
    if group["distributionMethod"] == "rolling":
        assert len(out) <= group["batchSize"]
        assert not waiting or group["status"] == "pending" or len(out) == group["batchSize"]
        return
    assert len({row.batch_number for row in out}) <= 1
    assert len(out) <= group["batchSize"]
    for row in out:
        before = [other for other in rows if other.batch_number < row.batch_number]
        assert all(other.status in FINAL for other in before)
        together = [other for other in rows if other.batch_number == row.batch_number]
        assert all(other.status != "pending" for other in together)
    assert out or not waiting or group["status"] == "pending"


def check_order(ledger: Ledger, *, parallel: bool) -> None:
    """Sequential groups: what has started follows groups that succeeded and are all final."""
    open_or_failed = False
    for number, group in ledger.groups.items():
        rows = runs_of(ledger, number)
        if open_or_failed and not parallel:
            assert all(row.heard_at is None for row in rows), "nothing of it went out"
            assert group["status"] in {"pending", "skipped", "canceled"}
        done = all(row.status in FINAL for row in rows)
        open_or_failed |= not (done and group["status"] == "success")


def end_of(ledger: Ledger) -> str:
    """What the status of the instance must be now."""
    groups = [group["status"] for group in ledger.groups.values()]
    if any(status in {"pending", "running"} for status in groups):
        return "running"
    if any(row.status not in FINAL for row in ledger.runs.values()):
        return "running"
    if ledger.cancel_requests:
        return "canceled"
    if all(status == "success" for status in groups):
        return "success"
    return "failure" if "failure" in groups else "canceled"
