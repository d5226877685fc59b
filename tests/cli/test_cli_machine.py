"""The fleet, the lab, the backend and the doctor."""

import io
import json
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import cli_samples as sample
import pytest
from cli_backend import Backend, item, page, problem
from cli_outcome import Courier, Outcome

from courier_backend import __version__
from courier_backend.cli.doctor import files, processes, surroundings
from courier_backend.client.address import Address
from courier_backend.hosting.runner_process import HostedRunner
from courier_backend.model.places import places
from courier_backend.runner.home.build import program_build

NODES = "/node/management/v1/nodes"
NODE = f"{NODES}/{sample.NODE_ID}"
LAB = "/node/management/v1/lab"
BACKEND = "/courier/backend/v1"
STATUS = {
    "pid": 4711,
    "version": "0.1.0",
    "url": "http://127.0.0.1:1",
    "startedAt": sample.THEN,
    "home": "/home/x",
    "activeInstances": 1,
    "activeRuns": 3,
    "scheduledJobs": 2,
    "clients": 1,
    "idleSeconds": 0.0,
}


class TestFleet:
    def test_add(self, backend: Backend, courier: Courier, monkeypatch: pytest.MonkeyPatch) -> None:
        backend.on("POST", NODES, item(sample.node(), 201))
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"s3cret\n")))

        outcome = courier(
            "node", "add", "http://10.0.0.7:7070/nodes/x", "--token-file", "-", "--name", "web-1",
            "--tag", "role=web", "--tag", "note=a=b",
        )  # fmt: skip

        assert (outcome.code, outcome.out) == (0, "")
        assert outcome.err == f"Node web-1 ({sample.NODE_ID}) was added.\n"
        assert backend.requests[0].json == {
            "url": "http://10.0.0.7:7070/nodes/x",
            "token": "s3cret",
            "name": "web-1",
            "tags": {"role": "web", "note": "a=b"},
        }

    @pytest.mark.usefixtures("backend")
    def test_a_bad_token_and_a_bad_tag(self, courier: Courier, tmp_path: Path) -> None:
        (tmp_path / "token").write_text("two words")
        (tmp_path / "good").write_text("token")
        bad = courier("node", "add", "http://x", "--token-file", str(tmp_path / "token"))
        tag = courier(
            "node", "add", "http://x", "--token-file", str(tmp_path / "good"), "--tag", "x"
        )
        assert bad.error["message"].endswith("holds no token for http://x.")
        assert tag.error["message"] == "'x' is no tag: it looks like role=web."
        assert bad.code == tag.code == 2

    def test_the_token_stands_in_the_file_of_the_runner(
        self, backend: Backend, courier: Courier, tmp_path: Path
    ) -> None:
        backend.on("POST", NODES, item(sample.node()))
        nodes = [
            {"id": "a", "token": "of-a", "url": "http://h:1/nodes/a"},
            {"id": "b", "token": "of-b"},
        ]
        (tmp_path / "runner.json").write_text(json.dumps({"url": "http://h:1", "nodes": nodes}))
        (tmp_path / "odd.json").write_text('{"nodes": 3}')

        def add(node: str, file: str) -> Outcome:
            url = f"http://h:1/nodes/{node}"
            return courier("node", "add", url, "--token-file", str(tmp_path / file))

        assert add("b", "runner.json").code == 0
        assert backend.requests[0].json["token"] == "of-b"
        unknown = add("c", "runner.json")
        assert unknown.error["message"].endswith("holds no token for http://h:1/nodes/c.")
        assert unknown.error["hint"] == "It holds those of: http://h:1/nodes/a."
        assert add("b", "odd.json").code == 2

    def test_a_node_that_refuses(self, backend: Backend, courier: Courier, tmp_path: Path) -> None:
        (tmp_path / "token").write_text("token")
        backend.on("POST", NODES, problem(409, "conflict", "No node answers at http://x."))

        outcome = courier("node", "add", "http://x", "--token-file", str(tmp_path / "token"))

        assert outcome.code == 1
        assert outcome.error["message"] == "No node answers at http://x."

    def test_tags_are_set_and_taken_away(self, backend: Backend, courier: Courier) -> None:
        backend.on("GET", NODES, page(sample.node()))
        backend.on("GET", NODE, item(sample.node(tags={"role": "web", "zone": "a"})))
        backend.on("PATCH", f"{NODE}/tags", item(sample.node(tags={"role": "db", "new": "1"})))

        told = courier("node", "tag", "web-1", "role=db", "zone-", "new=1").err
        assert told == f"Node web-1 ({sample.NODE_ID}) has the tags new=1, role=db.\n"
        sent = backend.sent("PATCH", f"{NODE}/tags")[0].json
        assert sent == {"tags": {"role": "db", "zone": None, "new": "1"}}, "the others stay"

        same = item(sample.node(tags={"role": "web", "zone": "a"}))
        backend.on("PATCH", f"{NODE}/tags", same)
        told = courier("node", "tag", "web-1", "role=web").err
        assert told.endswith("has the tags role=web, zone=a, as before.\n")

    def test_archive_and_back(self, backend: Backend, courier: Courier) -> None:
        backend.on("POST", f"{NODE}/archive", item(sample.node()))

        courier("node", "archive", sample.NODE_ID)
        courier("nodes", "archive", sample.NODE_ID, "--undo", "--format", "json")

        sent = [request.json for request in backend.sent("POST", f"{NODE}/archive")]
        assert sent == [{"archived": True}, {"archived": False}]

    def test_remove(self, backend: Backend, courier: Courier) -> None:
        backend.on("DELETE", NODE, item({"id": sample.NODE_ID}))

        assert courier("node", "remove", sample.NODE_ID, "--format", "json").json == {
            "item": {"id": sample.NODE_ID}
        }


