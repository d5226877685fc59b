"""What all parts of a job definition have in common."""

from typing import Final

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

MAX_SECONDS: Final = 366 * 24 * 3600
"""The longest time-out or delay of a definition: a year."""


class Definition(BaseModel):
    """A part of a job definition: camelCase on the wire, snake_case here, never changed.

    Values are taken as they are written (strict): the text ``"60"`` is not a number. Unknown
    fields are ignored here; `parse` reports them.
    """

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        frozen=True,
        strict=True,
        extra="ignore",
    )


def plain_number(value: float) -> int | float:
    """The number as the wire has it: whole numbers without a fraction."""
    return int(value) if value == int(value) else value
