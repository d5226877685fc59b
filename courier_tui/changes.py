"""What events say has changed, collected until somebody looks. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from courier_backend.model.event import EventItem


@dataclass(slots=True)
class Changes:
    """Whose rows may be others now. `everything`: anything may be."""

    everything: bool = False
    jobs: set[str] = field(default_factory=set)
    instances: set[str] = field(default_factory=set)
    runs: set[str] = field(default_factory=set)
    nodes: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.everything or self.jobs or self.instances or self.runs or self.nodes)

    def note(self, events: Iterable[EventItem]) -> None:
        """These happened."""
        for event in events:
            for ids, changed in (
                (event["jobId"], self.jobs),
                (event["instanceId"], self.instances),
                (event["runId"], self.runs),
                (event["nodeId"], self.nodes),
            ):
                if ids:
                    changed.add(ids)

    def add(self, other: Changes) -> None:
        """These too."""
        self.everything = self.everything or other.everything
        self.jobs |= other.jobs
        self.instances |= other.instances
        self.runs |= other.runs
        self.nodes |= other.nodes

    def of_instance(self, instance_id: str) -> bool:
        """Whether it concerns this instance."""
        return self.everything or instance_id in self.instances

    def of_job(self, job_id: str) -> bool:
        """Whether it concerns this job."""
        return self.everything or job_id in self.jobs

    def of_run(self, run_id: str) -> bool:
        """Whether it concerns this run."""
        return self.everything or run_id in self.runs

    def of_node(self, node_id: str) -> bool:
        """Whether it concerns this node."""
        return self.everything or node_id in self.nodes
