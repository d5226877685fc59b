"""chef-client, inspec and ansible: the words with which their programs are started."""

from __future__ import annotations

import io
import json
import tarfile
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fake_programs import FakePrograms
from runner_harness import is_type, one, runner_inside, says, step, text_of, until

from courier_backend.runner.facts import machine_facts
from courier_backend.runner.interpreters import programs as programs_module
from courier_backend.runner.interpreters.ansible_words import NOTHING_PLAYED, explained
from courier_backend.runner.interpreters.helpers.scan import count_controls
from courier_backend.runner.interpreters.programs import find_program

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from runner_harness import Line, Node

pytestmark = pytest.mark.anyio

CHEF = "chef-platform/chef-client-interpreter"
INSPEC = "chef-platform/inspec-interpreter"
ANSIBLE = "chef-platform/ansible-interpreter"
HOSTILE = "$(touch /tmp/x); `id` 'a' \"b\""


@pytest.fixture
def fakes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakePrograms:
    return FakePrograms(tmp_path / "bin", monkeypatch)


@pytest.fixture
async def node(tmp_path: Path, fakes: FakePrograms) -> AsyncIterator[Node]:
    assert fakes.folder.is_dir()
    async with runner_inside(tmp_path / "runner") as (_, (node,)):
        yield node


def ordering(interpreter: str, exec_: str, **args: object) -> Line:
    command = {"exec": exec_, "args": args}
    return step("unused", interpreter={"name": interpreter}, command=command)


def ended(lines: list[Line]) -> tuple[str, str]:
    told = one(lines, "attempt-finished")
    return told["status"], told["reasonCode"]


