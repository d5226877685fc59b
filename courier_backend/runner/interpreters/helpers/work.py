"""What all helpers do: read their task, run a program, fetch a file, end with a sentence."""

import json
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

MOST_BYTES: Final = 256 * 1024 * 1024
SPEAKER: Final = "courier: "
"""Begins the sentence with which a helper ends what failed; it becomes the reason of the step."""
_CHUNK: Final = 256 * 1024
_PATIENCE_SECONDS: Final = 60.0
_BY_SIGNAL: Final = 128


class GiveUp(Exception):
    """It cannot be done; carries a sentence."""


def work(do: Callable[[dict[str, Any]], int]) -> int:
    """Do the task that stands on standard input; gives the exit code."""
    signal.signal(signal.SIGTERM, _leave)
    try:
        return do(json.load(sys.stdin))
    except GiveUp as error:
        say(SPEAKER + str(error))
        return 1


def say(sentence: str) -> None:
    """A diagnosis, beside what the program says itself."""
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()


def run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> int:
    """Run a program to its end, in our environment or another; its exit code, as a shell has it.

    Raises:
        GiveUp: it cannot be started.
    """
    # Who stops us stops the program as well, which may want to tidy up first: wait for it. (Unlike
    # a signal that is ignored, one that is handled is not handed down.)
    before = signal.signal(signal.SIGTERM, lambda _number, _frame: None)
    try:
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, env=environment) as process:
            code = process.wait()
    except OSError as error:
        raise GiveUp(f"{command[0]} could not be started: {error.strerror}") from error
    finally:
        signal.signal(signal.SIGTERM, before)
    return code if code >= 0 else _BY_SIGNAL - code


def is_web(address: str) -> bool:
    """Whether it is to be fetched over HTTP."""
    return urlsplit(address).scheme in {"http", "https"}


def fetch(url: str, target: Path) -> None:
    """Fetch a file.

    Raises:
        GiveUp: it cannot be had, or is larger than anything sensible.
    """
    if not is_web(url):
        raise GiveUp(f"{url} is no http or https address")
    try:
        with (
            urllib.request.urlopen(url, timeout=_PATIENCE_SECONDS) as answer,  # noqa: S310  see above
            target.open("wb") as file,
        ):
            while chunk := answer.read(_CHUNK):
                file.write(chunk)
                if file.tell() > MOST_BYTES:
                    raise GiveUp(f"{url} is larger than {MOST_BYTES // 1024**2} MiB")
    except urllib.error.HTTPError as error:
        raise GiveUp(f"{url} cannot be fetched: {error.code} {error.reason}") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise GiveUp(f"{url} cannot be fetched: {reason}") from error


def _leave(_number: int, _frame: object) -> None:
    """Asked to end: what was begun is tidied up on the way out."""
    sys.exit(_BY_SIGNAL + signal.SIGTERM)
