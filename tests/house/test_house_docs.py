"""The documents say what is so: their commands, targets and files exist."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from courier_backend.model.inventory.read import read_inventory
from courier_backend.model.parse import parse_job

ROOT = Path(__file__).parents[2]
GUIDES = sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))
DOCUMENTS = ["docs/chef-scripts.md", "README.md", "CONTRIBUTING.md", "CHANGELOG.md", *GUIDES]
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)\)|src=\"(?!https?:)([^\"]+)\"")
TARGET = re.compile(r"(?:^|`|\$ )make ([a-z][a-z-]*)", re.MULTILINE)
COURIER = re.compile(r"(?:^|`|\$ )courier((?: [a-z][a-zA-Z-]*)*)", re.MULTILINE)
WORDS_AT_MOST = 3


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def code_of(name: str) -> str:
    """What stands in code spans and blocks."""
    text = text_of(name)
    return "\n".join([*FENCE.findall(text), *re.findall(r"`[^`\n]+`", text)])


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(name: str) -> None:
    links = [one or other for one, other in LINK.findall(text_of(name))]
    folder = (ROOT / name).parent
    assert [link for link in links if not (folder / link).exists()] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_targets_exist(name: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", text_of("Makefile"), re.MULTILINE))
    assert set(TARGET.findall(code_of(name))) <= targets


@pytest.mark.parametrize("name", DOCUMENTS)
def test_commands_exist(name: str) -> None:
    commands = {tuple(words.split()[:WORDS_AT_MOST]) for words in COURIER.findall(code_of(name))}
    unknown = [command for command in sorted(commands) if not _is_known(command)]
    assert unknown == []


def test_the_job_in_the_readme_is_right() -> None:
    (text,) = re.findall(r"^```yaml\n(.*?)^```", text_of("README.md"), re.MULTILINE | re.DOTALL)
    parsed = parse_job(text, "yaml")
    assert parsed.problems == []
    assert parsed.job is not None


def test_the_job_with_a_secret_is_right() -> None:
    fence = r"^```yaml\n(.*?)^```"
    (text,) = re.findall(fence, text_of("docs/sensitive-values.md"), re.MULTILINE | re.DOTALL)
    parsed = parse_job(text, "yaml", inputs={"PASSWORD": "correct-horse"})
    assert parsed.problems == []
    assert parsed.job is not None


def test_the_job_in_the_page_about_targets_is_right() -> None:
    blocks = re.findall(
        r"^```yaml\n(.*?)^```", text_of("docs/targets.md"), re.MULTILINE | re.DOTALL
    )
    parsed = parse_job(blocks[0], "yaml")
    assert parsed.problems == []
    for text, kind in ((blocks[1], "yaml"), (_ini_of("docs/targets.md"), "ini")):
        found = read_inventory(text, kind)
        assert (len(found.nodes), found.problems) == (1, [])


def _ini_of(name: str) -> str:
    (text,) = re.findall(r"^```ini\n(.*?)^```", text_of(name), re.MULTILINE | re.DOTALL)
    return str(text)


@pytest.mark.parametrize(("language", "name"), [("python", "python"), ("toml", "python.toml")])
def test_the_worked_example_is_the_interpreter_that_ships(language: str, name: str) -> None:
    fence = rf"^```{language}\n(.*?)^```"
    (text,) = re.findall(fence, text_of("CONTRIBUTING.md"), re.MULTILINE | re.DOTALL)
    assert text == text_of(f"courier_backend/runner/interpreters/shipped/{name}")


def _is_known(words: tuple[str, ...]) -> bool:
    done = subprocess.run(
        [sys.executable, "-m", "courier_backend", *words, "--help"],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode == 0
