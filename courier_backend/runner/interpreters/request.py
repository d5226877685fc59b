"""What a step asks of its interpreter."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Request:
    """One step, ready to be executed: its command is templated, its inputs are resolved.

    `environment` is what the step's process will find, as far as it is known before an attempt
    (its `PATH` is where programs are looked for); `timeout_seconds` is 0 when there is none;
    `dry_restart`: the machine must not be restarted, only what would be said.
    """

    name: str
    command: object
    inputs: Mapping[str, str]
    os_name: str
    timeout_seconds: float
    facts: Mapping[str, Any]
    environment: Mapping[str, str]
    dry_restart: bool = True
