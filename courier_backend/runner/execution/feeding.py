"""Writing a program's standard input, without ever waiting for it to read."""

import asyncio
import os
from typing import Final

_AT_ONCE: Final = 4096
"""What an empty pipe surely takes."""


def feed(descriptor: int, data: bytes) -> None:
    """Write all of it into a pipe and close it; what does not fit now is written as it is read."""
    if len(data) <= _AT_ONCE:
        _put(descriptor, data)
        os.close(descriptor)
        return
    os.set_blocking(descriptor, False)
    asyncio.get_running_loop().add_writer(descriptor, _go_on, descriptor, [memoryview(data)])


def _go_on(descriptor: int, left: list[memoryview]) -> None:
    left[0] = left[0][_put(descriptor, left[0]) :]
    if not left[0]:
        asyncio.get_running_loop().remove_writer(descriptor)
        os.close(descriptor)


def _put(descriptor: int, data: bytes | memoryview) -> int:
    """The bytes that are done with; a program that ended or reads no more takes none."""
    try:
        return os.write(descriptor, data)
    except BlockingIOError:
        return 0
    except BrokenPipeError:
        return len(data)
