"""The commands of the runner's own interpreters: what they may say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from courier_backend.model.checking.values import object_at, text_at
from courier_backend.model.commands import (
    INTERPRETERS,
    MOST_MINUTES,
    MOST_PERCENT,
    MOST_VERBOSE,
    NOW,
    PYTHON,
    SHELL,
    VOCABULARIES,
    Kind,
    Vocabulary,
    json_object,
    percent,
    whole_number,
)
from courier_backend.model.problems import listed, shown
from courier_backend.model.suggest import nearest

if TYPE_CHECKING:
    from collections.abc import Callable

    from courier_backend.model.checking.findings import Findings
    from courier_backend.model.problems import Path

PLATFORMS: Final = ("linux", "windows", "darwin")
_PLATFORM_NAMES: Final = {"macos": "darwin", "mac": "darwin", "osx": "darwin", "win": "windows"}
_SCRIPT: Final = "script"
_FIELDS: Final = ("exec", "args")
_TEMPLATE: Final = "{{"


def check_command(findings: Findings, step: dict[str, Any], path: Path) -> None:
    """Report what is wrong in the command of a step."""
    command, here = step.get("command"), (*path, "command")
    name = text_at(object_at(step, "interpreter"), "name")
    if command in ({}, []):
        findings.error(here, "is empty")
    elif isinstance(command, list):
        _check_list(findings, command, name, here)
    elif isinstance(command, dict) and name == SHELL:
        _check_platforms(findings, command, here)
    elif isinstance(command, dict) and name in INTERPRETERS:
        _check_exec(findings, command, here)
        _check_order(findings, command, VOCABULARIES[name], here)
    elif isinstance(command, dict) and name == PYTHON:
        _check_python(findings, command, here)


# ---- command lines


def _check_list(findings: Findings, lines: list[Any], name: str, path: Path) -> None:
    """Of the shell, the older form; of the others, the name of an order alone."""
    _check_lines(findings, lines, path)
    if name == SHELL:
        message = "is a list, the older form: it is used on every platform"
        findings.warning(path, message)
    elif name in VOCABULARIES and isinstance(lines[0], str):
        vocabulary = VOCABULARIES[name]
        _check_word(findings, lines[0], vocabulary.orders, (*path, 0))
        if len(lines) > 1:
            message = f"is a list of {len(lines)}; such a list holds one order and nothing else"
            findings.error(path, message)
        elif lines[0] in {**vocabulary.needed, **vocabulary.either}:
            message = f'needs arguments: write {{"exec": {shown(lines[0])}, "args": {{…}}}}'
            findings.error((*path, 0), message)


def _check_platforms(findings: Findings, command: dict[str, Any], path: Path) -> None:
    """Null is no command, as elsewhere; what stands under other names is kept."""
    given = {platform: lines for platform, lines in command.items() if lines is not None}
    known = [platform for platform in given if platform in PLATFORMS]
    unknown = [platform for platform in given if platform not in PLATFORMS]
    if not known:
        message = f"has no command for any of {listed(PLATFORMS)}"
        findings.error(path, message, _platform_meant(unknown[0]) if unknown else "")
        return
    for platform in unknown:
        message = f"is not one of {listed(PLATFORMS)}"
        findings.warning((*path, platform), message, _platform_meant(platform))
    for platform in known:
        _check_platform(findings, given[platform], (*path, platform))


def _check_platform(findings: Findings, lines: object, path: Path) -> None:
    if not isinstance(lines, list):
        findings.error(path, f"must be a list of command lines, not {shown(lines)}")
    elif not lines:
        findings.error(path, "is empty; at least one command line is needed")
    else:
        _check_lines(findings, lines, path)


def _platform_meant(name: str) -> str:
    return _PLATFORM_NAMES.get(name.casefold()) or nearest(name, PLATFORMS)


def _check_lines(findings: Findings, lines: list[Any], path: Path) -> None:
    for number, line in enumerate(lines):
        if not isinstance(line, str):
            hint = "; put the whole line in quotes" if isinstance(line, dict) else ""
            findings.error((*path, number), f"{shown(line)} is not a command line (text){hint}")
        elif not line.strip():
            _check_blank(findings, lines, (*path, number))


def _check_blank(findings: Findings, lines: list[Any], path: Path) -> None:
    """Beside others an empty line does no harm."""
    if any(isinstance(line, str) and line.strip() for line in lines):
        findings.warning(path, "is an empty command line: it does nothing", key=False)
    else:
        findings.error(path, "is an empty command line")


def _check_python(findings: Findings, command: dict[str, Any], path: Path) -> None:
    """The one that ships; whoever puts another in its place may understand more."""
    known = (_SCRIPT, *PLATFORMS)
    if not any(key in command for key in known):
        meant = nearest(next(iter(command)), known)
        message = f"has neither {_SCRIPT} nor lines for any of {listed(PLATFORMS)}"
        findings.warning(path, message, meant, key=False)


# ---- orders


def _check_exec(findings: Findings, command: dict[str, Any], path: Path) -> None:
    if "exec" not in command:
        findings.error((*path, "exec"), "is missing (text: what the interpreter shall do)")
    elif not isinstance(command["exec"], str) or not command["exec"].strip():
        findings.error(
            (*path, "exec"), f"{shown(command['exec'])} is not text that says what to do"
        )
    if not isinstance(command.get("args", {}), dict):
        findings.error((*path, "args"), f"must be an object, not {shown(command['args'])}")
    for key in command:
        if key not in _FIELDS:
            meant = nearest(key, [word for word in _FIELDS if word not in command])
            findings.warning((*path, key), "is no field that is known here", meant)


def _check_order(
    findings: Findings, command: dict[str, Any], vocabulary: Vocabulary, path: Path
) -> None:
    order, args = text_at(command, "exec"), object_at(command, "args")
    if order.strip():
        _check_word(findings, order, vocabulary.orders, (*path, "exec"))
    _check_missing(findings, order, args, vocabulary, (*path, "args"))
    for name, value in args.items():
        here = (*path, "args", name)
        kind = vocabulary.arguments.get(name)
        if kind is None:
            left = [word for word in vocabulary.arguments if word not in args]
            findings.warning(here, "is no argument that is known here", nearest(name, left))
        elif not _is_empty_or_template(value):
            _check_argument(findings, value, kind, here)
            if _is_text(value) and name in vocabulary.choices:
                _check_word(findings, str(value), vocabulary.choices[name], here)


def _check_missing(
    findings: Findings, order: str, args: dict[str, Any], vocabulary: Vocabulary, path: Path
) -> None:
    given = {name for name, value in args.items() if value not in (None, "", [])}
    wanted = dict.fromkeys(vocabulary.needed.get(order, ()), order)
    for name in given & vocabulary.along.keys():
        wanted |= dict.fromkeys(vocabulary.along[name], name)
    for name, who in wanted.items():
        if name not in given:
            findings.error((*path, name), f"is missing; {who} needs it")
    either = vocabulary.either.get(order, ())
    if either and not given & {*either}:
        findings.error(path, f"has neither {' nor '.join(either)}; {order} needs one of them")


def _check_word(findings: Findings, word: str, known: tuple[str, ...], path: Path) -> None:
    if word not in known and _TEMPLATE not in word:
        message = f"{shown(word)} is not one of {listed(known)}"
        findings.error(path, message, nearest(word, known))


def _is_empty_or_template(value: object) -> bool:
    """What a template becomes is known only on the node."""
    return value is None or value == "" or (isinstance(value, str) and _TEMPLATE in value)


def _check_argument(findings: Findings, value: object, kind: Kind, path: Path) -> None:
    fits, wanted = _KINDS[kind]
    if not fits(value):
        findings.error(path, f"must be {wanted}, not {shown(value)}")


def _is_text(value: object) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _is_words(value: object) -> bool:
    return _is_text(value) or (
        isinstance(value, list) and all(isinstance(word, str) for word in value)
    )


def _is_object(value: object) -> bool:
    try:
        json_object(value)
    except ValueError:
        return False
    return True


_KINDS: Final[dict[Kind, tuple[Callable[[object], bool], str]]] = {
    "text": (_is_text, "text"),
    "words": (_is_words, "text (with commas between words) or a list of text"),
    "pairs": (
        lambda value: isinstance(value, dict) or _is_words(value),
        "an object, text or a list of text",
    ),
    "object": (
        _is_object,
        "an object (or the text of one, as JSON)",
    ),
    "switch": (lambda value: value in (True, False, "true", "false"), "true or false"),
    "minutes": (
        lambda value: value == NOW or whole_number(value, MOST_MINUTES) is not None,
        f'"{NOW}" or minutes, 0 to {MOST_MINUTES}',
    ),
    "percent": (
        lambda value: percent(value) is not None,
        f"a number from 0 to {MOST_PERCENT}",
    ),
    "level": (
        lambda value: whole_number(value, MOST_VERBOSE) is not None,
        f"a whole number from 0 to {MOST_VERBOSE}",
    ),
}
