"""What attempts leave besides their place in the log: live output, and evidence.

A run may be forgotten by its node once all of its evidence is safe.
"""

from typing import Any

from courier_backend.delivery.live_output import LiveOutput
from courier_backend.delivery.releases import Releases
from courier_backend.evidence.keeper import EvidenceKeeper, Wanted, inline_event
from courier_backend.model.event import NewEvent
from courier_backend.model.times import Clock
from courier_backend.orchestrator.state import InstanceState, RunState


class Leavings:
    """Knows which evidence each followed run still owes."""

    def __init__(
        self, live_output: LiveOutput, keeper: EvidenceKeeper, releases: Releases, clock: Clock
    ) -> None:
        self._output = live_output
        self._keeper = keeper
        self._releases = releases
        self._clock = clock
        self._owed: dict[str, dict[tuple[int, int], Wanted]] = {}
        keeper.settled = self._settled

    def owe(self, run_id: str, wanted: list[Wanted]) -> None:
        """A run that is taken up again owes this."""
        if wanted:
            self._owed[run_id] = {(each.step, each.attempt): each for each in wanted}

    def output(self, run_id: str, line: dict[str, Any]) -> None:
        """A line of output came."""
        self._output.publish(run_id, line)

    def note(self, state: InstanceState, run: RunState, line: dict[str, Any]) -> None:
        """A status line came: output begins or ends, evidence is due."""
        kind = line["type"]
        if kind == "attempt-started":
            self._output.begin((run.run_id, line["step"], line["attempt"]))
        elif kind == "attempt-finished":
            self._output.end((run.run_id, line["step"], line["attempt"]))
            if line["evidence"]["state"] == "ready":
                wanted = _wanted(state, run, line)
                self._owed.setdefault(run.run_id, {})[(wanted.step, wanted.attempt)] = wanted

    def inline(self, run_id: str, line: dict[str, Any]) -> list[NewEvent]:
        """Evidence came on the stream: the event that stores it, if it is what was told."""
        key = (line["step"], line["attempt"])
        wanted = self._owed.get(run_id, {}).get(key)
        event = inline_event(wanted, line, self._clock) if wanted else None
        if event is None:
            return []
        del self._owed[run_id][key]
        return [event]

    def finish(self, run: RunState) -> None:
        """The node has nothing more to tell: fetch what is missing, else let the node forget."""
        owed = self._owed.pop(run.run_id, {})
        for each in owed.values():
            self._keeper.want(each)
        if not owed:
            self._releases.add(run.node_id, run.run_id)

    def end_output(self, run_id: str) -> None:
        """Nothing follows the run any more: those who read along are told."""
        self._output.end_run(run_id)

    def _settled(self, wanted: Wanted) -> None:
        if not self._keeper.is_wanted(wanted.run_id):
            self._releases.add(wanted.node_id, wanted.run_id)


def _wanted(state: InstanceState, run: RunState, line: dict[str, Any]) -> Wanted:
    return Wanted(
        run_id=run.run_id,
        instance_id=state.id,
        job_id=state.job_id,
        node_id=run.node_id,
        step=line["step"],
        attempt=line["attempt"],
        bytes=line["evidence"]["bytes"],
        sha256=line["evidence"]["sha256"],
    )
