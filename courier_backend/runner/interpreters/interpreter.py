"""The interface of an interpreter."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from courier_backend.model.protocol import Skill
from courier_backend.model.status import ReasonCode
from courier_backend.runner.interpreters.request import Request


class StepFault(Exception):
    """A step cannot be executed here at all; trying again would not help."""

    def __init__(self, code: ReasonCode, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Answer:
    """What a program says of its work in words of its own, beyond its exit code.

    `fault`: why it failed, as a sentence; of one that exited well it makes a failure. `outputs`
    become outputs of the step. `context` is kept in the evidence.
    """

    fault: str = ""
    outputs: Mapping[str, Any] = field(default_factory=dict)
    context: Mapping[str, Any] = field(default_factory=dict)


ANSWER_BYTES: Final = 1024 * 1024
"""An answer is no longer; of a longer output one byte more than this is looked at."""
Conclude = Callable[[int, bytes], Answer]
"""From exit code and standard output to what was said."""
Explain = Callable[[int, str, str], str]
"""From exit code and the ends of standard output and error to why it failed; empty: no more to
say. A sentence about a program that exited well makes a failure."""


@dataclass(frozen=True, slots=True)
class Program:
    """What to start for a step: a script for ``/bin/sh``, with its arguments as ``"$@"``.

    The shell waits at the gate first. What comes out of a job file is never spliced into a script
    that is not the job file's own: it goes into `arguments`, `environment` or `stdin`. `shown` is
    the command as people wrote it. Without `stdin` the program has nothing to read.
    `asked` is what stands in `stdin`, where that is to be kept as evidence.
    `conclude` reads the answer of a program that gives one, `explain` the output of any other.
    `restarts`: when it has succeeded the machine goes down, and the attempt ends with the boot;
    `withdraw` is what takes that back.
    """

    script: str
    shown: list[str]
    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    stdin: bytes | None = None
    asked: Mapping[str, Any] | None = None
    conclude: Conclude | None = None
    explain: Explain | None = None
    restarts: bool = False
    withdraw: tuple[str, ...] = ()

    @property
    def has_its_say(self) -> bool:
        """Whether more than its exit code tells how it fared."""
        return self.conclude is not None or self.explain is not None


class Interpreter(Protocol):
    """Turns the command of a step into a program."""

    @property
    def skill(self) -> Skill:
        """The name and version that the node announces."""
        ...

    @property
    def path(self) -> str:
        """The program that it starts."""
        ...

    def program(self, request: Request) -> Program:
        """The program that does what a step asks.

        Raises:
            StepFault: there is none on this node.
        """
        ...
