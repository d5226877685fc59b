"""Writing a small file so that it is there whole or not at all."""

import os
from pathlib import Path
from typing import Any

import orjson


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Replace the file with this value, for its owner alone, synced."""
    draft = path.with_name(path.name + ".draft")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(orjson.dumps(value))
        file.flush()
        os.fsync(descriptor)
    draft.replace(path)
