"""Jobs written as files."""

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from job_samples import changed, definition, parsed

from courier_backend.model.dump import dump_job
from courier_backend.model.errors import BadInput
from courier_backend.model.parse import parse_job
from courier_backend.model.reading.yaml_reader import read_yaml
from courier_backend.model.writing.yaml_writer import write_yaml

SCRIPT = "set -e\n\n  echo 'äöü'  \nif true; then\n\techo $HOME\nfi\n"
ARGUMENTS = "actions.steps.0.failureBehavior.retryBackoffStrategy.arguments"


def test_scripts_stay_readable() -> None:
    normal = changed(("actions.steps.0.command.linux", [SCRIPT, "echo a: b"]))
    yaml = dump_job(normal, "yaml")
    assert "          - |\n            set -e\n\n              echo" in yaml
    assert '- "echo a: b"' in yaml
    assert '"""\nset -e\n\n  echo' in dump_job(normal, "toml")


def test_unicode_is_written_as_it_is() -> None:
    normal = changed(("name", "Größe ✓ 日本"))
    for body_format in ("json", "yaml", "toml"):
        assert "Größe ✓ 日本" in dump_job(normal, body_format)


def test_toml_leaves_out_what_is_null() -> None:
    job = parsed(definition()).job
    assert job is not None
    group = tomllib.loads(dump_job(job.normal(), "toml"))["target"]["groups"][0]
    assert "filter" not in group
    assert "nodeIdentifiers" in group


def test_a_null_inside_a_list_cannot_be_toml() -> None:
    normal = changed((ARGUMENTS, [1, None]))
    with pytest.raises(BadInput, match=r"arguments\[1\] is null, which TOML cannot say"):
        dump_job(normal, "toml")
    assert dump_job(normal, "yaml")


def test_a_format_that_is_none() -> None:
    with pytest.raises(BadInput, match='"xml" is no format'):
        dump_job({}, "xml")


WORDS = [
    "", " ", "a ", " a", "yes", "No", "on", "null", "~", "true", "1", "1.0", "0x1f", "1e3", ".5",
    "-", "- a", "?", ": ", "a: b", "a #b", "#a", "&a", "*a", "!a", "|", ">", "%a", "@a", "`a`",
    "'a'", '"a"', "{a}", "[a]", ",", "<<", "---", "...", "=", "2024-01-31", "a\nb", "a\n", "\na",
    "a\n\n\n", " a\n b", "\ta\nb", "a\r\nb", "a\rb", "a\x85b\nc", "a\u2028b", "\ufeffa\nb",
    "\x7f", "a\x1b[0m", "😀\n", "😀\u200b", "\\", '\\n"', "a\n \nb", "a\n\t\nb", "\n", "\n\n",
    "a\n\x07", "\ufffe", "x" * 200, "x\n" + "y" * 2000, "key: |\n  x", "# no\n# comment\n",
    "--- a\n", "a:\n",
]  # fmt: skip


@pytest.mark.parametrize("word", WORDS)
def test_every_text_survives_yaml(word: str) -> None:
    value = {"a": word, "b": [word, [word], {"k": word}], "c": {word[:100]: 1}}
    assert read_yaml(write_yaml(value)).value == value


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"), max_size=20)
    | st.sampled_from(WORDS),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=8), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=8), PLAIN, min_size=1))
@settings(max_examples=150)
def test_every_value_survives_yaml(value: dict[str, object]) -> None:
    assert read_yaml(write_yaml(value)).value == value


@given(st.lists(PLAIN, max_size=4))
@settings(max_examples=60)
def test_free_arguments_survive_json_and_yaml(arguments: list[object]) -> None:
    job = parsed(changed((ARGUMENTS, arguments))).job
    if job is None:  # characters that no field may hold
        assert any(mark in repr(arguments) for mark in ("\\x00", "\\ud"))
        return
    for body_format in ("json", "yaml"):
        again = parse_job(dump_job(job.normal(), body_format), body_format).job
        assert again == job
