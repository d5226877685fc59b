"""Courier: jobs on a fleet of machines, and a history of them that can be trusted."""

from typing import Final

__version__: Final = "0.1.0"
