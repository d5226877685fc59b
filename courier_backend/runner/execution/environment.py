"""What a step finds in its environment."""

import os
import re
from typing import Any, Final

import orjson

_OURS: Final = "COURIER_"
_NOT_IN_A_NAME: Final = re.compile(r"[^A-Za-z0-9]+")


def node_environment(node_id: str, home: str, facts: dict[str, Any]) -> dict[str, str]:
    """What all steps of a node find: ours without what is our own business, and its facts."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(_OURS)}
    told = {_name("FACT", name): _text(value) for name, value in facts.items()}
    return {**inherited, **told, "COURIER_NODE_ID": node_id, "COURIER_NODE_HOME": home}


def step_environment(
    order: dict[str, Any], number: int, step: dict[str, Any], mark: str, evidence: str
) -> dict[str, str]:
    """What one attempt finds besides."""
    inputs = step.get("inputs") or {}
    return {
        **{_name("INPUT", name): _text(value) for name, value in inputs.items()},
        "COURIER_JOB_ID": order["jobId"],
        "COURIER_INSTANCE_ID": order["instanceId"],
        "COURIER_RUN_ID": order["runId"],
        "COURIER_STEP": str(number),
        "COURIER_ATTEMPT": mark,
        "COURIER_EVIDENCE_DIR": evidence,
    }


def _name(kind: str, name: str) -> str:
    return f"{_OURS}{kind}_{_NOT_IN_A_NAME.sub('_', name).strip('_').upper()}"


def _text(value: object) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()
