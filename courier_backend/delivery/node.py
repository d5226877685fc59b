"""How to reach a node, and what can go wrong on the way."""

from dataclasses import dataclass


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
