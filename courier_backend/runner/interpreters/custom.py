"""Interpreters that anybody may add: executables that speak JSON.

The process reads one object from standard input and writes one to standard output. Standard error
is for diagnostics. It exits with 0 when the step succeeded. Time-outs, retries and everything else
of a step are the runner's.
"""

import re
from typing import Any, Final

import orjson

from courier_backend.model.variables import value_text
from courier_backend.runner.interpreters.folder import Found
from courier_backend.runner.interpreters.gate import started
from courier_backend.runner.interpreters.interpreter import ANSWER_BYTES, Answer, Program
from courier_backend.runner.interpreters.request import Request

_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
_DEEPEST: Final = 100


class CustomInterpreter:
    """One executable of an interpreters folder."""

    def __init__(self, found: Found) -> None:
        self.skill = found.skill
        self.path = str(found.path)

    def program(self, request: Request) -> Program:
        """The executable, with what is asked to read."""
        asked = {
            "name": request.name,
            "inputs": dict(request.inputs),
            "command": request.command,
            "timeout": int(request.timeout_seconds),
            "os": request.os_name,
        }
        shown = orjson.dumps(request.command).decode()
        data = orjson.dumps(asked)
        return started([self.path], shown, stdin=data, asked=asked, conclude=concluded)


def concluded(exit_code: int, said: bytes) -> Answer:
    """What the answer of an interpreter makes of its attempt."""
    try:
        told = _read(said)
    except ValueError as error:
        if exit_code:
            return Answer(f"ended with exit code {exit_code}")
        return Answer(f"ended well, but {error}")
    failed = exit_code != 0 or told["status"] != 0
    context = told.get("runContext")
    return Answer(
        _fault(told, exit_code) if failed else "",
        {name: value_text(value) for name, value in (told.get("output") or {}).items()},
        context if isinstance(context, dict) else {},
    )


def _fault(told: dict[str, Any], exit_code: int) -> str:
    status = exit_code or told["status"]
    error = told.get("error")
    said = error.strip() if isinstance(error, str) else ""
    return said or f"ended with status {status} and no word of why"


def _read(said: bytes) -> dict[str, Any]:
    """The one object of an answer.

    Raises:
        ValueError: it is none; a part of a sentence.
    """
    if len(said) > ANSWER_BYTES:
        raise ValueError(f"its answer is longer than {ANSWER_BYTES // 1024} KiB")
    if not said.strip():
        raise ValueError("it wrote no answer on its standard output")
    try:
        told = orjson.loads(said)
    except orjson.JSONDecodeError as error:
        where = f"(line {error.lineno}, column {error.colno}: {error.msg})"
        raise ValueError(f"its standard output is not one JSON object {where}") from error
    if not isinstance(told, dict) or type(told.get("status")) is not int:
        raise ValueError('its answer has no whole number "status"')
    if _is_deep(told, _DEEPEST):
        raise ValueError("its answer is nested too deeply")
    output = told.get("output")
    if not isinstance(output, dict | None):
        raise ValueError('the "output" of its answer is no object')
    for name in output or {}:
        if not _NAME.fullmatch(name):
            raise ValueError(f'its answer has an output "{name[:40]}", which cannot be a name')
    return told


def _is_deep(value: object, levels: int) -> bool:
    """Whether there are more levels than these: what is too deep can be read, but not told."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels < 0 or any(_is_deep(each, levels - 1) for each in inner)
