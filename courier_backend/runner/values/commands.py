"""Values put into a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from courier_backend.model.status import ReasonCode
from courier_backend.model.template import TemplateFault, filled, with_texts
from courier_backend.runner.interpreters.interpreter import StepFault

if TYPE_CHECKING:
    from courier_backend.runner.values.inputs import Inputs


def filled_command(command: object, inputs: Inputs, os_name: str) -> object:
    """The command with its values; of one that has lines by platform, only those for this node.

    Raises:
        StepFault: a name in it has no value, or a template in it is not understood.
    """
    if isinstance(command, dict) and os_name in command:
        command = {os_name: command[os_name]}
    try:
        return with_texts(command, lambda text: filled(text, inputs.values, os_name))
    except TemplateFault as fault:
        raise StepFault(ReasonCode.WRONG_INPUT, f"the command: {fault}") from None
    except KeyError as missing:
        sentence = f"the command uses {{{{.{missing.args[0]}}}}}, which has no value here"
        raise StepFault(ReasonCode.MISSING_INPUT, sentence) from None
