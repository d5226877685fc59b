"""Settings of the backend: ``config/config.toml``, every one with a default."""

import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from courier_backend.model.checking.wording import worded
from courier_backend.model.errors import BadInput
from courier_backend.model.problems import problem_item, problem_sentence
from courier_backend.model.wire import ProblemItem


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class BackendSettings(_Section):
    """Section ``[backend]``. Seconds; `port` 0 is any free one, kept from then on."""

    port: int = Field(default=0, ge=0, le=65535)
    idle_seconds: float = Field(default=600.0, gt=0)
    node_refresh_seconds: float = Field(default=300.0, ge=5)


class RunSettings(_Section):
    """Section ``[runs]``: what holds where a job says nothing. Seconds."""

    timeout_seconds: int = Field(default=3600, ge=1)
    queue_timeout_seconds: int = Field(default=86_400, ge=1)


class ScheduleSettings(_Section):
    """Section ``[schedules]``. Seconds; so late a missed execution is still made up for once."""

    grace_seconds: float = Field(default=3600.0, ge=0, le=366 * 86_400)


class EvidenceSettings(_Section):
    """Section ``[evidence]``. Bytes; below `min_free_bytes` no new instance starts."""

    max_bytes: int = Field(default=10 * 1024**3, ge=1024**2)
    min_free_bytes: int = Field(default=256 * 1024**2, ge=0)


class Settings(_Section):
    """All of ``config.toml``."""

    backend: BackendSettings = BackendSettings()
    runs: RunSettings = RunSettings()
    schedules: ScheduleSettings = ScheduleSettings()
    evidence: EvidenceSettings = EvidenceSettings()
    # Read by the command line: where other backends are.
    profiles: dict[str, dict[str, str]] = Field(default_factory=dict)
    default_profile: str = ""


def read_settings(path: Path) -> Settings:
    """The settings in `path`; all defaults where there is no such file.

    Raises:
        BadInput: the file cannot be read, is not TOML, or says something that cannot be.
    """
    try:
        told: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise BadInput(f"{path} is not TOML: {error}.") from error
    try:
        return Settings.model_validate(told)
    except ValidationError as error:
        problems = [_problem(dict(fault)) for fault in error.errors(include_url=False)]
        raise BadInput(f"{path}: {'; '.join(map(problem_sentence, problems))}.") from error


def _problem(fault: dict[str, Any]) -> ProblemItem:
    message, meant = worded(fault, _known(fault["loc"][:-1]))
    return problem_item(message, fault["loc"], did_you_mean=meant)


def _known(path: tuple[str, ...]) -> list[str]:
    """The settings that there are in a section, or the sections themselves."""
    model: Any = Settings.model_fields[path[0]].annotation if path else Settings
    return list(getattr(model, "model_fields", ()))
