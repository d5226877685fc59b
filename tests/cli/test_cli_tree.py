"""The tree as a whole: every command is there, says what it does, and shows an example."""

from collections.abc import Iterator

import click
import pytest
from cli_outcome import Courier

from courier_backend.cli.root import root


def leaves(command: click.Command, *path: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from leaves(found, *path, name)
    else:
        yield path, command


LEAVES = dict(leaves(root))
CHEF = """
scheduler jobs add-job
scheduler jobs get-job
scheduler jobs get-head
scheduler jobs list-jobs
scheduler jobs update-job
scheduler jobs delete-job
scheduler jobs cancel-job
scheduler jobs activated-job
scheduler jobs create-manual-job
scheduler jobs get-pastDueJobs
scheduler jobs estimate-run-times
scheduler exceptions add-rule
scheduler exceptions get-rule
scheduler exceptions list-rules
scheduler exceptions update-rule
scheduler exceptions delete-rule
state instance create-instance
state instance complete-instance
state instance get-instance
state instance list-all
state instance list-instance-runs
state run get-run
state run received-run
state run timeout-run
state run complete-run
state run update-step
state run attach-step-attempt-evidence
state run list-steps
state run get-step-attempt-evidence
management node find-all-nodes
management node find-one-node
status get-status
"""


@pytest.mark.parametrize("path", [" ".join(path) for path in LEAVES])
def test_help_of_every_command_shows_an_example(courier: Courier, path: str) -> None:
    outcome = courier(*path.split(), "--help")

    assert (outcome.code, outcome.err) == (0, "")
    assert f"Usage: courier {path}" in outcome.out
    assert "Example:\n" in outcome.out
    assert all(len(line) <= 80 for line in outcome.out.splitlines())


@pytest.mark.parametrize("path", [line for line in CHEF.splitlines() if line])
def test_chefs_tree_is_whole(path: str) -> None:
    assert tuple(path.split()) in LEAVES


READING = {
    "plan", "wait", "logs", "doctor", "completion", "help", "version", "evidence verify",
    "jobs next", "backend status", "lab status", "get-default-profile", "list-profile-names",
    "scheduler jobs estimate-run-times", "scheduler jobs get-pastDueJobs", "status get-status",
    "filters test", "management node approve-node",
    "backend run",  # does nothing but run, as `runner` does
}  # fmt: skip
READS = ("list", "show", "get-", "list-", "find-", "run-")
"""How the others begin that change nothing."""


def options_of(command: click.Command) -> set[str]:
    return {name for param in command.params for name in param.opts}


@pytest.mark.parametrize("path", [" ".join(path) for path in LEAVES])
def test_whatever_changes_something_can_be_rehearsed(path: str) -> None:
    reads = path in READING or path.rpartition(" ")[2].startswith(READS)
    reads &= path != "evidence get"
    assert ("--dry-run" in options_of(LEAVES[tuple(path.split())])) is not reads


@pytest.mark.parametrize("path", [" ".join(path) for path in LEAVES])
def test_answers_come_in_every_format(path: str) -> None:
    command = LEAVES[tuple(path.split())]
    found = [param for param in command.params if param.name == "format"]
    if path in {"completion", "help", "version"}:
        assert not found
        return
    [option] = found
    assert isinstance(option.type, click.Choice)
    assert {"json", "yaml", "table"} <= set(option.type.choices)
    pages = {"--pagination.page", "--page"} & options_of(command)
    if pages or path.endswith((" list", " list-rules")):
        assert "csv" in option.type.choices
        assert "--columns" in options_of(command)


@pytest.mark.parametrize("path", [path for path in map(" ".join, LEAVES) if "instance" in path])
def test_chefs_flags_are_everywhere(path: str) -> None:
    options = options_of(LEAVES[tuple(path.split())])
    assert {"--format", "--profile", "--verbose"} <= options


@pytest.mark.parametrize("kind", ["job", "instance", "run", "step", "node", "event", "exception"])
@pytest.mark.parametrize("verb", ["list", "show"])
def test_singular_and_plural_are_the_same(courier: Courier, kind: str, verb: str) -> None:
    one, many = courier(kind, verb, "--help"), courier(f"{kind}s", verb, "--help")

    assert one.code == many.code == 0
    assert one.out.replace(f"courier {kind} ", f"courier {kind}s ") == many.out


def test_help_is_grouped(courier: Courier) -> None:
    told = courier("--help").out

    sections = [
        "Work:",
        "Look:",
        "Fleet:",
        "Evidence:",
        "This machine:",
        "Chef's tree, word for word:",
    ]
    places = [told.index(section) for section in sections]
    assert places == sorted(places)
    assert courier("-h").out == told


def test_help_in_words(courier: Courier) -> None:
    assert courier("help").out == courier("--help").out
    assert courier("help", "scheduler", "jobs").out == courier("scheduler", "jobs", "-h").out
    assert courier("help", "nothing").error["message"] == "`courier` has no command 'nothing'."


def test_version(courier: Courier) -> None:
    quick, slow = courier("--version"), courier("--verbose", "--version")

    assert quick.out == slow.out == "courier 0.1.0\n"
    assert courier("version").out == quick.out


def test_a_word_that_is_nearly_right(courier: Courier) -> None:
    assert (
        courier("scheduler", "jobs", "list-job")
        .error["hint"]
        .startswith("Did you mean 'list-jobs'?")
    )


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(courier: Courier, shell: str) -> None:
    outcome = courier("completion", shell)

    assert outcome.code == 0
    assert "_COURIER_COMPLETE" in outcome.out
    assert shell in outcome.err


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("courier scheduler jobs ca", ["cancel-job"]),
        ("courier ba", ["backend"]),
        ("courier jobs list --stat", ["--status"]),
        ("courier jobs list --status in", ["inactive"]),
    ],
)
def test_completion_completes(
    courier: Courier,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: str,
    expected: list[str],
) -> None:
    monkeypatch.setenv("_COURIER_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(words.count(" ")))

    with pytest.raises(SystemExit) as left:
        courier()

    assert left.value.code == 0
    told = capsys.readouterr().out.splitlines()
    assert [line.partition(",")[2] for line in told] == expected