class Web:
    """A site of the test: what stands at which path, and what was asked for."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes] = {}
        self.asked: list[str] = []
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                web.asked.append(self.path)
                found = web.pages.get(self.path)
                self.send_response(200 if found is not None else 404)
                self.end_headers()
                self.wfile.write(found or b"")

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def web() -> Iterator[Web]:
    site = Web()
    yield site
    site.close()


# ---- what is not there


@pytest.fixture
async def bare(
    tmp_path: Path, fakes: FakePrograms, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Node]:
    """A node with no programs but the fakes, whatever this machine has."""
    monkeypatch.setenv("PATH", str(fakes.folder))
    monkeypatch.setattr(programs_module, "_folders", lambda _place: iter(()))
    async with runner_inside(tmp_path / "bare") as (_, (node,)):
        yield node


@pytest.mark.parametrize(
    ("line", "program"),
    [
        (ordering(CHEF, "run"), "chef-client"),
        (ordering(CHEF, "execute", cookbooks="nginx"), "chef-client"),
        (ordering(CHEF, "rotate credentials"), "knife"),
        (ordering(INSPEC, "scan", path="."), "inspec"),
        (ordering(ANSIBLE, "playbook", playbook="p.yml"), "ansible-playbook"),
    ],
)
async def test_a_program_that_is_missing_is_told_before_anything_runs(
    bare: Node, line: Line, program: str
) -> None:
    lines = await bare.run(line)
    told = one(lines, "step-finished")
    assert (told["reasonCode"], told["numAttempts"]) == ("interpreter-missing", 0)
    assert f"needs {program}, which is not on this node (looked for in PATH, /" in told["reason"]


async def test_aws_is_needed_for_a_playbook_in_s3(bare: Node, fakes: FakePrograms) -> None:
    fakes.make("ansible-playbook")
    lines = await bare.run(ordering(ANSIBLE, "playbook", playbook="s3://bucket/site.yml"))
    assert "needs aws, which is not on this node" in one(lines, "step-finished")["reason"]


async def test_the_interpreters_of_the_runner_are_skills(node: Node) -> None:
    names = {skill["name"] for skill in (await node.get("node")).json()["skills"]}
    assert {CHEF, INSPEC, ANSIBLE, "python"} <= names


def test_where_a_program_is_found(tmp_path: Path, fakes: FakePrograms) -> None:
    habitat = tmp_path / "hab"
    for release in ("9.1.0/20240101", "10.0.2/20230101", "10.0.2/20240101", "odd/1"):
        fakes.make("thing", folder=habitat / release / "bin")
    pattern = f"{habitat}/*/*/bin"
    found = find_program("thing", {"PATH": "/nowhere"}, ["/neither", pattern])
    assert found == str(habitat / "10.0.2/20240101/bin/thing")
    first = fakes.make("thing")
    assert find_program("thing", {"PATH": str(fakes.folder)}, [pattern]) == first


def test_programs_that_are_here_are_facts(
    fakes: FakePrograms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(fakes.folder))
    monkeypatch.setattr(programs_module, "_folders", lambda _place: iter(()))
    path = fakes.make("inspec")
    facts = machine_facts()
    assert facts["program_inspec"] == path
    assert "program_chef_client" not in facts


# ---- chef-client


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ({}, []),
        (
            {"mode": "local", "runlist": "recipe[a],recipe[b]", "config": "/c.rb", "path": "/cb"},
            [
                "--local-mode",
                "--config",
                "/c.rb",
                "--runlist",
                "recipe[a],recipe[b]",
                "--config-option",
                "cookbook_path=/cb",
            ],
        ),
        ({"runlist": ["recipe[a]", "role[b]"]}, ["--runlist", "recipe[a],role[b]"]),
        ({"config": HOSTILE}, ["--config", HOSTILE]),
    ],
)
async def test_a_chef_run(
    node: Node, fakes: FakePrograms, args: dict[str, Any], words: list[str]
) -> None:
    fakes.make("chef-client", 'print("converged")')
    lines = await node.run(ordering(CHEF, "run", **args))
    assert ended(lines) == ("success", "")
    assert fakes.words() == [["chef-client", *words]]
    assert text_of(lines) == "converged\n"


async def test_a_chef_run_that_fails(node: Node, fakes: FakePrograms) -> None:
    fakes.make("chef-client", code=35)
    lines = await node.run(ordering(CHEF, "run"))
    assert one(lines, "attempt-finished")["exitCode"] == 35


def cookbook(name: str, *depends: str) -> bytes:
    data = io.BytesIO()
    metadata = json.dumps({"name": name, "dependencies": dict.fromkeys(depends, ">= 0.0.0")})
    with tarfile.open(fileobj=data, mode="w:gz") as archive:
        entry = tarfile.TarInfo(f"{name}/metadata.json")
        entry.size = len(metadata)
        archive.addfile(entry, io.BytesIO(metadata.encode()))
    return data.getvalue()


def put_cookbook(web: Web, name: str, *depends: str, version: str = "latest") -> None:
    path = f"/api/v1/cookbooks/{name}/versions/{version}/download"
    web.pages[path] = cookbook(name, *depends)


async def test_cookbooks_come_with_what_they_depend_on(
    node: Node, web: Web, tmp_path: Path
) -> None:
    put_cookbook(web, "app", "base", version="1.2.3")
    put_cookbook(web, "base", "app", "tools")
    put_cookbook(web, "tools")
    folder = tmp_path / "cookbooks"
    args = {"url": f"{web.url}/", "path": str(folder), "cookbooks": "app@1.2.3, tools"}
    lines = await node.run(ordering(CHEF, "download", **args))
    assert ended(lines) == ("success", "")
    assert names_in(folder) == ["app", "base", "tools"]
    assert len(web.asked) == 3, "none is fetched twice"


async def test_execute_fetches_and_then_runs_locally(
    node: Node, web: Web, fakes: FakePrograms, tmp_path: Path
) -> None:
    fakes.make("chef-client", code=3)
    put_cookbook(web, "app")
    folder = str(tmp_path / "cookbooks")
    args = {"url": web.url, "path": folder, "cookbooks": "app", "runlist": "recipe[app]"}
    lines = await node.run(ordering(CHEF, "execute", **args))
    assert one(lines, "attempt-finished")["exitCode"] == 3, "that of what was run"
    assert fakes.words() == [
        [
            "chef-client",
            "--local-mode",
            "--runlist",
            "recipe[app]",
            "--config-option",
            f"cookbook_path={folder}",
        ]
    ]


async def test_an_archive_is_unpacked_as_it_is(node: Node, web: Web, tmp_path: Path) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("one/metadata.json", "{}")
        archive.writestr("../escaped", "no")
    web.pages["/all.zip"] = data.getvalue()
    folder = tmp_path / "deep" / "cookbooks"
    args = {"url": f"{web.url}/all.zip", "path": str(folder)}
    assert ended(await node.run(ordering(CHEF, "download", **args))) == ("success", "")
    assert names_in(folder) == ["escaped", "one"], "nothing leaves its folder"


async def test_a_tar_cannot_leave_its_folder(node: Node, web: Web, tmp_path: Path) -> None:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo("../escaped"))
    web.pages["/all.tgz"] = data.getvalue()
    args = {"url": f"{web.url}/all.tgz", "path": str(tmp_path / "cookbooks")}
    lines = await node.run(ordering(CHEF, "download", **args))
    assert ended(lines) == ("failure", "exit-code")
    assert "all.tgz cannot be unpacked: " in text_of(lines, "stderr")
    assert "escaped" not in names_in(tmp_path)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_a_cookbook_that_is_not_there(node: Node, web: Web, tmp_path: Path) -> None:
    args = {"url": web.url, "path": str(tmp_path / "c"), "cookbooks": "nope"}
    lines = await node.run(ordering(CHEF, "download", **args))
    assert ended(lines) == ("failure", "exit-code")
    assert "/api/v1/cookbooks/nope/versions/latest/download cannot be fetched: 404" in (
        text_of(lines, "stderr")
    )


async def test_a_key_is_renewed_and_the_old_one_kept(
    node: Node, fakes: FakePrograms, tmp_path: Path
) -> None:
    fakes.make("knife", 'open(sys.argv[sys.argv.index("--file") + 1], "w").write("new")')
    key = tmp_path / "client.pem"
    put_text(key, "old")
    args = {"path": str(key), "name": "web1", "config": "/etc/chef/client.rb"}
    lines = await node.run(ordering(CHEF, "rotate credentials", **args))
    assert ended(lines) == ("success", "")
    (words,) = fakes.words()
    assert words[1:6] == ["client", "reregister", "web1", "--config", "/etc/chef/client.rb"]
    assert (text_in(key), text_in(tmp_path / "client.pem.old")) == ("new", "old")


@pytest.mark.parametrize("code", [0, 4])
async def test_a_key_that_could_not_be_renewed_stays(
    node: Node, fakes: FakePrograms, tmp_path: Path, code: int
) -> None:
    fakes.make("knife", code=code)
    key = tmp_path / "client.pem"
    put_text(key, "old")
    lines = await node.run(ordering(CHEF, "rotate credentials", path=str(key)))
    assert ended(lines) == ("failure", "exit-code")
    assert text_in(key) == "old"


def put_text(path: Path, text: str) -> None:
    path.write_text(text)


def text_in(path: Path) -> str:
    return path.read_text()


# ---- inspec

WRITES_REPORTS = """
controls = [{{"results": [{{"status": status}}]}} for status in {statuses!r}]
for word in sys.argv:
    kind, _, path = word.partition(":")
    if kind.startswith("json") and path:
        open(path, "w").write(json.dumps({{"profiles": [{{"controls": controls}}]}}))
