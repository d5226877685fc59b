"""What a happening costs does not grow with the instance."""

import gc
from time import perf_counter

from core_story import Story, group, linux_nodes

from courier_backend.orchestrator.decide import decide, next_due
from courier_backend.orchestrator.happening import Started, Tick, Told
from courier_backend.orchestrator.state import RunState

FEW, MANY = 300, 10_000
KINDS = ("received", "step-started", "attempt-finished", "run-finished")


def seconds_per_line(runs: int) -> float:
    """An instance of so many runs, rolling, from start to end; the time per line told."""
    names = [f"n{number}" for number in range(runs)]
    spec = group(names, batch=100, distributionMethod="rolling")
    story = Story(spec, nodes=linux_nodes(names))
    gc.collect()
    gc.disable()
    started = perf_counter()
    try:
        decide(story.state, Started(), story.now)
        for run in story.state.in_order:
            _work(story, run)
        return (perf_counter() - started) / (runs * len(KINDS))
    finally:
        gc.enable()
        assert story.state.is_final


def _work(story: Story, run: RunState) -> None:
    for seq, kind in enumerate(KINDS, 1):
        line = {"type": kind, "seq": seq, "time": "t", "waiting": False, "step": 1, "attempt": 1}
        line |= {"retryInSeconds": None, "status": "success", "reasonCode": "", "reason": ""}
        decide(story.state, Told(run.run_id, line), story.now)  # type: ignore[arg-type]  # all kinds
    due = next_due(story.state)
    if due is not None and due <= story.now:
        decide(story.state, Tick(), story.now)


def test_ten_thousand_runs_cost_per_line_what_three_hundred_do() -> None:
    few = min(seconds_per_line(FEW) for _ in range(5))
    many = min(seconds_per_line(MANY) for _ in range(2))
    assert many < 3 * few, (
        f"{few * 1e6:.1f} µs a line with {FEW} runs, {many * 1e6:.1f} with {MANY}"
    )
    assert many < 300e-6, f"{many * 1e6:.1f} µs a line (30 are the aim; a busy machine is slow)"
