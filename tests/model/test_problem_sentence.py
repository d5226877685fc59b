"""Problems as sentences; and that the words of the command line are cheap to import."""

import subprocess
import sys

import pytest

from courier_backend.model.problems import path_text, problem_item, problem_sentence, shown
from courier_backend.model.suggest import nearest


def test_a_problem_is_one_sentence() -> None:
    problem = problem_item(
        '"rollin" is not one of batching, rolling',
        ("target", "groups", 0, "distributionMethod"),
        (12, 31),
        did_you_mean="rolling",
    )
    words = '"rollin" is not one of batching, rolling; did you mean "rolling"?'
    assert problem_sentence(problem) == f"target.groups[0].distributionMethod (line 12): {words}"
    assert problem_sentence(problem, "job.json") == (
        f"target.groups[0].distributionMethod (job.json, line 12): {words}"
    )


def test_a_problem_of_the_whole_file_says_the_column() -> None:
    assert problem_sentence(problem_item("is odd", (), (3, 7))) == "line 3, column 7: is odd"
    assert problem_sentence(problem_item("is odd", (), (3, 7)), "a.json") == (
        "a.json, line 3, column 7: is odd"
    )
    assert problem_sentence(problem_item("the file is empty"), "a.json") == (
        "a.json: the file is empty"
    )
    assert problem_sentence(problem_item("the file is empty")) == "the file is empty"
    assert problem_sentence(problem_item("is missing", ("name",))) == "name: is missing"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((), ""),
        (("a", 0, "b"), "a[0].b"),
        ((0, 1), "[0][1]"),
        (("a", "b c", "d.e", ""), 'a["b c"]["d.e"][""]'),
        (("x-y", "1a"), 'x-y["1a"]'),
    ],
)
def test_paths(path: tuple[str | int, ...], text: str) -> None:
    assert path_text(path) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", '"a"'),
        ("ä", '"ä"'),
        ("a\n\x1b[31m", '"a\\n\\u001b[31m"'),
        ("\ud800", '"\\ud800"'),
        (True, "true"),
        (None, "null"),
        ([1], "a list"),
        ({}, "an object"),
    ],
)
def test_values_in_sentences(value: object, text: str) -> None:
    assert shown(value) == text


def test_long_values_are_shortened() -> None:
    assert len(shown("x" * 10_000)) == 60


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("node", "nodes"),
        ("SAVEDLIST", "savedList"),
        ("saved_list", "savedList"),
        ("nodez", "nodes"),
        ("savedF", "savedFilter"),
        ("saved", "savedList"),
        ("", ""),
        ("zebra", ""),
        ("n" * 1000, ""),
    ],
)
def test_the_nearest_word(word: str, meant: str) -> None:
    assert nearest(word, ["nodes", "filter", "savedFilter", "savedList", ""]) == meant


def loaded(code: str) -> set[str]:
    """The top modules that a fresh Python has loaded after some code."""
    script = f"{code}\nimport sys\nprint(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_sentences_need_no_pydantic() -> None:
    modules = loaded("import courier_backend.model.problems")
    assert not modules & {"pydantic", "ruamel", "difflib", "yaml"}


def test_json_needs_no_yaml() -> None:
    code = "from courier_backend.model.parse import parse_job\nparse_job('{', 'json')"
    assert not loaded(code) & {"ruamel", "tomllib", "yaml", "difflib"}
