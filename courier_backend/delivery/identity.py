"""Checking what a node says of itself, before anything relies on it. Pure."""

from collections.abc import Mapping
from typing import Any, Final, cast

from courier_backend.model.protocol import NodeIdentity
from courier_backend.model.times import from_text

_FIELDS: Final[Mapping[str, type]] = {
    "nodeId": str,
    "name": str,
    "journalId": str,
    "version": str,
    "now": str,
    "protocols": list,
    "facts": dict,
    "tags": dict,
    "skills": list,
    "capacity": int,
}


def checked_identity(told: Any) -> NodeIdentity:  # noqa: ANN401  whatever the peer sent
    """The identity, once every field is what it must be.

    Raises:
        ValueError: it is not; names the field.
    """
    if not isinstance(told, dict):
        raise ValueError("its answer is not an object")
    for name, kind in _FIELDS.items():
        if not isinstance(told.get(name), kind):
            raise ValueError(f'its answer has no sound "{name}"')
    from_text(told["now"])
    for skill in told["skills"]:
        if not isinstance(skill, dict) or not {"name", "version"} <= skill.keys():
            raise ValueError('its answer has no sound "skills"')
    return cast(NodeIdentity, told)
