"""From the normal form of a job to a file: JSON, YAML or TOML, pleasant to read and to edit."""

from __future__ import annotations

import json
from typing import Any

from courier_backend.model.errors import BadInput
from courier_backend.model.problems import shown


def dump_job(normal: dict[str, Any], body_format: str) -> str:
    """The job as text; `parse_job` gives the same job again.

    Raises:
        BadInput: no such format, or (TOML) a null where TOML has none.
    """
    if body_format == "json":
        return json.dumps(normal, indent=2, ensure_ascii=False) + "\n"
    if body_format == "yaml":
        from courier_backend.model.writing.yaml_writer import write_yaml  # noqa: PLC0415

        return write_yaml(normal)
    if body_format == "toml":
        from courier_backend.model.writing.toml_writer import write_toml  # noqa: PLC0415

        return write_toml(normal)
    raise BadInput(f"{shown(body_format)} is no format of job files (json, yaml, toml)")