class TestLab:
    def test_up(self, backend: Backend, courier: Courier) -> None:
        node = {"id": sample.NODE_ID, "name": "lab-1", "url": "http://x", "home": "/lab/1"}
        backend.on("POST", LAB, page(node))

        told = courier("lab", "up", "--nodes", "1", "--seed", "7")
        answer = courier("lab", "up", "--nodes", "1", "--format", "json")

        assert "lab-1" in told.out
        assert told.err == "Bringing up 1 node …\n1 node running.\n"
        assert answer.json["items"] == [node]
        assert answer.json["totalItems"] == 1
        assert answer.err == ""
        sent = [request.json for request in backend.requests]
        assert sent == [{"nodes": 1, "seed": 7}, {"nodes": 1, "seed": None}]

    def test_status_without_one_and_down(self, backend: Backend, courier: Courier) -> None:
        backend.on("GET", LAB, page())
        backend.on("DELETE", LAB, page(total=3))

        assert courier("lab", "status").err.startswith("There is no lab.")
        assert courier("lab", "down").err.startswith("The lab is down. Archived: 3 nodes")


class TestBackend:
    def test_status(self, backend: Backend, courier: Courier) -> None:
        backend.on("GET", f"{BACKEND}/status", item(STATUS))

        assert "1 instance, 3 runs" in courier("backend", "status").out
        assert courier("backend", "status", "--format", "json").json == {"item": STATUS}

    def test_none_runs(self, courier: Courier) -> None:
        status, stop = courier("backend", "status"), courier("backend", "stop")

        assert status.code == 4
        assert status.error["message"].startswith("No backend is running for ")
        assert (stop.code, stop.out) == (0, "")
        assert stop.err.startswith("No backend is running for ")

    def test_stop_of_one_elsewhere(self, backend: Backend, courier: Courier) -> None:
        backend.on("POST", f"{BACKEND}/stop", item(STATUS, 202))

        plain, whole = courier("backend", "stop"), courier("backend", "stop", "--all")

        assert (
            plain.err == "The backend (pid 4711) has ended; still at work on their nodes: 3 runs.\n"
        )
        assert whole.err == "The backend (pid 4711) has ended.\n"
        assert [request.json for request in backend.requests] == [{"all": False}, {"all": True}]


