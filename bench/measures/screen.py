"""How long a line of output takes from its step to the screen of the app, in a real terminal."""

import os
import pty
import re
import selectors
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import ioctl
from typing import Final

from bench.courier import Courier
from bench.figure import Figure, delays
from bench.jobs import group, job, step
from bench.setting import Setting

_LINES: Final = 60
_COMMAND: Final = f"for i in $(seq {4 * _LINES}); do sleep 0.05; date +%s.%N; done"
_ROWS, _COLUMNS = 40, 120
_PATIENCE: Final = 30.0
_STAMP: Final = re.compile(rb"\d{10}\.\d{9}")
_CONTROL: Final = re.compile(rb"\x1b\[[0-9;?]*[a-zA-Z]")

_PATH: Final = (
    ("● live", "3"),
    ("Took", ""),
    ("0/1", "\r"),
    ("lab-", "\r"),
)
"""What must be seen, and the key that leads on: to the instances, to the newest, to its run."""


def measure(setting: Setting) -> list[Figure]:
    """Percentiles of each round's lines, as the terminal is told to show them."""
    rounds = [_delays(setting.courier, setting.nodes[0]) for _ in range(setting.rounds)]
    return delays("screen", "a line of output, step to the app's screen", rounds)


def _delays(courier: Courier, node: str) -> list[float]:
    """What was printed before the app had come to the run is not counted."""
    instance = courier.submit(job([group([node])], [step(_COMMAND)]))["instanceId"]
    with _app(courier) as terminal:
        screen = _Screen(terminal)
        for seen, key in _PATH:
            screen.until(seen.encode())
            os.write(terminal, key.encode())
        begin = time.time()
        delays = screen.stamps(begin, _LINES)
    courier.finish(instance)
    return delays


@contextmanager
def _app(courier: Courier) -> Iterator[int]:
    """The app, and the descriptor of its terminal."""
    ours, its = pty.openpty()
    ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", _ROWS, _COLUMNS, 0, 0))
    environment = {**courier.environment, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    process = subprocess.Popen(
        [sys.executable, "-m", "courier_backend"],
        env=environment,
        stdin=its,
        stdout=its,
        stderr=its,
        start_new_session=True,
    )
    os.close(its)
    try:
        yield ours
    finally:
        process.kill()
        process.wait()
        os.close(ours)


class _Screen:
    """What a terminal was told to show."""

    def __init__(self, terminal: int) -> None:
        self._terminal = terminal
        self._selector = selectors.DefaultSelector()
        self._selector.register(terminal, selectors.EVENT_READ)

    def until(self, seen: bytes) -> None:
        """Read until something is shown."""
        shown = b""
        end = time.monotonic() + _PATIENCE
        while seen not in _CONTROL.sub(b"", shown):
            shown += self._read(end)

    def stamps(self, begin: float, count: int) -> list[float]:
        """How late the first lines are shown that were printed after a moment, in seconds."""
        late: dict[bytes, float] = {}
        shown, end = b"", time.monotonic() + _PATIENCE
        while len(late) < count:
            shown = shown[-40:] + self._read(end)
            now = time.time()
            for stamp in _STAMP.findall(shown):
                if float(stamp) > begin:
                    late.setdefault(stamp, now - float(stamp))
        return list(late.values())

    def _read(self, end: float) -> bytes:
        if not self._selector.select(max(0.0, end - time.monotonic())):
            raise TimeoutError("the app did not show what was waited for")
        return os.read(self._terminal, 1 << 16)
