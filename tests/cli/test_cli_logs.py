"""Output of a run: what is there, what comes, what was missed, what is lost."""

import json
from collections.abc import Iterator
from typing import Any

import cli_samples as sample
import pytest
from cli_backend import Answer, Backend, Request, events, item, page, problem
from cli_outcome import Courier

RUN = f"/courier/state-api/v1/run/{sample.RUN_ID}"
STEPS = f"{RUN}/steps"


def output(step: int = 1, attempt: int = 1) -> str:
    return f"{RUN}/step/{step}/attempt/{attempt}/output"


def serve(backend: Backend, path: str, *, cut: int = 1_000_000, **streams: bytes) -> None:
    """Streams as the API gives them, in parts of at most `cut` bytes."""

    def respond(request: Request) -> Answer:
        whole = streams.get(request.query["stream"], b"")
        offset = int(request.query["offset"])
        end = min(len(whole), offset + min(cut, int(request.query["limit"])))
        return item(
            {
                "stream": request.query["stream"],
                "offset": offset,
                "nextOffset": end,
                "text": whole[offset:end].decode(),
                "totalBytes": len(whole),
                "final": end == len(whole),
            }
        )

    backend.on("GET", path, respond)


def live(*marks: dict[str, Any]) -> Answer:
    def parts() -> Iterator[bytes]:
        for mark in (*marks, {"type": "end"}):
            yield f"event: {mark['type']}\ndata: {json.dumps(mark)}\n\n".encode()

    return Answer(stream=parts())


def mark(offset: int, text: str, stream: str = "stdout") -> dict[str, Any]:
    return {
        "type": "output",
        "step": 1,
        "attempt": 1,
        "stream": stream,
        "offset": offset,
        "bytes": len(text),
        "text": text,
    }


@pytest.fixture(autouse=True)
def run(backend: Backend) -> None:
    backend.on("GET", "/courier/stats-api/v1/overview", item({"lastSeq": 10}))
    backend.on("GET", RUN, item(sample.run()))
    backend.on("GET", STEPS, page(sample.step(1, sample.attempt(1), sample.attempt(2))))


def test_everything_in_order(backend: Backend, courier: Courier) -> None:
    serve(backend, output(1, 1), stdout=b"first\n", stderr=b"oh\x1b[1m\n")
    serve(backend, output(1, 2), stdout="sécond\n".encode(), cut=7)

    outcome = courier("logs", sample.RUN_ID)

    assert outcome.code == 0
    assert outcome.out == "first\noh\x1b[1m\nsécond\n"
    assert outcome.err == "── step 1 sleep\n── step 1 sleep, attempt 2\n"


def test_one_stream(backend: Backend, courier: Courier) -> None:
    serve(backend, output(1, 1), stdout=b"out\n", stderr=b"err\n")
    serve(backend, output(1, 2), stdout=b"out\n", stderr=b"again\n")

    assert courier("logs", sample.RUN_ID, "--stream", "stderr").out == "err\nagain\n"


def test_a_step_that_is_not_there(courier: Courier) -> None:
    outcome = courier("logs", sample.RUN_ID, "--step", "7")
    assert outcome.code == 1
    assert outcome.error["hint"] == "`--follow` waits for it."


def test_lost_output_does_not_hide_the_rest(backend: Backend, courier: Courier) -> None:
    backend.on("GET", output(1, 1), problem(410, "gone", "The evidence is lost."))
    serve(backend, output(1, 2), stdout=b"here\n")

    outcome = courier("logs", sample.RUN_ID)

    assert (outcome.code, outcome.out) == (1, "here\n")
    assert "The evidence is lost." in outcome.err


def test_output_that_is_on_its_way(
    backend: Backend, courier: Courier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("courier_backend.cli.work.log_reader.time.sleep", lambda _seconds: None)
    there = {"nextOffset": 3, "text": "ok\n", "final": True}
    later = problem(503, "not-yet", "It is on its way.")
    backend.on("GET", STEPS, page(sample.step(1, sample.attempt())))
    backend.on("GET", output(), later, later, item(there))

    assert courier("logs", sample.RUN_ID, "--stream", "stdout").out == "ok\n"


class TestFollow:
    @pytest.fixture(autouse=True)
    def running(self, backend: Backend) -> None:
        """A run whose step is about to start, runs, and ends."""
        backend.on("GET", RUN, *[item(sample.run(status="running"))] * 3, item(sample.run()))
        running = sample.step(1, sample.attempt(status="running"))
        backend.on("GET", STEPS, page(), page(running))
        started = sample.event(11, "attempt-started", sample.RUN_ID, step=1, attempt=1)
        finished = sample.event(12, "run-finished", sample.RUN_ID, status="success")
        backend.on("GET", "/events", events(started, finished))

    def test_output_as_it_comes(self, backend: Backend, courier: Courier) -> None:
        marks = live(mark(0, "one\n"), mark(0, "oh\n", "stderr"), mark(4, "two\n"))
        backend.on("GET", f"{output()}/live", marks)
        serve(backend, output(), stdout=b"one\ntwo\n", stderr=b"oh\n")

        outcome = courier("logs", sample.RUN_ID, "--follow")

        assert (outcome.code, outcome.out) == (0, "one\noh\ntwo\n")
        assert outcome.err == "── step 1 sleep\n"

    def test_hidden_output_is_said_once_and_shown_at_its_end(
        self, backend: Backend, courier: Courier
    ) -> None:
        marks = live(mark(0, "") | {"hidden": 7}, mark(0, "") | {"hidden": 9})
        backend.on("GET", f"{output()}/live", marks)
        serve(backend, output(), stdout=b"masked\n")

        outcome = courier("logs", sample.RUN_ID, "-f")

        assert (outcome.code, outcome.out) == (0, "masked\n")
        hidden = "stdout is hidden until the step ends, 7 bytes so far"
        assert outcome.err == f"── step 1 sleep\n{hidden}\n"

    def test_what_was_dropped_is_fetched(self, backend: Backend, courier: Courier) -> None:
        marks = live({"type": "dropped", "bytes": 4}, mark(4, "two\n"), mark(12, "4\n"))
        backend.on("GET", f"{output()}/live", marks)
        serve(backend, output(), stdout=b"one\ntwo\nsix\n4\nlast\n", cut=3)

        outcome = courier("logs", sample.RUN_ID, "-f")

        assert outcome.out == "one\ntwo\nsix\n4\nlast\n"

    def test_a_broken_stream_goes_on_where_it_ended(
        self, backend: Backend, courier: Courier
    ) -> None:
        broken = Answer(stream=iter([f"data: {json.dumps(mark(0, 'one' + chr(10)))}\n\n".encode()]))
        again = live(mark(0, "one\n"), mark(4, "two\n"))
        backend.on("GET", f"{output()}/live", broken, again)
        serve(backend, output(), stdout=b"one\ntwo\n")

        outcome = courier("logs", sample.RUN_ID, "-f")

        assert outcome.out == "one\ntwo\n"
        assert "The backend answers again." in outcome.err

    def test_an_unknown_run(self, backend: Backend, courier: Courier) -> None:
        backend.on("GET", RUN, problem(404, "not-found", "There is no run."))
        assert courier("logs", sample.RUN_ID, "-f").error["code"] == "not-found"
