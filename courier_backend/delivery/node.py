"""How to reach a node, and what can go wrong on the way."""

from dataclasses import dataclass
from typing import Final

RUN_UNKNOWN: Final = "run-unknown"
RELEASED: Final = "released"
BEYOND: Final = "beyond-the-end"
RUN_GONE: Final = frozenset({RUN_UNKNOWN, RELEASED})
"""Codes of a node that knows its runs, and has not (any more) the one that was asked for."""
EVIDENCE_GONE: Final = frozenset({RUN_UNKNOWN, RELEASED, "no-evidence", "attempt-unknown"})
ORDER_REFUSED: Final = frozenset(
    {"other-order", "bad-order", "too-large", "node-changed", RELEASED}
)
"""Codes with which a node refuses an order for good; anything else may be another program."""


@dataclass(frozen=True, slots=True)
class NodeAddress:
    """A node as delivery sees it. `journal_id` is "" while it was never read."""

    id: str
    name: str
    url: str
    token: str
    journal_id: str


class DeliveryError(Exception):
    """Something between backend and node failed; the message is one sentence."""


class NodeUnreachable(DeliveryError):
    """The node did not answer, or its stream broke: worth trying again."""


class NodeRefused(DeliveryError):
    """The node answered, with a refusal. `status` is the HTTP status."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
