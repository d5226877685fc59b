"""Taking outputs out of what an attempt left, without a process: methods, bounds, faults."""

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courier_backend.model.variables import LONGEST_VALUE
from courier_backend.runner.execution.spool import Spool
from courier_backend.runner.values.json_path import at_path
from courier_backend.runner.values.no_value import NoValue
from courier_backend.runner.values.outputs import (
    ALL_BYTES,
    Taken,
    required_missing,
    room_for,
    room_taken,
    take,
)
from courier_backend.runner.values.patterns import PatternFault, search
from courier_backend.runner.values.sources import Sources


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "evidence").mkdir()
    return tmp_path


def taken(folder: Path, rule: dict[str, Any], out: bytes = b"", err: bytes = b"") -> Taken:
    stdout, stderr = Spool(folder / "a.stdout"), Spool(folder / "a.stderr")
    stdout.write(out)
    stderr.write(err)
    whole = {"sourceType": "output", "extractMethod": "content", **rule}
    found = take({"X": whole}, Sources(stdout, stderr, 3, folder, folder / "evidence"))
    stdout.close()
    stderr.close()
    return found


def value(folder: Path, rule: dict[str, Any], out: bytes = b"", err: bytes = b"") -> str:
    found = taken(folder, rule, out, err)
    assert found.missing == {}
    return found.values["X"]


def fault(folder: Path, rule: dict[str, Any], out: bytes = b"") -> str:
    found = taken(folder, rule, out)
    assert found.values == {}
    return found.missing["X"]


@pytest.mark.parametrize(
    ("rule", "wanted"),
    [
        ({}, "v1.2\r\nrest\n"),
        ({"source": "stdout"}, "v1.2\r\nrest\n"),
        ({"source": "stderr"}, "oh\n"),
        ({"sourceType": "exitCode"}, "3"),
        ({"sourceType": "exitCode", "extractMethod": "regEx", "expression": "[1-9]"}, "3"),
        ({"extractMethod": "regEx", "expression": r"v(\d)\.(\d)"}, "1"),
        ({"extractMethod": "regEx", "expression": r"v\d\.\d"}, "v1.2"),
        ({"extractMethod": "regEx", "expression": r"(x)?v\d"}, "v1"),
        ({"extractMethod": "regEx", "expression": r"(?m)^rest$"}, "rest"),
        ({"extractMethod": "regEx", "expression": r"v()"}, ""),
    ],
)
def test_what_rules_take_out_of_an_output(folder: Path, rule: dict[str, Any], wanted: str) -> None:
    assert value(folder, rule, b"v1.2\r\nrest\n", b"oh\n") == wanted


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("$.config.version", "1.4"),
        ("$.config.count", "3"),
        ("$.config.on", "true"),
        ("$.config", '{"version":"1.4","count":3,"on":true}'),
        ("$.list[0].name", "a"),
        ("$.list[*].name", '["a","b"]'),
        ('$.list[?@.name=="b"].port', "2"),
        ('$.list[?match(@.name, "[b-z]")].port', "2"),
        ("$", None),
    ],
)
def test_json_paths(folder: Path, expression: str, wanted: str | None) -> None:
    document = {
        "config": {"version": "1.4", "count": 3, "on": True},
        "list": [{"name": "a", "port": 1}, {"name": "b", "port": 2}],
        "none": None,
    }
    rule = {"extractMethod": "jsonPath", "expression": expression}
    found = value(folder, rule, b"\xef\xbb\xbf" + json.dumps(document).encode())
    assert found == (wanted or json.dumps(document, separators=(",", ":")))


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ({"extractMethod": "regEx", "expression": "x"}, 'stdout does not match "x"'),
        ({"extractMethod": "regEx", "expression": "("}, "is not a regular expression"),
        ({"extractMethod": "jsonPath", "expression": "$.b"}, 'stdout: there is nothing at "$.b"'),
        ({"extractMethod": "jsonPath", "expression": "$.null"}, "there is nothing at"),
        ({"extractMethod": "jsonPath", "expression": "b"}, "is not a JSON path"),
        (
            {"source": "stderr", "extractMethod": "jsonPath", "expression": "$"},
            "stderr: it is not JSON: Expecting value",
        ),
        ({"sourceType": "file", "source": "none"}, '"none" cannot be read: No such file'),
        ({"sourceType": "file", "source": "evidence"}, '"evidence" is not a file'),
        ({"sourceType": "file", "source": "a\0b"}, "cannot be read"),
        ({"sourceType": "file", "source": "~nobody-here/x"}, "home folder"),
        ({"sourceType": "artifact", "source": "none"}, "cannot be read"),
        ({"sourceType": "artifact", "source": "../a.txt"}, "leads out of the folder"),
        ({"sourceType": "artifact", "source": "/etc/passwd"}, "leads out of the folder"),
        ({"sourceType": "artifact", "source": "link"}, "leads out of the folder"),
    ],
)
def test_why_there_is_no_value(folder: Path, rule: dict[str, Any], says: str) -> None:
    (folder / "a.txt").write_text("text")
    (folder / "evidence" / "link").symlink_to(folder / "a.txt")
    assert says in fault(folder, rule, b'{"a": 1, "null": null}')


