"""The command reference, the README's list and every `--help` agree: all come from the code."""

import os
import subprocess
import sys

import pytest

from docs.make import PROGRAM, README, REFERENCE, help_of, reference, sections, with_summary

HINT = "`make reference` writes it anew"


def test_the_reference_is_what_the_code_says() -> None:
    assert REFERENCE.read_text(encoding="utf-8") == reference(), HINT


def test_the_readme_lists_every_command() -> None:
    text = README.read_text(encoding="utf-8")
    assert text == with_summary(text), HINT
    for names in sections().values():
        assert all(f"[`{name}`]" in text for name in names)


@pytest.mark.parametrize(
    "words",
    ["", "run", "jobs", "jobs list", "scheduler jobs add-job", "state run update-step",
     "register-device", "runner", "backend install"],
)  # fmt: skip
def test_help_says_the_same(words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "courier_backend", *words.split(), "--help"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "COLUMNS": "80"},
    )
    told = done.stdout.strip()
    assert told == help_of(tuple(words.split())).strip()
    if words:
        assert f" {PROGRAM} {words}\n\n```text\n{told}\n```" in reference()
