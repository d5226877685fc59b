"""The small parts: pauses, version bounds, facts, identities, marks, environments."""

import asyncio
import json
import os
import socket
import stat
import subprocess
import uuid
from pathlib import Path
from typing import Any

import pytest
from runner_harness import gone

from courier_backend.model.errors import BadInput, Conflict
from courier_backend.runner import facts as facts_module
from courier_backend.runner.execution.backoff import pause_before
from courier_backend.runner.execution.census import Census, take_snapshot
from courier_backend.runner.execution.clockwork import start_ticks, stat_fields
from courier_backend.runner.execution.environment import node_environment
from courier_backend.runner.execution.limits import Limiter
from courier_backend.runner.facts import machine_facts
from courier_backend.runner.home.identity import load_nodes
from courier_backend.runner.home.lock import hold_home
from courier_backend.runner.http.server import bind
from courier_backend.runner.interpreters.interpreter import StepFault
from courier_backend.runner.interpreters.versions import check_bounds
from courier_backend.runner.lab_facts import lab_facts


@pytest.mark.parametrize(
    ("strategy", "pauses"),
    [
        ({"type": "none", "delaySeconds": 5, "arguments": [1, 3, 5]}, [5, 5, 5]),
        ({"type": "", "delaySeconds": 5}, [5, 5, 5]),
        ({}, [0, 0, 0]),
        ({"type": "linear", "delaySeconds": 5}, [5, 10, 15]),
        ({"type": "exponential", "delaySeconds": 5}, [5, 10, 20]),
        ({"type": "polynomial", "delaySeconds": 5, "arguments": []}, [5, 20, 45]),
        ({"type": "polynomial", "delaySeconds": 5, "arguments": [1, 3, 5]}, [45, 135, 275]),
        ({"type": "polynomial", "delaySeconds": 5, "arguments": [{}]}, [5, 20, 45]),
        ({"type": "polynomial", "delaySeconds": 5, "arguments": ["0", "2"]}, [10, 20, 30]),
        ({"type": "linear", "delaySeconds": 3000}, [3000, 3600, 3600]),
        ({"type": "polynomial", "delaySeconds": 5, "arguments": [-100]}, [0, 0, 0]),
    ],
)
def test_pauses_before_retries(strategy: dict[str, Any], pauses: list[float]) -> None:
    assert [pause_before(retry, strategy) for retry in (1, 2, 3)] == pauses


def test_no_pause_is_longer_than_an_hour() -> None:
    assert pause_before(100_000, {"type": "exponential", "delaySeconds": 1}) == 3600


@pytest.mark.parametrize(
    ("low", "high", "fits"),
    [
        ("", "", True),
        ("1.0.0", "1.9.99", True),
        ("1", "1", True),
        ("1.0", "19", True),
        ("1.0.1", "", False),
        ("", "0.9.9", False),
        ("v1.0.0", "1.0.0+build.7", True),
        ("2", "1", False),
        ("anything", "", False),
    ],
)
def test_version_bounds_are_lenient_and_inclusive(low: str, high: str, fits: bool) -> None:
    skill: Any = {"name": "chef-platform/shell-interpreter", "version": "1.0.0"}
    bounds = {"minVersion": low, "maxVersion": high}
    if fits:
        check_bounds(skill, bounds)
    else:
        with pytest.raises(StepFault) as fault:
            check_bounds(skill, bounds)
        assert fault.value.code == "version-out-of-bounds"


def test_facts_ask_no_name_server(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> str:
        raise AssertionError("a name server would have been asked")

    for name in ("getfqdn", "gethostbyname", "gethostbyaddr", "getaddrinfo"):
        monkeypatch.setattr(socket, name, never)
    facts = machine_facts()
    assert facts["os"] == "linux"
    assert facts["cpu_total"] >= 1
    assert facts["memory_total_bytes"] > 2**20
    assert socket.inet_aton(facts["primary_ip"])


@pytest.mark.parametrize(
    ("hosts", "resolver", "full"),
    [
        ("127.0.1.1 box.example.org box\n", "", "box.example.org"),
        ("# 1.2.3.4 box.commented.org box\n127.0.0.1 localhost\n", "", "box"),
        ("127.0.0.1 localhost\n", "search corp.example. other\n", "box.corp.example"),
    ],
)
def test_the_full_name_comes_from_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hosts: str, resolver: str, full: str
) -> None:
    (tmp_path / "hosts").write_text(hosts)
    (tmp_path / "resolv.conf").write_text(resolver)
    paths = (tmp_path / "hosts", tmp_path / "resolv.conf")
    monkeypatch.setattr(facts_module, "_HOSTNAME_FILES", paths)
    assert facts_module._fqdn("box") == full
    assert facts_module._fqdn("box.already.full") == "box.already.full"


def test_lab_facts_vary_and_stay_but_never_choose_a_command() -> None:
    true = machine_facts()
    fleet = [lab_facts(true, 1, number) for number in range(200)]
    assert fleet == [lab_facts(true, 1, number) for number in range(200)]
    assert fleet != [lab_facts(true, 2, number) for number in range(200)]
    for name in ("os", "kernel_name"):
        assert {facts[name] for facts in fleet} == {true[name]}
    varied = ("platform", "platform_version", "architecture", "cpu_total", "time_zone")
    assert all(len({facts[name] for facts in fleet}) > 1 for name in varied)
    for name in ("hostname", "primary_ip", "fqdn"):
        assert len({facts[name] for facts in fleet}) == 200


