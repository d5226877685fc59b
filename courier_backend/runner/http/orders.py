"""Reading run orders and release lists: only what is sound gets further."""

import re
from typing import Any, Final

import orjson

from courier_backend.model.protocol import RunOrder
from courier_backend.runner.http.answers import Refusal

RELEASE_BYTES: Final = 1024 * 1024
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")
_TEXTS: Final = ("runId", "instanceId", "jobId", "nodeId")


def is_run_id(text: object) -> bool:
    """Whether this can be the id of a run (and a part of a file name)."""
    return isinstance(text, str) and _ID.fullmatch(text) is not None


def read_order(body: bytes, node_id: str) -> RunOrder:
    """The order in a body.

    Raises:
        Refusal: it is none, or it is for another node.
    """
    order = _object(body)
    for name in _TEXTS:
        if not is_run_id(order.get(name)):
            raise Refusal(400, "bad-order", f'the order has no sound "{name}"')
    if order["nodeId"] != node_id:
        raise Refusal(409, "node-changed", f"the order is for another node, {order['nodeId']}")
    actions = order.get("actions")
    steps = actions.get("steps") if isinstance(actions, dict) else None
    if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
        raise Refusal(400, "bad-order", 'the order has no list "actions.steps"')
    found: Any = order
    return found  # type: ignore[no-any-return]  # checked above as far as it matters here


def read_release(body: bytes) -> list[str]:
    """The run ids in a body.

    Raises:
        Refusal: it holds none.
    """
    run_ids = _object(body).get("runIds")
    if not isinstance(run_ids, list) or not all(is_run_id(run_id) for run_id in run_ids):
        raise Refusal(400, "bad-request", 'a release needs "runIds", a list of ids')
    return run_ids


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Refusal(400, "bad-request", f"the body is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise Refusal(400, "bad-request", "the body is not a JSON object")
    return value