def test_files_are_looked_for_in_the_working_folder(folder: Path) -> None:
    (folder / "sub").mkdir()
    (folder / "sub" / "v.txt").write_bytes(b"9\xff\n")
    assert value(folder, {"sourceType": "file", "source": "sub/v.txt"}) == "9\ufffd\n"
    assert value(folder, {"sourceType": "file", "source": str(folder / "sub/v.txt")}) == "9\ufffd\n"


@given(
    st.lists(
        st.sampled_from(["..", ".", "", "in", "up", "loop", "/", "x\0", "~", "a.txt"]), max_size=5
    )
)
def test_no_name_of_an_artifact_leads_out(
    tmp_path_factory: pytest.TempPathFactory, parts: list[str]
) -> None:
    root = tmp_path_factory.getbasetemp() / "artifacts"
    evidence = root / "evidence"
    if not root.exists():
        (evidence / "in").mkdir(parents=True)
        (root / "a.txt").write_text("outside")
        (evidence / "a.txt").write_text("inside")
        (evidence / "in" / "a.txt").write_text("inside")
        (evidence / "up").symlink_to("..")
        (evidence / "loop").symlink_to("loop")
    spool = Spool(root / "none")
    rule = {"sourceType": "artifact", "source": "/".join(parts), "extractMethod": "content"}
    found = take({"X": rule}, Sources(spool, spool, 0, root, evidence))
    assert found.values.get("X", "inside") == "inside"


def test_all_rules_together_are_bounded_in_time(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("courier_backend.runner.values.outputs.ALL_SECONDS", 0.2)
    spool = Spool(folder / "a.stdout")
    spool.write(b"x" * 60 + b"!")
    slow = {
        "sourceType": "output",
        "extractMethod": "regEx",
        "expression": r"^(\w|\w\w|\w+\s?)+$",
    }
    found = take({"A": slow, "B": slow}, Sources(spool, spool, 0, folder, None))
    assert "takes longer than" in found.missing["A"]
    assert found.missing["B"] == "the rules of the step took longer than 0.2 s"


def test_an_output_that_was_not_kept_whole_gives_nothing(folder: Path) -> None:
    spool = Spool(folder / "a.stdout")
    spool.write(b"half of it")
    spool.trouble = "output could not be kept: No space left on device"
    rule = {"sourceType": "output", "extractMethod": "content"}
    found = take({"X": rule}, Sources(spool, spool, 0, folder, None))
    assert found.missing == {"X": "stdout: output could not be kept: No space left on device"}


def test_a_pipe_that_nobody_writes_is_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    assert "is not a file" in fault(folder, {"sourceType": "file", "source": "pipe"})


def test_values_are_bounded(folder: Path) -> None:
    longest = b"x" * LONGEST_VALUE
    assert value(folder, {}, longest) == longest.decode()
    assert "65,536 bytes at most" in fault(folder, {}, longest + b"x")
    everything = {"extractMethod": "regEx", "expression": "(?s).*"}
    assert "this one 65,537" in fault(folder, everything, longest + b"x")
    assert "NUL" in fault(folder, {}, b"a\0b")


def test_all_values_together_are_bounded(folder: Path) -> None:
    spool = Spool(folder / "b.stdout")
    spool.write(b"x" * (LONGEST_VALUE - 2))
    rule = {"sourceType": "output", "extractMethod": "content"}
    fits = ALL_BYTES // LONGEST_VALUE
    rules = {f"X{number}": rule for number in range(fits + 2)}
    found = take(rules, Sources(spool, Spool(folder / "b.stderr"), 0, folder, None))
    spool.close()
    assert len(found.values) == fits
    assert all("all outputs together" in why for why in found.missing.values())


def test_what_is_told_of_outputs_fits_into_a_line(folder: Path) -> None:
    odd = "\x01" * 60_000  # six bytes each, in JSON
    with pytest.raises(NoValue, match="all outputs together are too long"):
        room_taken(odd)
    assert room_for({}) == ALL_BYTES
    assert room_for({str(i): "x" * LONGEST_VALUE for i in range(6)}) < 2 * LONGEST_VALUE
    assert "all outputs together" in fault(folder, {}, odd.encode())


@pytest.mark.parametrize(
    ("document", "wanted"),
    [
        ('{"a": 123456789012345678901234567890}', "123456789012345678901234567890"),
        ('{"a": [1, 123456789012345678901234567890]}', "[1,123456789012345678901234567890]"),
        ('{"a": "\\u00e9\\ud83d\\ude00"}', "é\U0001f600"),
    ],
)
def test_odd_values_of_json(folder: Path, document: str, wanted: str) -> None:
    rule = {"extractMethod": "jsonPath", "expression": "$.a"}
    assert value(folder, rule, document.encode()) == wanted


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ('{"a": "\\ud800"}', "half of a surrogate pair"),
        ('{"a": ["\\ud800"]}', "half of a surrogate pair"),
        ('{"a": NaN}', "NaN is no JSON value"),
    ],
)
def test_what_cannot_be_told_is_not_taken(folder: Path, document: str, says: str) -> None:
    assert says in fault(
        folder, {"extractMethod": "jsonPath", "expression": "$.a"}, document.encode()
    )