print("Test Summary")
"""


def scans(*statuses: str) -> str:
    return WRITES_REPORTS.format(statuses=list(statuses))


async def test_a_scan_and_its_report(node: Node, fakes: FakePrograms) -> None:
    fakes.make("inspec", scans("passed"))
    order = node.order(ordering(INSPEC, "scan", path=HOSTILE))
    lines = await node.lines(order)
    assert ended(lines) == ("success", "")
    (words,) = fakes.words()
    assert words[:6] == ["inspec", "exec", HOSTILE, "--no-color", "--reporter", "cli"]
    assert words[6].startswith("json:")
    assert words[6].endswith("/inspec-report.json")
    assert text_of(lines) == "Test Summary\n"
    answer = await node.get(f"runs/{order['runId']}/steps/1/attempts/1/evidence")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        report = json.loads(archive.read("files/inspec-report.json"))
    assert len(report["profiles"][0]["controls"]) == 1


async def test_a_scan_with_everything(node: Node, fakes: FakePrograms, tmp_path: Path) -> None:
    shows = (
        'if "exec" in sys.argv: print(open(sys.argv[sys.argv.index("--input-file") + 1]).read())'
    )
    fakes.make("inspec", f"{shows}\n{scans('passed')}")
    report = tmp_path / "kept.xml"
    lines = await node.run(
        ordering(
            INSPEC,
            "scan",
            path="linux-baseline",
            source="automate",
            sourceURL="https://automate.example",
            username="alice",
            token="t0ken",
            input={"port": 80, "name": "a b"},
            waiver="w1.yml,w2.yml",
            reporterType="junit",
            reporterFileName=str(report),
            licenseKey="key",
            licenseServer="https://license.example",
        )
    )
    assert ended(lines) == ("success", "")
    login, scan = fakes.words()
    assert login[1:] == [
        "automate",
        "login",
        "https://automate.example",
        "--user",
        "alice",
        "--token",
        "t0ken",
    ]
    assert json.loads(text_of(lines).splitlines()[1]) == {"port": 80, "name": "a b"}
    at = scan.index("--input-file")
    assert "a b" not in " ".join(scan), "values are not shown to everybody who lists processes"
    assert scan[1:at] + scan[at + 2 :] == [
        "exec",
        "compliance://alice/linux-baseline",
        "--no-color",
        "--waiver-file",
        "w1.yml",
        "w2.yml",
        "--reporter",
        "cli",
        f"junit:{report}",
    ]
    environment = fakes.started()[1]["environment"]
    assert environment["CHEF_LICENSE_KEY"] == "key"
    assert environment["CHEF_LICENSE_SERVER"] == "https://license.example"


async def test_a_report_elsewhere_is_kept_as_evidence_too(
    node: Node, fakes: FakePrograms, tmp_path: Path
) -> None:
    fakes.make("inspec", scans("passed"))
    name = str(tmp_path / "mine.json")
    order = node.order(ordering(INSPEC, "scan", path="p", reporterFileName=name))
    await node.lines(order)
    answer = await node.get(f"runs/{order['runId']}/steps/1/attempts/1/evidence")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert "files/mine.json" in archive.namelist()
    assert names_in(tmp_path).count("mine.json") == 1


@pytest.mark.parametrize(
    ("code", "statuses", "least", "expected"),
    [
        (0, ["passed"], None, 0),
        (101, ["skipped"], None, 0),
        (100, ["passed", "failed"], None, 100),
        (100, ["passed", "failed"], 50, 0),
        (100, ["passed", "failed", "skipped"], "50", 0),
        (100, ["passed", "failed"], 51, 100),
        (0, ["passed"], 100, 0),
        (0, [], 1, 1),
        (0, [], 0, 0),
        (1, ["passed"], 0, 1),
    ],
)
async def test_how_a_scan_is_judged(
    node: Node,
    fakes: FakePrograms,
    code: int,
    statuses: list[str],
    least: object,
    expected: int,
) -> None:
    fakes.make("inspec", scans(*statuses), code=code)
    args = {"path": "p"} if least is None else {"path": "p", "minSuccess": least}
    lines = await node.run(ordering(INSPEC, "scan", **args))
    assert one(lines, "attempt-finished")["exitCode"] == expected


async def test_a_scan_to_be_judged_that_left_no_report(node: Node, fakes: FakePrograms) -> None:
    fakes.make("inspec")
    lines = await node.run(ordering(INSPEC, "scan", path="p", minSuccess=10))
    assert ended(lines) == ("failure", "exit-code")
    reason = one(lines, "attempt-finished")["reason"]
    assert reason == "InSpec left no report to judge its success by"


async def test_a_scan_says_how_many_controls_succeeded(node: Node, fakes: FakePrograms) -> None:
    fakes.make("inspec", scans("passed", "failed"), code=100)
    for least, reason in (
        (80, "1 of 2 controls succeeded (50 %, wanted 80 %)"),
        ("", "ended with exit code 100: a control failed"),
    ):
        lines = await node.run(ordering(INSPEC, "scan", path="p", minSuccess=least))
        assert one(lines, "attempt-finished")["reason"] == reason


def test_what_is_waived_does_not_count(tmp_path: Path) -> None:
    failed = {"results": [{"status": "failed"}]}
    held, run_out = {"run": True, "message": ""}, {"run": True, "message": "Waiver expired"}
    waivers: list[object] = [held, run_out, {}, None]
    controls = [{**failed, "waiver_data": waiver} for waiver in waivers]
    report = tmp_path / "report.json"
    put_text(report, json.dumps({"profiles": [{"controls": controls}]}))
    assert count_controls(report) == (0, 3)


async def test_a_login_that_fails_scans_nothing(node: Node, fakes: FakePrograms) -> None:
    fakes.make("inspec", code=5)
    args = {"source": "automate", "sourceURL": "u", "username": "a", "token": "t", "path": "p"}
    lines = await node.run(ordering(INSPEC, "scan", **args))
    assert ended(lines) == ("failure", "exit-code")
    assert len(fakes.words()) == 1
    assert "the login at Automate failed with exit code 5" in text_of(lines, "stderr")


# ---- ansible

READS_VARIABLES = """
print(open(sys.argv[sys.argv.index("--inventory") + 1]).read())
for word in sys.argv:
    if word.startswith("@"):
        print(open(word[1:]).read())
