"""Values in command lines: what is a template, what it becomes, what is left alone."""

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courier_backend.model.template import (
    TemplateFault,
    filled,
    references_in,
    texts_in,
    undotted_in,
    with_texts,
)

VALUES = {"X": "it's", "node.platform": "ubuntu", "EMPTY": ""}
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=30)


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("no template", "no template"),
        ("a {{.X}} b", "a it's b"),
        ("{{ .X }}{{.X}}", "it'sit's"),
        ("{{.node.platform}}", "ubuntu"),
        ("<{{.EMPTY}}>", "<>"),
        ("{{quote .X}}", "'it'\"'\"'s'"),
        ("{{ quote  .X }}", "'it'\"'\"'s'"),
        ("{{.X | quote}}", "'it'\"'\"'s'"),
        ("{{ .X|quote }}", "'it'\"'\"'s'"),
        ("{{quote .EMPTY}}", "''"),
        ("{{{.X}}}", "{it's}"),
        ("{{`{{.Names}}`}}", "{{.Names}}"),
        ('{{"{{"}}.X}}', "{{.X}}"),
        ("{{ jinja }} {{end}} {{.}} {{}} }} {{", "{{ jinja }} {{end}} {{.}} {{}} }} {{"),
        ("awk '{{print $1}}'", "awk '{{print $1}}'"),
        ("${X:-{{.X}}}", "${X:-it's}"),
    ],
)
def test_what_a_template_becomes(text: str, becomes: str) -> None:
    assert filled(text, VALUES, "linux") == becomes


@pytest.mark.parametrize(
    "text",
    [
        "{{json .Config}}",
        "{{.X | upper}}",
        "{{- .X -}}",
        '{{printf "%q" .X}}',
        "{{quote}}",
        "{{quote X}}",
        "{{range .Mounts}}",
        "{{.a-b}}",
        '{{index . "X"}}',
        "{{.X",
        "{{ quote .X }",
        "{{.X}} {{.X} {{.X}}",
        '{{"\\x"}}',
    ],
)
def test_what_names_a_value_in_no_known_way_is_a_fault(text: str) -> None:
    with pytest.raises(TemplateFault) as fault:
        references_in(text)
    assert str(fault.value).startswith(("{{", '"'))


def test_a_name_without_its_dot_is_seen() -> None:
    assert list(undotted_in("{{X}} {{ node.os }} {{.Y}} {{`{{Z}}`}} {{end x}}")) == ["X", "node.os"]


def test_a_value_is_not_read_as_a_template_again() -> None:
    assert filled("{{.X}}", {"X": "{{.X}} {{.Y}}"}, "linux") == "{{.X}} {{.Y}}"


def test_a_name_without_a_value_is_told() -> None:
    with pytest.raises(KeyError) as missing:
        filled("{{.X}} {{.Y}}", VALUES, "linux")
    assert missing.value.args == ("Y",)


@given(TEXT)
def test_a_quoted_value_is_one_word_of_the_shell(value: str) -> None:
    line = filled("printf %s {{quote .V}}", {"V": value}, "linux")
    said = subprocess.run(["/bin/sh", "-c", line], capture_output=True, check=True)
    assert said.stdout == value.encode()


def test_windows_quotes_in_its_own_way() -> None:
    assert filled("{{quote .X}}", VALUES, "windows") == "'it''s'"


@given(TEXT.filter(lambda text: "`" not in text))
def test_a_text_between_backquotes_is_that_text(text: str) -> None:
    assert filled(f"{{{{`{text}`}}}}", {}, "linux") == text


@given(TEXT)
def test_any_text_is_read_or_is_a_fault(text: str) -> None:
    for braces in (text, f"{{{{{text}}}}}", f"{{{{.{text}"):
        try:
            names = [reference.name for reference in references_in(braces)]
        except TemplateFault:
            continue
        shown = filled(braces, dict.fromkeys(names, ""), "linux")
        assert len(shown) <= len(braces)


def test_every_text_of_a_command_is_found_and_changed() -> None:
    command = {"exec": "a", "args": {"list": ["b", 1, {"deep": "c"}], "on": True}}
    assert list(texts_in(command)) == [
        (("exec",), "a"),
        (("args", "list", 0), "b"),
        (("args", "list", 2, "deep"), "c"),
    ]
    changed = with_texts(command, str.upper)
    assert changed == {"exec": "A", "args": {"list": ["B", 1, {"deep": "C"}], "on": True}}
