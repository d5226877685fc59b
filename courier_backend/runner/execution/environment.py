"""What a step finds in its environment."""

import os
from collections.abc import Mapping
from typing import Any, Final

from courier_backend.model.variables import environment_name, value_text

_OURS: Final = "COURIER_"


def node_environment(node_id: str, home: str, facts: dict[str, Any]) -> dict[str, str]:
    """What all steps of a node find: ours without what is our own business, and its facts."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(_OURS)}
    return {
        **inherited,
        **fact_environment(facts),
        "COURIER_NODE_ID": node_id,
        "COURIER_NODE_HOME": home,
    }


def fact_environment(facts: dict[str, Any]) -> dict[str, str]:
    """The facts of a node."""
    return {environment_name("FACT", name): value_text(value) for name, value in facts.items()}


def step_environment(
    order: dict[str, Any], number: int, inputs: Mapping[str, str], mark: str, evidence: str
) -> dict[str, str]:
    """What one attempt finds besides."""
    return {
        **{environment_name("INPUT", name): value for name, value in inputs.items()},
        "COURIER_JOB_ID": order["jobId"],
        "COURIER_INSTANCE_ID": order["instanceId"],
        "COURIER_RUN_ID": order["runId"],
        "COURIER_STEP": str(number),
        "COURIER_ATTEMPT": mark,
        "COURIER_EVIDENCE_DIR": evidence,
    }