print(open(sys.argv[-1]).read())
"""


async def test_a_playbook_on_this_machine(node: Node, fakes: FakePrograms, tmp_path: Path) -> None:
    fakes.make("ansible-playbook", READS_VARIABLES)
    playbook = tmp_path / "site.yml"
    put_text(playbook, "- hosts: all")
    args = {"playbook": str(playbook), "extraVars": {"secret": "s3"}, "tags": ["a", "b"]}
    lines = await node.run(ordering(ANSIBLE, "playbook", **args))
    assert ended(lines) == ("success", "")
    (words,) = fakes.words()
    assert words[1:6] == ["--connection", "local", "--tags", "a,b", "--inventory"]
    assert words[7] == "--extra-vars"
    assert words[9] == str(playbook)
    assert "s3" not in " ".join(words), "values are not shown to everybody who lists processes"
    own_python = 'localhost ansible_python_interpreter="{{ ansible_playbook_python }}"\n'
    assert text_of(lines) == f'{own_python}\n{{"secret": "s3"}}\n- hosts: all\n'


async def test_a_playbook_with_everything(node: Node, fakes: FakePrograms, tmp_path: Path) -> None:
    fakes.make("ansible-playbook")
    playbook = tmp_path / "site.yml"
    put_text(playbook, "")
    args = {
        "playbook": str(playbook),
        "inventory": "web1,web2",
        "connection": "ssh",
        "limit": "web1",
        "user": "deploy",
        "privateKey": "/k",
        "vaultPasswordFile": "/v",
        "skipTags": "slow",
        "become": True,
        "check": "true",
        "diff": False,
        "verbosity": 2,
    }
    assert ended(await node.run(ordering(ANSIBLE, "run", **args))) == ("success", "")
    (words,) = fakes.words()
    assert words[1:] == [
        *("--connection", "ssh", "--limit", "web1"),
        *("--user", "deploy", "--private-key", "/k", "--vault-password-file", "/v"),
        *("--skip-tags", "slow", "--become", "--check", "-vv"),
        *("--inventory", "web1,web2,", str(playbook)),
    ]


@pytest.mark.parametrize(
    ("inventory", "words"),
    [
        (["web1"], ["--inventory", "web1,"]),
        ("web1", ["--inventory", "web1,"]),
        ("/dev/null", ["--inventory", "/dev/null"]),
        (["/dev/null", "db1"], ["--inventory", "/dev/null", "--inventory", "db1,"]),
    ],
)
async def test_where_a_playbook_is_played(
    node: Node, fakes: FakePrograms, tmp_path: Path, inventory: object, words: list[str]
) -> None:
    fakes.make("ansible-playbook")
    playbook = tmp_path / "site.yml"
    put_text(playbook, "")
    await node.run(ordering(ANSIBLE, "run", playbook=str(playbook), inventory=inventory))
    assert fakes.words() == [["ansible-playbook", *words, str(playbook)]]


async def test_a_playbook_from_the_web(node: Node, fakes: FakePrograms, web: Web) -> None:
    fakes.make("ansible-playbook", "print(open(sys.argv[-1]).read())", code=2)
    web.pages["/site.yml"] = b"- hosts: all"
    lines = await node.run(ordering(ANSIBLE, "playbook", playbook=f"{web.url}/site.yml"))
    assert one(lines, "attempt-finished")["exitCode"] == 2
    assert text_of(lines) == "- hosts: all\n"


async def test_a_playbook_from_s3(node: Node, fakes: FakePrograms) -> None:
    fakes.make("aws", 'open(sys.argv[-1], "w").write("from s3")')
    fakes.make("ansible-playbook", "print(open(sys.argv[-1]).read())")
    lines = await node.run(ordering(ANSIBLE, "playbook", playbook="s3://bucket/site.yml"))
    assert text_of(lines) == "from s3\n"
    assert fakes.words()[0][:5] == [
        "aws",
        "s3",
        "cp",
        "--only-show-errors",
        "s3://bucket/site.yml",
    ]


async def test_a_playbook_that_is_not_there(node: Node, fakes: FakePrograms) -> None:
    fakes.make("ansible-playbook")
    lines = await node.run(ordering(ANSIBLE, "playbook", playbook="/nowhere/site.yml"))
    assert ended(lines) == ("failure", "exit-code")
    assert one(lines, "run-finished")["reason"].endswith("there is no playbook /nowhere/site.yml")
    assert text_of(lines, "stderr") == "courier: there is no playbook /nowhere/site.yml\n"
    assert fakes.words() == []


async def test_an_inventory_that_is_not_there(
    node: Node, fakes: FakePrograms, tmp_path: Path
) -> None:
    fakes.make("ansible-playbook")
    put_text(tmp_path / "site.yml", "")
    args = {"playbook": str(tmp_path / "site.yml"), "inventory": "/nowhere/hosts"}
    lines = await node.run(ordering(ANSIBLE, "playbook", **args))
    assert one(lines, "attempt-finished")["reason"] == "there is no inventory /nowhere/hosts"
    assert fakes.words() == []


RECAP = "\nPLAY RECAP ******\n"
PLAYED = "web1   : ok=1    changed=0    unreachable=0    failed=0    skipped=0"
FAILED = "\x1b[0;31mweb2\x1b[0m   : ok=1    changed=0    unreachable=0    failed=2    skipped=0"
MISSED = "web3   : ok=1    changed=0    unreachable=1    failed=0    skipped=0"


@pytest.mark.parametrize(
    ("code", "out", "err", "reason"),
    [
        (0, f"{RECAP}{PLAYED}\n", "", ""),
        (0, "no recap", "", ""),
        (0, f"{RECAP}\n", "", NOTHING_PLAYED),
        (2, f"{RECAP}{PLAYED}\n{FAILED}", "", "ended with exit code 2: a task failed on web2"),
        (4, RECAP + MISSED, "", "ended with exit code 4: web3 cannot be reached"),
        (4, "", "[ERROR]: no YAML.\nOrigin", "ended with exit code 4: no YAML"),
        (1, "", "ERROR! no locale", "ended with exit code 1: no locale"),
        (9, "", "", ""),
    ],
)
def test_how_a_playbook_fared(code: int, out: str, err: str, reason: str) -> None:
    assert explained(code, out, err) == reason


async def test_a_playbook_that_did_nothing_is_a_failure(
    node: Node, fakes: FakePrograms, tmp_path: Path
) -> None:
    fakes.make("ansible-playbook", f"print({'x' * 20_000 + RECAP!r})")
    put_text(tmp_path / "site.yml", "")
    lines = await node.run(ordering(ANSIBLE, "run", playbook=str(tmp_path / "site.yml")))
    assert ended(lines) == ("failure", "step-failed")
    assert one(lines, "attempt-finished")["reason"] == NOTHING_PLAYED


async def test_letters_that_ansible_does_not_take_are_replaced(
    tmp_path: Path, fakes: FakePrograms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "xx_XX.UTF-8")
    fakes.make("ansible-playbook", 'import os; print(os.environ["LC_ALL"])')
    put_text(tmp_path / "site.yml", "")
    async with runner_inside(tmp_path / "runner") as (_, (node,)):
        lines = await node.run(ordering(ANSIBLE, "run", playbook=str(tmp_path / "site.yml")))
    assert text_of(lines) == "C.UTF-8\n"


@pytest.mark.parametrize(
    ("code", "meaning"),
    [(35, "a recipe has scheduled a reboot"), (172, "its license is not accepted")],
)
async def test_what_exit_codes_of_chef_mean(
    node: Node, fakes: FakePrograms, code: int, meaning: str
) -> None:
    fakes.make("chef-client", code=code)
    told = one(await node.run(ordering(CHEF, "run")), "attempt-finished")
    assert (told["status"], told["reasonCode"]) == ("failure", "exit-code")
    assert told["reason"].startswith(f"ended with exit code {code}: {meaning}")


async def test_a_stopped_program_may_tidy_up_and_nothing_of_ours_stays(
    node: Node, fakes: FakePrograms, tmp_path: Path
) -> None:
    """SIGTERM reaches the program as well as our helper, which waits for it."""
    fakes.make(
        "ansible-playbook",
        """
