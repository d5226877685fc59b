"""The interface of an interpreter."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from courier_backend.model.protocol import Skill
from courier_backend.model.status import ReasonCode


class StepFault(Exception):
    """A step cannot be executed here at all; trying again would not help."""

    def __init__(self, code: ReasonCode, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Program:
    """What to start for a step.

    The script is the last argument; it reads one line from standard input before it does
    anything: that is the gate. `source` makes an argument that runs a script from a file, for
    one that is too long for a command line. `shown` is the command as people wrote it.
    """

    arguments: list[str]
    script: str
    shown: list[str]
    source: Callable[[str], str]


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

    def program(self, command: object, os_name: str) -> Program:
        """The program for a command on this operating system.

        Raises:
            StepFault: there is none.
        """
        ...