class TestDoctor:
    def test_a_fresh_home_is_well(self, courier: Courier) -> None:
        outcome = courier("doctor")

        assert outcome.code == 0
        assert "bad" not in outcome.out
        assert "ok    backend" in outcome.out

    def test_json(self, courier: Courier) -> None:
        items = courier("doctor", "--format", "json").json["items"]

        assert {tuple(each) for each in items} == {("check", "state", "message", "hint")}
        assert {"config folder", "database", "disk space", "backend", "runner", "open files"} <= {
            each["check"] for each in items
        }

    def test_what_is_bad_is_named_with_its_cure(self, courier: Courier) -> None:
        here = places()
        here.data.mkdir(parents=True)
        here.database.write_bytes(b"not a database at all")
        here.config.mkdir(parents=True)
        here.secret_key.write_bytes(b"x")
        here.secret_key.chmod(0o644)
        here.builtin_node.mkdir()
        (here.builtin_node / "secret.key").write_bytes(b"")
        here.config_file.write_text("[backend]\nport = 70000\n")
        here.logs.mkdir(parents=True)
        here.start_log.write_text("first\nThe port is taken.\n")

        outcome = courier("doctor")

        assert outcome.code == 1
        for text in (
            "bad   database       ",
            "is no SQLite database.",
            "bad   secret key     ",
            "is damaged: it has 1 bytes, not 32.",
            "bad   node's key     ",
            "bad   settings       ",
            "backend.port",
            "warn  last start     the backend said: The port is taken.",
        ):
            assert text in outcome.out
        assert outcome.err == "4 bad, 1 to be looked at.\n"

    def test_an_interpreter_that_cannot_be_used_is_told_and_not_bad(
        self, courier: Courier, courier_home: Path
    ) -> None:
        broken = courier_home / "config" / "interpreters" / "broken"
        broken.parent.mkdir(parents=True)
        broken.write_text("#!/bin/sh\n")

        outcome = courier("doctor")

        assert outcome.code == 0
        assert f"warn  interpreters   {broken} is not used as an interpreter:" in outcome.out
        assert "it is not executable (chmod +x)" in outcome.out
        assert "ok    interpreters   the runner's own" in outcome.out

    def test_a_file_where_a_folder_should_be(self, courier_home: Path) -> None:
        courier_home.write_text("")
        assert {finding.state for finding in files.folders(places())} == {"bad"}

    @pytest.mark.parametrize(
        ("free", "state"), [(10 * 1024**3, "ok"), (1024**3, "warn"), (1024**2, "bad")]
    )
    def test_disk_space(self, monkeypatch: pytest.MonkeyPatch, free: int, state: str) -> None:
        usage = type("Usage", (), {"free": free})
        monkeypatch.setattr("courier_backend.cli.doctor.files.shutil.disk_usage", lambda _p: usage)
        assert [finding.state for finding in files.room(places())] == [state]

    def test_no_space_is_bad_whatever_the_settings_allow(
        self, courier_home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (courier_home / "config").mkdir(parents=True)
        (courier_home / "config" / "config.toml").write_text("[evidence]\nmin_free_bytes = 0\n")
        self.test_disk_space(monkeypatch, 1024, "bad")

    @pytest.mark.parametrize(("limit", "state"), [(1024, "warn"), (65536, "ok"), (-1, "ok")])
    def test_open_files(self, monkeypatch: pytest.MonkeyPatch, limit: int, state: str) -> None:
        monkeypatch.setattr(
            "courier_backend.cli.doctor.surroundings.resource.getrlimit", lambda _r: (1024, limit)
        )
        assert [finding.state for finding in surroundings.open_files(places())] == [state]

    @pytest.mark.parametrize(
        ("kind", "state"), [("dumb", "warn"), ("xterm-256color", "ok"), ("", "warn")]
    )
    def test_terminals(self, monkeypatch: pytest.MonkeyPatch, kind: str, state: str) -> None:
        monkeypatch.setattr(surroundings, "is_terminal", lambda _stream: True)
        monkeypatch.setattr(surroundings, "speaks_unicode", lambda _stream: False)
        monkeypatch.setenv("TERM", kind)
        monkeypatch.delenv("NO_COLOR", raising=False)
        monkeypatch.setenv("COLUMNS", "60")

        size, colours = surroundings.terminal(places())

        assert (size.state, colours.state) == ("warn", state)
        assert [finding.state for finding in surroundings.letters(places())] == ["warn"]

    def test_a_backend_that_hangs(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(processes, "lock_is_held", lambda _path: True)
        assert [finding.state for finding in processes.backend(places())] == ["bad"]

    def test_a_backend_that_answers(
        self, backend: Backend, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(processes, "running", lambda _places: _address(backend))
        counts: dict[str, Any] = {"nodes": {"reachable": 3}}
        offline: dict[str, Any] = {"nodes": {"reachable": 3, "offline": 2}}
        overview = "/courier/stats-api/v1/overview"
        backend.on("GET", overview, item(counts), item(offline), problem(500, "error", "Oh."))
        same = {"name": "a", "runnerVersion": "0.0.9"}
        other = {"name": "b", "runnerVersion": "0.0.8"}
        backend.on("GET", "/node/management/v1/nodes", page(same), page(same, other))

        told = [[finding.state for finding in processes.backend(places())] for _time in range(3)]

        assert told == [["warn", "ok"], ["warn", "warn", "warn"], ["warn", "bad"]]

    def test_a_runner_that_does_not_answer(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(processes, "is_locked", lambda _path: True)
        assert [finding.state for finding in processes.local_runner(places())] == ["warn"]
        with socket.socket() as held:
            held.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{held.getsockname()[1]}"
            runner = HostedRunner(url, 4711, __version__, [], program_build())
            monkeypatch.setattr(processes, "find_runner", lambda _home: runner)
            silent = processes.local_runner(places())
            held.listen()
            answering = processes.local_runner(places())
            for each in (replace(runner, version="0.0.9"), replace(runner, build="")):
                monkeypatch.setattr(processes, "find_runner", lambda _home, one=each: one)
                answering += processes.local_runner(places())
        assert [finding.state for finding in silent + answering] == ["bad", "ok", "warn", "warn"]
        assert "version 0.0.9; this program is" in answering[1].message


def _address(backend: Backend) -> Any:
    return Address(backend.url, "the-token", "0.0.9")
