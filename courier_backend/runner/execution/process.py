"""One process of a step: started at its gate, seen to end through a pidfd.

It is started by vfork (no ``preexec_fn``), in a process group of its own: a session of its own
would be a scheduling group of its own, which quintuples the time to start under load. Our
descriptors are all closed on exec, so nothing needs closing in the child.
"""

import asyncio
import os
import resource
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from courier_backend.runner.execution.clockwork import start_ticks
from courier_backend.runner.execution.feeding import feed

_PIPE_FLAGS: Final = os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class Ending:
    """How a process ended, and what it used."""

    exit_code: int | None
    signal_name: str | None
    cpu_seconds: float
    memory_bytes: int


class StepProcess:
    """A process that waits at its gate until `open_gate`."""

    def __init__(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        folder: Path,
        descriptors: Sequence[int] = (),
    ) -> None:
        """Start it; `descriptors` of ours stay open in it.

        Raises:
            OSError, ValueError: it cannot be started.
        """
        gate, self._gate = os.pipe2(_PIPE_FLAGS)
        out, stdout = os.pipe2(_PIPE_FLAGS | os.O_NONBLOCK)
        err, stderr = os.pipe2(_PIPE_FLAGS | os.O_NONBLOCK)
        # Only our ends may be nonblocking: a program that meets EAGAIN on its output loses it.
        os.set_blocking(stdout, True)
        os.set_blocking(stderr, True)
        try:
            self._popen = subprocess.Popen(
                arguments,
                stdin=gate,
                stdout=stdout,
                stderr=stderr,
                cwd=folder,
                env=environment,
                close_fds=bool(descriptors),
                pass_fds=descriptors,
                process_group=0,
            )
        except (OSError, ValueError):
            for descriptor in (self._gate, out, err):
                os.close(descriptor)
            raise
        finally:
            for descriptor in (gate, stdout, stderr):
                os.close(descriptor)
        self.stdout, self.stderr = out, err
        self.pid = self._popen.pid
        self.start = start_ticks(self.pid)
        self.ending: Ending | None = None
        self.on_end: Callable[[], None] | None = None
        self._pidfd = -1

    def open_gate(self, on_end: Callable[[], None], opening: bytes) -> None:
        """Let it run; `on_end` is called when it has ended.

        `opening` is the line that opens the gate, and what is to be read behind it.
        """
        self.on_end = on_end
        self._pidfd = os.pidfd_open(self.pid)
        asyncio.get_running_loop().add_reader(self._pidfd, self._ended)
        gate, self._gate = self._gate, -1
        feed(gate, opening)

    def abandon(self) -> None:
        """End it at its gate, before it ever ran."""
        self._shut()
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        self._reap(0)
        for descriptor in (self.stdout, self.stderr):
            os.close(descriptor)

    def signal_group(self, *numbers: signal.Signals) -> None:
        """Signal the whole group, while our process keeps its number from being used again."""
        if self.ending is None:
            with suppress(ProcessLookupError, PermissionError):
                for number in numbers:
                    os.killpg(self.pid, number)

    def has_company(self) -> bool:
        """Whether others of its group live on."""
        try:
            os.killpg(self.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True

    def restore_file_limit(self, soft: int, hard: int) -> None:
        """Give it the file limit that we had before we raised ours."""
        with suppress(OSError):
            resource.prlimit(self.pid, resource.RLIMIT_NOFILE, (soft, hard))

    def _ended(self) -> None:
        if self._reap(os.WNOHANG):
            asyncio.get_running_loop().remove_reader(self._pidfd)
            os.close(self._pidfd)
            if self.on_end is not None:
                self.on_end()

    def _reap(self, options: int) -> bool:
        pid, status, usage = os.wait4(self.pid, options)
        if not pid:
            return False
        code = os.waitstatus_to_exitcode(status)
        self._popen.returncode = code
        self.ending = Ending(
            code if code >= 0 else None,
            _signal_name(-code) if code < 0 else None,
            round(usage.ru_utime + usage.ru_stime, 6),
            _own_memory(usage.ru_maxrss),
        )
        return True

    def _shut(self) -> None:
        if self._gate >= 0:
            os.close(self._gate)
            self._gate = -1


def _signal_name(number: int) -> str:
    with suppress(ValueError):
        return signal.Signals(number).name
    return f"signal {number}"


def _own_memory(most_kibibytes: int) -> int:
    """Bytes that the process had at most; 0 where that is not known.

    Linux counts what the process shared with us before it became another program, so a figure no
    larger than our own tells nothing of it.
    """
    ours = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most_kibibytes * 1024 if most_kibibytes > ours else 0
