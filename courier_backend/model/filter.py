"""Node filters: constraints on attributes, skills and states, all of which must hold."""

from typing import Annotated, Any, Literal

from pydantic import Field

from courier_backend.model.definition import Definition

AttributeOperator = Literal["=", "!=", "MATCHES", "CONTAINS"]
StateOperator = Literal["=", "!="]
Some = Annotated[list[str], Field(min_length=1)]


class AttributeConstraint(Definition):
    """An attribute of a node; several values are alternatives."""

    name: str
    operator: AttributeOperator
    value: Some
    namespace: list[str] = Field(default_factory=list)


class SkillConstraint(Definition):
    """A skill of a node; all version bounds must hold, none means any version."""

    name: str
    version: list[str] = Field(default_factory=list)


class StateConstraint(Definition):
    """The enrollment level or the health of a node; several values are alternatives."""

    operator: StateOperator
    value: Some


class OverrideConstraint(Definition):
    """The names of override settings; several names are alternatives."""

    operator: StateOperator
    name: Some


class Constraints(Definition):
    """All of these must hold."""

    attributes: list[AttributeConstraint] = Field(default_factory=list)
    skills: list[SkillConstraint] = Field(default_factory=list)
    enrollment_level: StateConstraint | None = None
    health_status: StateConstraint | None = None
    override_settings: OverrideConstraint | None = None

    def normal(self) -> dict[str, Any]:
        """The wire form: what was given, no more."""
        return self.model_dump(by_alias=True, exclude_unset=True, exclude_none=True)


class Filter(Definition):
    """Which nodes: those that meet every constraint."""

    constraints: Constraints

    def normal(self) -> dict[str, Any]:
        """The wire form: what was given, no more."""
        return self.model_dump(by_alias=True, exclude_unset=True, exclude_none=True)