def test_identities_are_made_once_and_kept(tmp_path: Path) -> None:
    first = load_nodes(tmp_path, 2, None)
    assert load_nodes(tmp_path, 2, None) == first
    assert load_nodes(tmp_path, 3, None)[:2] == first
    assert stat.S_IMODE((tmp_path / "nodes.json").stat().st_mode) == 0o600
    assert all(uuid.UUID(node.id).version == 4 for node in first)
    assert len({node.token for node in first}) == 2


def test_a_seed_gives_the_same_ids_and_other_tokens(tmp_path: Path) -> None:
    homes = [tmp_path / name for name in ("a", "b")]
    for home in homes:
        home.mkdir()
    one, two = (load_nodes(home, 3, 42) for home in homes)
    assert [node.id for node in one] == [node.id for node in two]
    assert all(uuid.UUID(node.id).version == 4 for node in one)
    assert not {node.token for node in one} & {node.token for node in two}
    assert load_nodes(homes[0], 3, None) == one, "without a seed the home stays as it is"
    assert [node.id for node in load_nodes(homes[0], 3, 43)] != [node.id for node in one]


@pytest.mark.parametrize("content", ["{", "[]", '{"nodes": [{"id": "a"}]}'])
def test_a_damaged_file_of_nodes_is_one_sentence(tmp_path: Path, content: str) -> None:
    (tmp_path / "nodes.json").write_text(content)
    with pytest.raises(Conflict, match="is damaged; bring it back"):
        load_nodes(tmp_path, 1, None)


def test_a_home_is_locked_for_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("courier_backend.runner.home.lock._PAUSE_SECONDS", 0.0)
    descriptor = hold_home(tmp_path / "home")
    with pytest.raises(Conflict, match="Another runner already lives in"):
        hold_home(tmp_path / "home")
    os.close(descriptor)
    os.close(hold_home(tmp_path / "home"))


def test_a_home_that_is_a_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    with pytest.raises(Conflict, match="cannot be used: File exists"):
        hold_home(tmp_path / "home")


@pytest.mark.parametrize("listen", ["", "127.0.0.1", "127.0.0.1:x", "127.0.0.1:70000", "::1"])
def test_what_is_no_address(listen: str) -> None:
    with pytest.raises(BadInput, match=r"no ADDR:PORT|reached from elsewhere"):
        bind(listen, insecure_listen=False)


@pytest.mark.parametrize("listen", ["0.0.0.0:0", ":0", "192.0.2.1:0", "[::]:0", "example.org:0"])
def test_beyond_this_machine_only_when_it_is_said(listen: str) -> None:
    with pytest.raises(BadInput, match="--insecure-listen"):
        bind(listen, insecure_listen=False)
    with bind("0.0.0.0:0", insecure_listen=True) as bound:
        assert bound.getsockname()[1]


def test_a_taken_port_is_one_sentence() -> None:
    with bind("127.0.0.1:0", insecure_listen=False) as bound:
        port = bound.getsockname()[1]
        with pytest.raises(Conflict, match=f"Cannot listen on 127.0.0.1:{port}: Address already"):
            bind(f"127.0.0.1:{port}", insecure_listen=False)


def test_cores_are_given_in_turn() -> None:
    allowed = os.sched_getaffinity(0)
    child = subprocess.Popen(["sleep", "60"])
    try:
        limiter = Limiter()
        given = []
        for _ in range(len(allowed)):
            assert limiter.confine(child.pid, {"cores": 1, "cpu": 1}).unmet == []
            given += sorted(os.sched_getaffinity(child.pid))
        assert sorted(given) == sorted(allowed)
        assert limiter.confine(child.pid, {"cores": 10_000, "cpu": 0.5}).unmet == ["cpu"]
    finally:
        child.kill()
        child.wait()
    if len(allowed) > 1:
        assert limiter.confine(child.pid, {"cores": 1}).unmet == ["cores"]


def test_facts_are_names_and_text_in_the_environment() -> None:
    facts = {"cpu_total": 4, "a.b-c": "x", "list": [1, "two"], "yes": True}
    told = node_environment("id", "/home", facts)
    assert told["COURIER_FACT_CPU_TOTAL"] == "4"
    assert told["COURIER_FACT_A_B_C"] == "x"
    assert json.loads(told["COURIER_FACT_LIST"]) == [1, "two"]
    assert told["COURIER_FACT_YES"] == "true"
    assert told["PATH"] == os.environ["PATH"]


def test_the_fields_of_a_process_with_a_hostile_name() -> None:
    assert stat_fields(b"12 (a) b (c) R 1 2 3") == [b"R", b"1", b"2", b"3"]
    assert start_ticks(os.getpid()) > 0
    assert start_ticks(2**22 + 1) == 0


@pytest.mark.anyio
async def test_a_snapshot_finds_marks_groups_and_descendants() -> None:
    mark = f"{uuid.uuid4()}/1/1"
    script = "env -u COURIER_ATTEMPT sleep 60 & echo $!; exec sleep 60"
    child = await asyncio.create_subprocess_exec(
        "sh",
        "-c",
        script,
        env={**os.environ, "COURIER_ATTEMPT": mark},
        stdout=subprocess.PIPE,
        process_group=0,
    )
    assert child.stdout is not None
    try:
        cleared = int(await child.stdout.readline())
        found = (await Census().fresh()).of(mark, None)
        assert {child.pid, cleared} <= {seen.pid for seen in found}
        assert {seen.pid for seen in take_snapshot().of("", child.pid)} >= {child.pid, cleared}
        assert os.getpid() not in {seen.pid for seen in found}
    finally:
        os.killpg(child.pid, 9)
        await child.communicate()
    await gone(cleared)
    assert take_snapshot().of(mark, None) == []
