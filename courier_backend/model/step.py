"""One step of a job: what is executed, with what, and what follows when it fails."""

from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from courier_backend.model.definition import MAX_SECONDS, Definition, plain_number

BackoffType = Literal["none", "linear", "exponential", "polynomial"]
FailureAction = Literal["retryThenFail", "retryThenIgnore"]
SourceType = Literal["artifact", "exitCode", "file", "output"]
ExtractMethod = Literal["content", "regEx", "jsonPath"]
Operator = Literal["eq", "gt", "gte", "lt", "lte", "matches", "startsWith", "endsWith", "contains"]
Share = Annotated[float, Field(ge=0, le=4096)]


def _command(value: object) -> object:
    if isinstance(value, dict | list):
        return value
    raise PydanticCustomError("command_type", "must be an object or a list")


Command = Annotated[
    dict[str, Any] | list[Any],
    PlainValidator(_command),
    WithJsonSchema({"anyOf": [{"type": "object"}, {"type": "array", "items": {}}]}),
]
"""By platform (shell), with `exec` and `args` (others), or a list (the older form)."""


class SkillBounds(Definition):
    """Which versions of an interpreter will do; empty is unbounded, both ends inclusive."""

    min_version: str = ""
    max_version: str = ""


class Interpreter(Definition):
    """What executes the command."""

    name: Annotated[str, Field(min_length=1)]
    skill: SkillBounds = SkillBounds()


class Backoff(Definition):
    """How long to wait before an attempt is repeated."""

    type: BackoffType = "none"
    delay_seconds: Annotated[float, Field(ge=0, le=MAX_SECONDS)] = 0
    arguments: list[Any] = Field(default_factory=list)

    def normal(self) -> dict[str, Any]:
        """The wire form."""
        return {
            "type": self.type,
            "delaySeconds": plain_number(self.delay_seconds),
            "arguments": list(self.arguments),
        }


class FailureBehavior(Definition):
    """What follows when the last attempt failed: the run fails, or goes on."""

    action: FailureAction = "retryThenFail"
    retry_backoff_strategy: Backoff = Backoff()

    def normal(self) -> dict[str, Any]:
        """The wire form."""
        return {
            "action": self.action,
            "retryBackoffStrategy": self.retry_backoff_strategy.normal(),
        }


class Limits(Definition):
    """Bounds of one attempt; 0 is unbounded."""

    cores: Annotated[int, Field(ge=0, le=4096)] = 0
    cpu: Share = 1
    timeout_seconds: Annotated[int, Field(ge=0, le=MAX_SECONDS)] = 0
    memory_bytes: Annotated[int, Field(ge=0, le=2**50)] = 0

    def normal(self) -> dict[str, Any]:
        """The wire form; the memory only where it is bounded, since Chef knows no such limit."""
        normal: dict[str, Any] = {
            "cores": self.cores,
            "cpu": plain_number(self.cpu),
            "timeoutSeconds": self.timeout_seconds,
        }
        return normal | ({"memoryBytes": self.memory_bytes} if self.memory_bytes else {})


class Condition(Definition):
    """The step is executed only if this holds, otherwise it is skipped."""

    input_name: Annotated[str, Field(min_length=1)]
    operator: Operator
    value: str = ""
    negate: bool = False


class ExpectedInput(Definition):
    """A variable that the step needs, usually an output of an earlier step."""

    type: str = ""
    default: Any = None
    required: bool = False
    sensitive: bool = False

    def normal(self) -> dict[str, Any]:
        """The wire form; `type` and `default` only where they were given."""
        given = self.model_dump(include={"type", "default"}, exclude_unset=True, exclude_none=True)
        return {**given, "required": self.required, "sensitive": self.sensitive}


class OutputRule(Definition):
    """Where the value of an output comes from, and how it is taken out of there."""

    source_type: SourceType
    source: str = ""
    extract_method: ExtractMethod = "content"
    expression: str = ""
    required: bool = False
    sensitive: bool = False


class Step(Definition):
    """One step; they run in the order in which they stand."""

    name: str = ""
    description: str = ""
    interpreter: Interpreter
    command: Command
    inputs: dict[str, str] = Field(default_factory=dict)
    expected_inputs: dict[str, ExpectedInput] = Field(default_factory=dict)
    output_field_rules: dict[str, OutputRule] = Field(default_factory=dict)
    conditions: list[Condition] = Field(default_factory=list)
    retry_count: Annotated[int, Field(ge=0, le=100)] = 0
    failure_behavior: FailureBehavior = FailureBehavior()
    limits: Limits = Limits()

    def normal(self) -> dict[str, Any]:
        """The wire form: every key that Chef Courier echoes."""
        return {
            "name": self.name,
            "description": self.description,
            "interpreter": self.interpreter.model_dump(by_alias=True),
            "command": self.command,
            "inputs": dict(self.inputs),
            "expectedInputs": {n: given.normal() for n, given in self.expected_inputs.items()},
            "outputFieldRules": {
                name: rule.model_dump(by_alias=True)
                for name, rule in self.output_field_rules.items()
            },
            "conditions": [condition.model_dump(by_alias=True) for condition in self.conditions],
            "retryCount": self.retry_count,
            "failureBehavior": self.failure_behavior.normal(),
            "limits": self.limits.normal(),
        }