import signal, time
def tidy(*_):
    print("tidied up", flush=True)
    sys.exit(7)
signal.signal(signal.SIGTERM, tidy)
print(sys.argv[sys.argv.index("--extra-vars") + 1], flush=True)
signal.pause()
""",
    )
    playbook = tmp_path / "site.yml"
    put_text(playbook, "")
    args = {"playbook": str(playbook), "extraVars": {"a": 1}}
    order = node.order(ordering(ANSIBLE, "playbook", **args))
    async with node.ordered(order) as lines:
        said = await until(lines, says("@"))
        await node.delete(order["runId"])
        assert "tidied up" in (await until(lines, says("tidied")))["text"]
        run = await until(lines, is_type("run-finished"))
    assert run["status"] == "canceled"
    assert not names_in_if_there(Path(said["text"].strip().removeprefix("@")).parent)


def names_in_if_there(folder: Path) -> list[str]:
    return names_in(folder) if folder.is_dir() else []


# ---- commands that cannot be understood


@pytest.mark.parametrize(
    ("name", "command", "said"),
    [
        (CHEF, {"exec": "converge"}, '"exec" is "converge", not one of run, download'),
        (CHEF, {"exec": "run", "args": {"mode": "solo"}}, '"args.mode" is "solo", not one of'),
        (CHEF, {"exec": "run", "args": {"config": ["x"]}}, '"args.config" is a list, not text'),
        (CHEF, {"exec": "download"}, '"args.cookbooks" is missing'),
        (INSPEC, {"exec": "scan"}, '"args.path" is missing; scan needs it'),
        (INSPEC, {"exec": "scan", "args": {"path": "p", "source": "x"}}, 'not "automate"'),
        (
            INSPEC,
            {"exec": "scan", "args": {"path": "p", "source": "automate", "username": "a"}},
            '"args.token" is missing',
        ),
        (INSPEC, {"exec": "scan", "args": {"path": "p", "minSuccess": 101}}, "from 0 to 100"),
        (INSPEC, {"exec": "scan", "args": {"path": "p", "minSuccess": "all"}}, "from 0 to 100"),
        (
            INSPEC,
            {"exec": "scan", "args": {"path": "p", "reporterFileName": ".."}},
            "no name of a file",
        ),
        (ANSIBLE, {"exec": "playbook"}, '"args.playbook" is missing'),
        (
            ANSIBLE,
            {"exec": "playbook", "args": {"playbook": "p", "become": 3}},
            '"args.become" is 3, not true or false',
        ),
        (
            ANSIBLE,
            {"exec": "playbook", "args": {"playbook": "p", "verbosity": 9}},
            '"args.verbosity" is 9, not 0 to 4',
        ),
        (
            ANSIBLE,
            {"exec": "playbook", "args": {"playbook": "p", "extraVars": "{"}},
            '"args.extraVars" is no JSON object',
        ),
    ],
)
async def test_a_command_that_cannot_be_understood_starts_nothing(
    node: Node, fakes: FakePrograms, name: str, command: object, said: str
) -> None:
    for program in ("chef-client", "inspec", "ansible-playbook"):
        fakes.make(program)
    lines = await node.run(step("unused", interpreter={"name": name}, command=command))
    told = one(lines, "step-finished")
    assert (told["status"], told["numAttempts"]) == ("failure", 0)
    assert said in told["reason"]
    assert fakes.words() == []
