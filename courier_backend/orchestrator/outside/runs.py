"""A run is received, told timed out, completed."""

from courier_backend.model.errors import Conflict
from courier_backend.model.event import NewEvent
from courier_backend.model.outside_bodies import RunEnd
from courier_backend.model.status import (
    FINAL_INSTANCE,
    FINAL_RUN,
    GroupStatus,
    ReasonCode,
    RunStatus,
)
from courier_backend.model.wire import RunItem
from courier_backend.orchestrator.outside.about import Outside
from courier_backend.orchestrator.outside.verdicts import judged


def received(about: Outside) -> list[NewEvent]:
    """The node has the run.

    Raises:
        Conflict: it has it already, or the run has ended.
    """
    run = about.run
    if run["status"] not in {RunStatus.PENDING, RunStatus.DISPATCHED}:
        raise Conflict(f"Run {run['runId']} was received already: it is {run['status']}.")
    return take_in(about)


def take_in(about: Outside) -> list[NewEvent]:
    """The run is on its node; with the first of them its group begins."""
    status = {"from": about.run["status"], "status": RunStatus.RECEIVED}
    return [*_group_begins(about), about.told("run-received", waiting=False, place=0, **status)]


def timed_out(about: Outside) -> list[NewEvent]:
    """The run was not heard of in time, whoever watches it says.

    Raises:
        Conflict: the run has ended.
    """
    refuse_ended(about.run, late_too=False)
    data = {
        "from": about.run["status"],
        "status": RunStatus.TIMEOUT,
        "reasonCode": ReasonCode.NO_CONTACT,
        "reason": "it was told to have timed out",
    }
    return [about.event("run-changed", data), *judged(about, RunStatus.TIMEOUT)]


def completed(about: Outside, end: RunEnd) -> list[NewEvent]:
    """The node ended the run; that replaces a time-out.

    Raises:
        Conflict: the run has ended otherwise.
    """
    refuse_ended(about.run, late_too=True)
    status = RunStatus(end.status)
    failed = status is RunStatus.FAILURE
    event = about.told(
        "run-finished",
        **{"from": about.run["status"]},
        status=status,
        reasonCode=ReasonCode.STEP_FAILED if failed else "",
        reason=end.reason,
        late=about.run["status"] == RunStatus.TIMEOUT,
    )
    return [event, *judged(about, status)]


def refuse_ended(run: RunItem, *, late_too: bool) -> None:
    """Every end stays; `late_too`: but a time-out.

    Raises:
        Conflict: the run has ended.
    """
    ended = run["status"] in FINAL_RUN
    if ended and not (late_too and run["status"] == RunStatus.TIMEOUT):
        raise Conflict(f"Run {run['runId']} has ended already: {run['status']}.")


def _group_begins(about: Outside) -> list[NewEvent]:
    group = about.instance["groups"][about.run["groupNumber"]]
    if group["status"] != GroupStatus.PENDING or about.instance["status"] in FINAL_INSTANCE:
        return []
    data = {"groupNumber": group["groupNumber"], "status": GroupStatus.RUNNING}
    return [about.of_instance("group-changed", data | {"reasonCode": "", "reason": ""})]
