"""What an evidence zip is made of: names of members, bounds, safe names."""

from pathlib import PurePosixPath
from typing import Final

STDOUT: Final = "stdout.log"
STDERR: Final = "stderr.log"
ATTEMPT: Final = "attempt.json"
MANIFEST: Final = "manifest.json"
FILES: Final = "files/"
ALWAYS: Final = (STDOUT, STDERR, ATTEMPT)
"""Members that every evidence zip has, besides the manifest."""

HEAD_BYTES: Final = 24 * 1024 * 1024
TAIL_BYTES: Final = 8 * 1024 * 1024
"""Of each stream the first and the last bytes are kept, with a marker line between."""
TOTAL_BYTES: Final = 64 * 1024 * 1024
"""What the streams leave of this is for files."""
MOST_FILES: Final = 10_000

MANIFEST_FORMAT: Final = "courier-evidence/1"
_UNSAFE_IN_A_NAME: Final = str.maketrans({"\\": "_", ":": "_"})


def evidence_name(run_id: str, step: int, attempt: int) -> str:
    """The name of the zip of an attempt."""
    return f"evidence-run-{run_id}-step-{step}-attempt-{attempt}.zip"


def gap_marker(dropped: int) -> bytes:
    """The line that stands where the middle of a long stream was left out."""
    return b"\n[courier: %d bytes left out here]\n" % dropped


def member_of(relative: str) -> str:
    """The member name of a file that a step left, whatever characters its own name has."""
    readable = relative.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    shown = "".join(c if c.isprintable() else "_" for c in readable)
    return FILES + shown.translate(_UNSAFE_IN_A_NAME)


def is_safe_member(name: str) -> bool:
    """Whether a member, unpacked by anybody, stays in the folder that it is unpacked into."""
    parts = PurePosixPath(name).parts
    return bool(parts) and not (
        name.startswith("/") or ".." in parts or "\\" in name or ":" in parts[0] or "\0" in name
    )
