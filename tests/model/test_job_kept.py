"""A definition goes from a file through the API into the store, and comes back as it went."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, TypeVar

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from job_samples import parsed
from job_strategies import DEFINITION

from courier_backend.api.app import create_app
from courier_backend.daemon.settings import Settings
from courier_backend.hosting.local_nodes import LocalNodes
from courier_backend.model.dump import dump_job
from courier_backend.model.parse import parse_job
from courier_backend.model.places import places
from courier_backend.service.service import open_service

T = TypeVar("T")

JOBS = "/courier/scheduler-api/v1/jobs"
FORMATS = ["json", "yaml", "toml"]

Ask = Callable[..., httpx.Response]


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """Asks a backend that has no nodes and starts none; its loop runs in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    def run(work: Awaitable[T]) -> T:
        async def awaited() -> T:
            return await work

        return asyncio.run_coroutine_threadsafe(awaited(), loop).result(60)

    async def none_here(self: LocalNodes) -> None:
        self.builtin_tried.set()

    home = str(tmp_path_factory.mktemp("home"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LocalNodes, "keep_builtin", none_here)
        patch.setattr(LocalNodes, "keep_lab", none_here)
        opened = open_service(
            places(home), Settings(), url="http://t", secret=b"k" * 32, end=lambda: None
        )
        service = run(opened.__aenter__())
        http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=create_app(service, "t", "0")),
            base_url="http://127.0.0.1",
            headers={"Authorization": "Bearer t"},
        )
        try:
            yield lambda *words, **more: run(http.request(*words, **more))
        finally:
            run(http.aclose())
            run(opened.__aexit__(None, None, None))
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()


def without_secrets(definition: dict[str, Any]) -> dict[str, Any]:
    """Sensitive values are told to nobody, so they cannot come back."""
    for step in definition["actions"]["steps"]:
        for told in (step.get("expectedInputs", {}), step.get("outputFieldRules", {})):
            for name in told:
                told[name] = {**told[name], "sensitive": False}
    return definition


SAVED = {"savedFilter": "filterId", "savedList": "listId"}


def with_saved(definition: dict[str, Any], saved: dict[str, str]) -> dict[str, Any]:
    """The same with a filter and a list that there are."""
    for group in definition["target"]["groups"]:
        key = SAVED.get(group["nodeListType"])
        if key is not None:
            group[key] = saved[key]
    return definition


@pytest.fixture(scope="module")
def saved(ask: Ask) -> dict[str, str]:
    """A saved filter and a saved list."""
    bodies = {"filters": {"name": "f", "constraints": {}}, "lists": {"name": "l", "nodeIds": []}}
    made = [ask("POST", f"/node/management/v1/{kind}", json=body) for kind, body in bodies.items()]
    assert [each.status_code for each in made] == [201, 201], [each.text for each in made]
    found, listed = (each.json()["item"]["id"] for each in made)
    return {"filterId": found, "listId": listed}


def definition_in(answer: dict[str, Any], normal: dict[str, Any]) -> dict[str, Any]:
    return {key: answer["item"][key] for key in normal}


@given(DEFINITION.map(without_secrets), st.sampled_from(FORMATS))
@settings(max_examples=40, deadline=None)
def test_what_is_accepted_comes_back_unchanged(
    ask: Ask, saved: dict[str, str], definition: dict[str, Any], body_format: str
) -> None:
    job = parsed(with_saved(definition, saved)).job
    assert job is not None
    normal = job.normal()
    file = dump_job(normal, body_format)
    headers = {"Content-Type": f"application/{body_format}"}

    added = ask("POST", JOBS, content=file.encode(), headers=headers)

    assert added.status_code == 201, added.text
    path = f"{JOBS}/{added.json()['item']['id']}"
    kept = definition_in(ask("GET", path).json(), normal)
    assert kept == normal
    assert dump_job(kept, body_format) == file
    for other in FORMATS:
        written = dump_job(kept, other)
        again = parse_job(written, other)
        assert again.job is not None
        assert again.job.normal() == normal
        changed = ask("PUT", path, content=written.encode(), params={"fileName": f"j.{other}"})
        assert changed.status_code == 200, changed.text
        assert definition_in(changed.json(), normal) == normal


@given(DEFINITION, st.sampled_from(FORMATS), st.data())
@settings(max_examples=40, deadline=None)
def test_what_is_refused_names_the_place(
    ask: Ask,
    saved: dict[str, str],
    definition: dict[str, Any],
    body_format: str,
    data: st.DataObject,
) -> None:
    job = parsed(with_saved(definition, saved)).job
    assert job is not None
    broken = job.normal()
    number = data.draw(st.integers(0, len(broken["actions"]["steps"]) - 1))
    group = data.draw(st.integers(0, len(broken["target"]["groups"]) - 1))
    faults = {
        f"actions.steps[{number}].retryCount": (broken["actions"]["steps"][number], "retryCount"),
        f"target.groups[{group}].timeoutSeconds": (
            broken["target"]["groups"][group],
            "timeoutSeconds",
        ),
        "overlap": (broken, "overlap"),
    }
    wrong = data.draw(st.lists(st.sampled_from(sorted(faults)), min_size=1, unique=True))
    for path in wrong:
        place, key = faults[path]
        place[key] = "no such thing"
    text = dump_job(broken, body_format)

    refused = ask("POST", JOBS, content=text.encode(), params={"fileName": f"j.{body_format}"})

    assert refused.status_code == 422
    problems = [each for each in refused.json()["problems"] if each["severity"] == "error"]
    assert {each["path"] for each in problems} == set(wrong)
    lines = text.split("\n")
    for each in problems:
        key = each["path"].rpartition(".")[2]
        assert key in lines[each["line"] - 1]
    first = problems[0]
    place = f"{first['path']} (j.{body_format}, line {first['line']}): "
    assert refused.json()["detail"].startswith(place)
