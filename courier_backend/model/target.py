"""Where a job runs: groups of nodes, how they are batched, and what counts as success."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from courier_backend.model.definition import MAX_SECONDS, Definition
from courier_backend.model.filter import Filter
from courier_backend.model.ids import ZERO_ID

ExecutionType = Literal["sequential", "parallel"]
DistributionMethod = Literal["batching", "rolling"]
NodeListType = Literal["nodes", "filter", "savedFilter", "savedList"]
Seconds = Annotated[int, Field(ge=0, le=MAX_SECONDS)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]


def _none_is_empty(value: object) -> object:
    return [] if value is None else value


class BatchSize(Definition):
    """How many nodes at a time; the empty form (no type, 0) means one."""

    type: Literal["", "number", "percent"] = ""
    value: Count = 0

    def normal(self) -> dict[str, Any]:
        """The wire form."""
        return {"type": self.type, "value": self.value}


class NumRuns(Definition):
    """A number of runs, or a share of a group's runs."""

    type: Literal["number", "percent"]
    value: Count

    def normal(self) -> dict[str, Any]:
        """The wire form."""
        return {"type": self.type, "value": self.value}


class SuccessCriterion(Definition):
    """`success`: at least so many runs succeed; `failure`: at most so many do not."""

    num_runs: NumRuns
    status: Literal["success", "failure"]

    def normal(self) -> dict[str, Any]:
        """The wire form."""
        return {"numRuns": self.num_runs.normal(), "status": self.status}


class Group(Definition):
    """A set of nodes with its own batches, time-out and criteria."""

    node_list_type: NodeListType
    node_identifiers: Annotated[list[str], BeforeValidator(_none_is_empty)] = Field(
        default_factory=list
    )
    filter: Filter | None = None
    filter_id: str = ZERO_ID
    list_id: str = ZERO_ID
    batch_size: BatchSize = BatchSize()
    distribution_method: DistributionMethod = "batching"
    early_termination: bool = False
    success_criteria: list[SuccessCriterion] = Field(default_factory=list)
    timeout_seconds: Seconds = 0
    queue_timeout_seconds: Seconds | None = None

    def normal(self) -> dict[str, Any]:
        """The wire form; what selects no nodes is null or the zero id."""
        item: dict[str, Any] = {
            "timeoutSeconds": self.timeout_seconds,
            "batchSize": self.batch_size.normal(),
            "distributionMethod": self.distribution_method,
            "earlyTermination": self.early_termination,
            "successCriteria": [criterion.normal() for criterion in self.success_criteria],
            "nodeListType": self.node_list_type,
            "nodeIdentifiers": list(self.node_identifiers) or None,
            "filter": None if self.filter is None else self.filter.normal(),
            "filterId": self.filter_id,
            "listId": self.list_id,
        }
        if self.queue_timeout_seconds is not None:
            item["queueTimeoutSeconds"] = self.queue_timeout_seconds
        return item


class Target(Definition):
    """The groups, one after another or all at once."""

    execution_type: ExecutionType = "sequential"
    groups: Annotated[list[Group], Field(min_length=1)]

    def normal(self) -> dict[str, Any]:
        """The wire form."""
        return {
            "executionType": self.execution_type,
            "groups": [group.normal() for group in self.groups],
        }
