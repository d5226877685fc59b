"""The group ``courier evidence``."""

from typing import Final

from courier_backend.cli.lazy import Entry, group

_HERE: Final = "courier_backend.cli.evidence"

evidence: Final = group(
    "evidence",
    "What an attempt left: download it, and check it.",
    {
        "get": Entry(f"{_HERE}.get:get", "Download the evidence of a run."),
        "verify": Entry(f"{_HERE}.verify:verify", "Check evidence against its manifest."),
    },
)
