"""What a terminal, a pipe and a program see; and that nothing ends in a traceback."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import cli_samples as sample
import pytest
from cli_backend import Backend, events, item, page, problem
from cli_outcome import Courier

STATE = "/courier/state-api/v1"
INSTANCE = f"{STATE}/instance/{sample.INSTANCE_ID}"
RUN = f"{STATE}/run/{sample.RUN_ID}"
JOBS = "/courier/scheduler-api/v1/jobs"
PROGRAM = [sys.executable, "-m", "courier_backend"]


def in_a_terminal(*arguments: str, **variables: str) -> tuple[int, str]:
    """Exit code, and all that a terminal was sent."""
    ours, theirs = pty.openpty()
    env = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", "LINES": "30", **variables}
    with subprocess.Popen(
        [*PROGRAM, *arguments], stdin=theirs, stdout=theirs, stderr=theirs, env=env
    ) as child:
        os.close(theirs)
        parts = []
        try:
            while part := os.read(ours, 65536):
                parts.append(part)
        except OSError:  # how Linux says that nobody holds the other end any more
            pass
        finally:
            os.close(ours)
    return child.returncode, b"".join(parts).decode()


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", text).replace("\r\n", "\n")


class TestTerminal:
    def test_an_error_is_a_sentence(self) -> None:
        code, told = in_a_terminal("jobs", "lst")
        assert code == 2
        assert plain(told).splitlines() == [
            "Error: `courier jobs` has no command 'lst'.",
            "Did you mean 'list'? `courier jobs --help` lists them.",
        ]

    def test_the_only_problem_is_told_once(self, backend: Backend, tmp_path: Path) -> None:
        (tmp_path / "job.json").write_text('{"name": ')
        found = {"severity": "error", "path": "", "line": 1, "column": 10, "didYouMean": ""}
        one = [{**found, "message": "this is not JSON: it ends"}]
        sentence = "job.json, line 1, column 10: this is not JSON: it ends"
        refused = problem(422, "bad-input", sentence, problems=one)
        backend.on("POST", "/courier/scheduler-api/v1/submissions", refused)
        told = in_a_terminal("run", str(tmp_path / "job.json"))[1]
        assert plain(told) == f"Error: {sentence}\n"

    def test_an_error_is_json_when_json_was_asked_for(self) -> None:
        assert in_a_terminal("jobs", "lst", "--format", "json")[1].startswith('{"error": {')

    def test_tables_have_colours_unless_told_otherwise(self, backend: Backend) -> None:
        backend.on("GET", JOBS, page(sample.job()))

        coloured = in_a_terminal("jobs", "list")[1]
        sober = in_a_terminal("jobs", "list", NO_COLOR="1")[1]

        assert "\x1b[32m✓ completed" in coloured
        assert not re.search(r"\x1b\[[0-9;]*3[0-9]", sober)
        assert plain(coloured) == plain(sober)
        assert all(len(line) <= 100 for line in plain(sober).splitlines())

    def test_output_of_a_step_cannot_command(self, backend: Backend) -> None:
        said = "\x1b]0;yours\x07\x1b[2J\x1b[31mred\n"
        part = {"nextOffset": len(said), "text": said, "final": True}
        backend.on("GET", f"{RUN}/steps", page(sample.step(1, sample.attempt())))
        backend.on("GET", f"{RUN}/step/1/attempt/1/output", item(part))

        arguments = ("logs", sample.RUN_ID, "--stream", "stdout")
        told = in_a_terminal(*arguments)[1]
        piped = subprocess.run([*PROGRAM, *arguments], capture_output=True, check=True).stdout

        assert told == "── step 1 sleep\r\n\x1b[31mred\r\n\x1b[0m"
        assert piped.decode() == said

    def test_watching_draws_a_bar_and_tells_failures(self, backend: Backend) -> None:
        backend.on("GET", "/courier/stats-api/v1/overview", item({"lastSeq": 10}))
        backend.on(
            "GET", INSTANCE, item(sample.instance("running")), item(sample.instance("failure"))
        )
        runs = [sample.run(status="running"), sample.run(sample.OTHER_RUN_ID, status="pending")]
        backend.on("GET", f"{INSTANCE}/runs", page(*runs))
        failed = sample.event(
            11, "run-finished", sample.RUN_ID, status="failure", reason="exit [/] code 1"
        )
        done = sample.event(12, "run-finished", sample.OTHER_RUN_ID, status="success")
        ended = sample.event(13, "instance-changed", status="failure")
        backend.on("GET", "/events", events(failed, done, ended))
        backend.on("POST", f"{INSTANCE}/retry", item(sample.submitted(), 201))

        code, told = in_a_terminal("retry", sample.INSTANCE_ID, "--watch")

        shown = plain(told)
        assert code == 1
        assert "✗ web-1: failure, exit [/] code 1" in shown
        assert re.search(r"Group 0 ━+ 2/2 ✓ 1 success  ✗ 1 failure", shown)
        assert "Instance befe88f3-ac3f-4bad-9e1a-6017332929ab: failure; " in shown
        assert "\x1b[?25h" in told  # the cursor is back


class TestPipes:
    def test_a_reader_that_leaves_is_no_error(self, backend: Backend) -> None:
        backend.on("GET", JOBS, page(*[sample.job(description="x" * 100_000)] * 20))
        with subprocess.Popen(
            [*PROGRAM, "scheduler", "jobs", "list-jobs"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as child:
            assert child.stdout is not None
            assert child.stderr is not None
            child.stdout.read(10)
            child.stdout.close()
            told = child.stderr.read()
        assert (child.returncode, told) == (0, b"")

    def test_a_full_disk_behind_stdout(self, backend: Backend) -> None:
        backend.on("GET", JOBS, page(sample.job()))
        with Path("/dev/full").open("w") as full:
            done = subprocess.run(
                [*PROGRAM, "scheduler", "jobs", "list-jobs"],
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
        assert done.returncode == 1
        assert "The answer cannot be written: no space left on device." in done.stderr
        assert done.stderr.count("\n") == 1

    def test_nobody_reads_at_all(self) -> None:
        done = subprocess.run(
            ["/bin/sh", "-c", '"$@" >&- 2>&-', "sh", *PROGRAM, "jobs", "lst"], check=False
        )
        assert done.returncode == 2

    def test_a_narrow_encoding(self, backend: Backend) -> None:
        backend.on("GET", JOBS, page(sample.job(name="日本 ünique")))
        env = {**os.environ, "PYTHONIOENCODING": "ascii"}

        table = subprocess.run([*PROGRAM, "jobs", "list"], capture_output=True, env=env, check=True)
        answer = subprocess.run(
            [*PROGRAM, "jobs", "list", "--format", "json"],
            capture_output=True,
            env=env,
            check=True,
        )

        assert b"+ completed" in table.stdout
        assert b"\\u65e5\\u672c \\xfcnique" in table.stdout
        assert b'"name": "\\u65e5\\u672c \\u00fcnique"' in answer.stdout


class TestTheUnforeseen:
    @pytest.fixture(autouse=True)
    def trouble(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*_arguments: object) -> None:
            raise RuntimeError("two\nlines")

        monkeypatch.setattr("courier_backend.cli.session.Session.connect", fail)

    def test_is_one_sentence_and_kept(self, courier: Courier, courier_home: Path) -> None:
        outcome = courier("jobs", "list")

        log = courier_home / "state" / "log" / "cli.log"
        assert outcome.code == 1
        assert outcome.error["message"] == "Something unforeseen went wrong: two lines."
        assert outcome.error["hint"] == f"Its traceback stands in {log}; --verbose shows it."
        assert "RuntimeError: two\nlines" in log.read_text()

    def test_is_shown_when_asked_for(self, courier: Courier) -> None:
        told = courier("jobs", "list", "--verbose").err
        assert told.startswith("Traceback (most recent call last):")
        assert '{"error": ' in told.splitlines()[-1]

    def test_where_nothing_can_be_written(self, courier: Courier, courier_home: Path) -> None:
        courier_home.write_text("a file")
        assert "could not be kept" in courier("jobs", "list").error["hint"]


def test_verbose_shows_requests(backend: Backend, courier: Courier) -> None:
    backend.on("GET", JOBS, page())
    told = courier("jobs", "list", "-v").err
    assert told.splitlines()[0].startswith(f"GET {backend.url}{JOBS}?pagination.page=1")


class TestApp:
    def test_opens_without_a_command(
        self, backend: Backend, courier: Courier, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        opened: list[dict[str, str]] = []

        def run(_places: object, **named: str) -> int:
            opened.append(named)
            return 7

        monkeypatch.setattr("courier_backend.cli.app.is_terminal", lambda _stream: True)
        monkeypatch.setattr("courier_tui.app.run", run)

        assert courier().code == 7
        assert courier("--url", backend.url, "--token-file", "t").code == 7
        assert opened == [
            {"url": "", "token_file": ""},
            {"url": backend.url, "token_file": "t"},
        ]


class TestProfiles:
    def test_a_profile_names_a_backend(
        self,
        backend: Backend,
        courier: Courier,
        courier_home: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        backend.on("GET", JOBS, page(sample.job()))
        monkeypatch.delenv("COURIER_URL")
        (courier_home / "config").mkdir(parents=True)
        (courier_home / "token").write_text("the-token")
        (courier_home / "config" / "config.toml").write_text(
            f'[profiles.far]\nurl = "{backend.url}"\ntoken_file = "{courier_home / "token"}"\n'
        )

        assert courier("jobs", "list", "--profile", "far").code == 0
        wrong = courier("jobs", "list", "--profile", "fra")
        assert wrong.code == 2
        assert wrong.error["hint"] == "Did you mean 'far'?"

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("[profiles.far]\nurl = 7\n", "the profile 'far' needs url"),
            ("profiles = ", "is not TOML"),
        ],
    )
    def test_a_bad_one(self, courier: Courier, courier_home: Path, text: str, words: str) -> None:
        (courier_home / "config").mkdir(parents=True)
        (courier_home / "config" / "config.toml").write_text(text)
        outcome = courier("jobs", "list", "--profile", "far")
        assert outcome.code == 2
        assert words in outcome.error["message"]

    def test_names_of_existing_scripts_mean_this_machine(
        self, backend: Backend, courier: Courier
    ) -> None:
        backend.on("GET", JOBS, page())
        assert courier("scheduler", "jobs", "list-jobs", "--profile", "admin").code == 0


@pytest.mark.parametrize("name", ["chef-courier-cli", "chef-node-management-cli"])
def test_other_names_for_us(tmp_path: Path, name: str) -> None:
    script = tmp_path / name
    script.write_text(
        f"#!{sys.executable}\nimport sys\nfrom courier_backend.cli.main import main\n"
        "sys.exit(main())\n"
    )
    script.chmod(0o755)
    done = subprocess.run(
        [script, "management", "node", "find-all-nodes", "--help"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert f"Usage: {name} management node find-all-nodes" in done.stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("jobs list --limit 0", "0 is not between 1 and 10000"),
        ("scheduler jobs list-jobs --pagination.size 0", "0 is less than 1, the least"),
        ("runs list --group 1", "--group is one of an instance: give --instance, too."),
    ],
)
def test_ranges_are_told_in_words(courier: Courier, words: str, told: str) -> None:
    outcome = courier(*words.split())
    assert outcome.code == 2
    assert told in outcome.error["message"]