def test_a_json_that_is_too_large_is_not_read(folder: Path) -> None:
    (folder / "big.json").write_bytes(b" " * (8 * 2**20) + b"{}")
    rule = {"sourceType": "file", "source": "big.json", "extractMethod": "jsonPath"}
    assert "too long for a JSON path" in fault(folder, {**rule, "expression": "$"})


def test_patterns_and_paths_are_bounded_in_time() -> None:
    begun = time.monotonic()
    with pytest.raises(PatternFault, match="takes longer than"):
        search(r"^(\w|\w\w|\w+\s?)+$", "x" * 60 + "!", 0.2)
    with pytest.raises(NoValue, match="took longer than"):
        at_path(
            "$..[?count(@..[?count(@..*) > 5]) > 1]",
            json.dumps([[[i] * 30] * 20 for i in range(60)]),
            0.2,
        )
    with pytest.raises(NoValue, match="nested too deeply"):
        at_path("$", "[" * 100_000 + "]" * 100_000)
    assert time.monotonic() - begun < 10


@given(st.text(), st.text(max_size=8))
def test_any_pattern_on_any_text_finds_a_part_of_it_or_is_a_fault(text: str, pattern: str) -> None:
    try:
        found = search(pattern, text, 0.5)
    except PatternFault:
        return
    assert found is None or found in text


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
        lambda one: st.dictionaries(st.sampled_from("abc"), one) | st.lists(one),
        max_leaves=8,
    )
)
def test_what_a_path_leads_to_is_what_stands_there(document: object) -> None:
    expected: object = document
    for key in ("a", "b"):
        expected = expected.get(key) if isinstance(expected, dict) else None
    try:
        found = at_path("$.a.b", json.dumps(document))
    except NoValue:
        assert expected is None
        return
    assert found == expected if isinstance(expected, str) else json.loads(found) == expected


@pytest.mark.parametrize("text", ["[", "{}", '"', "", "1"])
def test_a_document_that_is_a_text_is_that_text(text: str) -> None:
    assert at_path("$", json.dumps(text)) == text
    with pytest.raises(NoValue, match="there is nothing"):
        at_path("$.a", json.dumps(text))


def test_only_required_outputs_are_told_as_missing() -> None:
    rules = {"A": {"required": True}, "B": {"required": False}, "C": {"required": True}}
    missing = {"A": "no file", "B": "no match", "C": "not JSON"}
    assert required_missing(rules, missing) == (
        "the required output A is missing: no file; the required output C is missing: not JSON"
    )
