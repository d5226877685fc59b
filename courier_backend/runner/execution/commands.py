"""The command line of an attempt, and where the script is that it runs.

A script stands on the command line. One that is too long for it goes into a file. One with a
sensitive value in it goes into memory that only the process and its children can read: a command
line can be read by everybody on the machine, and a file stays on the disk after it was removed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from courier_backend.runner.interpreters.gate import command_line, from_file, gated

if TYPE_CHECKING:
    from courier_backend.runner.execution.attempt import Task

_LONGEST_ARGUMENT: Final = 100_000


@dataclass(frozen=True, slots=True)
class Command:
    """What to start, and the descriptors that it needs."""

    arguments: list[str]
    descriptors: tuple[int, ...] = ()


@contextmanager
def command_of(task: Task) -> Iterator[Command]:
    """The command of an attempt; what it needs is there as long as it is being started.

    Raises:
        OSError: the script cannot be put anywhere.
    """
    program, script = task.program, gated(task.program)
    if task.secrets.mask.text(script) != script:
        descriptor = _in_memory(script)
        try:
            source = from_file(f"/proc/self/fd/{descriptor}")
            yield Command(command_line(source, program.arguments), (descriptor,))
        finally:
            os.close(descriptor)
        return
    if len(encoded := script.encode()) > _LONGEST_ARGUMENT:
        path = task.stem("script")
        path.write_bytes(encoded)
        task.run.files.add(path)
        script = from_file(str(path))
    yield Command(command_line(script, program.arguments))


def _in_memory(script: str) -> int:
    descriptor = os.memfd_create("step", os.MFD_CLOEXEC)
    try:
        with open(descriptor, "wb", closefd=False) as file:
            file.write(script.encode())
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
