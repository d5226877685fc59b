"""Commands of the form ``{"exec": "…", "args": {…}}``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from courier_backend.model.commands import VOCABULARIES
from courier_backend.model.problems import listed, shown
from courier_backend.model.status import ReasonCode
from courier_backend.runner.interpreters.interpreter import StepFault


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be done, and with what."""

    exec: str
    args: dict[str, Any]

    def text(self, name: str, otherwise: str = "") -> str:
        """An argument as text.

        Raises:
            StepFault: it is neither text nor a number.
        """
        value = self.args.get(name)
        if value is None or value == "":
            return otherwise
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise unfit(f'"args.{name}" is {shown(value)}, not text')
        return str(value)

    def needed(self, name: str) -> str:
        """An argument as text.

        Raises:
            StepFault: it is not there.
        """
        if text := self.text(name):
            return text
        raise unfit(f'"args.{name}" is missing; {self.exec} needs it')

    def words(self, name: str) -> list[str]:
        """An argument that holds several words, in a list or with commas between them.

        Raises:
            StepFault: it holds something else.
        """
        value = self.args.get(name)
        if isinstance(value, list) and all(isinstance(word, str) for word in value):
            return [word for word in value if word]
        return [word.strip() for word in self.text(name).split(",") if word.strip()]


def unfit(sentence: str) -> StepFault:
    """The command cannot be executed as it stands."""
    return StepFault(ReasonCode.NO_COMMAND, f"the command cannot be executed: {sentence}")


def read_order(command: object, interpreter: str) -> Order:
    """The order in a command; a list holds but the name of what is to be done.

    Raises:
        StepFault: it is none that the interpreter knows.
    """
    known = VOCABULARIES[interpreter].orders
    if isinstance(command, list) and len(command) == 1:
        command = {"exec": command[0]}
    if not isinstance(command, dict) or not isinstance(command.get("exec"), str):
        raise unfit(f'it has no "exec" (one of {listed(known)})')
    args = command.get("args") or {}
    if not isinstance(args, dict):
        raise unfit(f'"args" is {shown(args)}, not an object')
    if command["exec"] not in known:
        raise unfit(f'"exec" is {shown(command["exec"])}, not one of {listed(known)}')
    return Order(command["exec"], args)
