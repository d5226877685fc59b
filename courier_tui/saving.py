"""The text of the editor into a file: whole or not at all, and another one only when asked."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from courier_tui.screens.confirm import Choice, Confirm
from courier_tui.tone import Tone

if TYPE_CHECKING:
    from courier_tui.frame import Frame


async def save_text(frame: Frame, text: str, name: str, saved: Callable[[str], None]) -> None:
    """Ask where to, and write it there."""
    from textual_fspicker import FileSave  # noqa: PLC0415  only when something is saved

    path = await frame.push_screen_wait(FileSave(title="Save the job", default_file=name))
    if path is None or (path.exists() and not await _may_replace(frame, path)):
        return
    try:
        await asyncio.to_thread(write_whole, path, text)
    except OSError as error:
        frame.tell(f"{path} cannot be written: {error.strerror or error}.", severity="error")
        return
    saved(path.name)
    frame.tell(f"Saved as {path}.")


async def _may_replace(frame: Frame, path: Path) -> bool:
    choices = (Choice("no", "Keep the old one"), Choice("yes", "Replace it", danger=True))
    lines = [[(str(path), Tone.MUTED)]]
    return await frame.push_screen_wait(Confirm("Replace this file?", lines, choices)) == "yes"


def write_whole(path: Path, text: str) -> None:
    """Write a draft beside it, then rename it."""
    descriptor, draft = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
