"""Why a program failed, in words, from its exit code and the ends of its output."""

from collections.abc import Mapping
from typing import Final

from courier_backend.runner.interpreters.helpers.work import SPEAKER
from courier_backend.runner.interpreters.interpreter import Explain

LICENSE: Final = "its license is not accepted (CHEF_LICENSE in the runner's environment)"
CHEF_CLIENT_CODES: Final = {
    35: "a recipe has scheduled a reboot",
    37: "a recipe needs a reboot",
    41: "the reboot that a recipe wanted failed",
    43: "its configuration cannot be used",
    172: LICENSE,
    213: "it has upgraded itself; the next run is made by the new one",
}
INSPEC_CODES: Final = {
    1: "it could not scan",
    5: "the signature of the profile is not right",
    100: "a control failed",
    172: LICENSE,
    174: "it has no license (args.licenseKey)",
}


def by_code(words: Mapping[int, str]) -> Explain:
    """What our helper said at last, or what the exit code means."""

    def explain(exit_code: int, _out: str, err: str) -> str:
        return helpers_word(exit_code, err) or with_code(exit_code, words.get(exit_code, ""))

    return explain


def helpers_word(exit_code: int, err: str) -> str:
    """The sentence with which our helper gave up, if it did."""
    last = err.rstrip("\n").rpartition("\n")[2]
    return last.removeprefix(SPEAKER) if exit_code and last.startswith(SPEAKER) else ""


def with_code(exit_code: int, why: str) -> str:
    """A failure, and what it means; empty without that."""
    return f"ended with exit code {exit_code}: {why}" if exit_code and why else ""
