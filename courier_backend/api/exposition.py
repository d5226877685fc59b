"""What `/metrics` tells, in Prometheus' text format."""

from collections.abc import Iterator, Mapping
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from courier_backend.api.activity import Activity
from courier_backend.model.wire import BackendStatus, Overview

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4


def exposition(counts: Overview, status: BackendStatus, activity: Activity) -> bytes:
    """The text: counters of the store, use of the API, the process."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Moment(counts, status, activity))
    ProcessCollector(registry=registry)
    text: bytes = generate_latest(registry)
    return text


class _Moment(Collector):
    """One moment's numbers."""

    def __init__(self, counts: Overview, status: BackendStatus, activity: Activity) -> None:
        self._counts = counts
        self._status = status
        self._activity = activity

    def collect(self) -> Iterator[Metric]:
        """All of them."""
        counts = self._counts
        yield _by_status("courier_jobs", "Jobs by status.", counts["jobs"])
        yield _by_status("courier_instances", "Instances by status.", counts["instances"])
        yield _by_status("courier_runs", "Runs by status.", counts["runs"])
        yield _by_status("courier_nodes", "Nodes by health.", counts["nodes"])
        yield CounterMetricFamily(
            "courier_events", "Events written to the log.", value=counts["lastSeq"]
        )
        yield CounterMetricFamily(
            "courier_api_requests", "Requests to the API.", value=self._activity.requests
        )
        yield GaugeMetricFamily(
            "courier_api_streams", "Streams open now.", value=self._activity.streams
        )
        yield GaugeMetricFamily(
            "courier_active_runs", "Runs in flight.", value=self._status["activeRuns"]
        )
        build = GaugeMetricFamily("courier_build_info", "Always 1.", labels=["version"])
        build.add_metric([self._status["version"]], 1)
        yield build


def _by_status(name: str, text: str, counts: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=["status"])
    for status, count in counts.items():
        family.add_metric([status], count)
    return family
