"""What a step asks of its interpreter on a node."""

from typing import Any

from courier_backend.runner.execution.host import NodeHost
from courier_backend.runner.interpreters.request import Request
from courier_backend.runner.values.commands import filled_command
from courier_backend.runner.values.inputs import Inputs


def request_of(step: dict[str, Any], inputs: Inputs, node: NodeHost) -> Request:
    """The request of a step, the values put into its command.

    Raises:
        StepFault: a value that the command names is not there.
    """
    limits = step.get("limits") or {}
    return Request(
        name=str(step.get("name") or ""),
        command=filled_command(step.get("command"), inputs, node.os_name),
        inputs=inputs.given,
        os_name=node.os_name,
        timeout_seconds=float(limits.get("timeoutSeconds") or 0),
        facts=node.facts,
        environment=node.environment,
        dry_restart=node.dry_restart,
    )
