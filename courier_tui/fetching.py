"""Downloads the evidence of a run, with progress, and says where it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from courier_backend.client import calls
from courier_backend.model.errors import CourierError
from courier_tui.download import Saved, downloads_folder, save
from courier_tui.text import Span
from courier_tui.tone import Tone
from courier_tui.wording import counted, size

if TYPE_CHECKING:
    from pathlib import Path

    from courier_backend.model.wire import StepItem
    from courier_tui.frame import Frame

Show = Callable[[Sequence[Span] | None], None]
_WIDTH: Final = 30
_HAVE: Final = frozenset({"stored", "pending"})


def wanted(steps: Sequence[StepItem]) -> list[tuple[int, int, int]]:
    """Step, attempt and bytes of all evidence that there is or will be."""
    return [
        (step["stepNumber"], attempt["attemptNumber"], attempt["evidence"]["bytes"])
        for step in steps
        for attempt in step["attempts"]
        if attempt["evidence"]["state"] in _HAVE and attempt["status"] not in {"running", "active"}
    ]


async def download_run(frame: Frame, run_id: str, steps: Sequence[StepItem], show: Show) -> None:
    """All attempts of a run, into the downloads folder."""
    files = wanted(steps)
    if not files:
        frame.tell("There is no evidence yet: it comes when an attempt has ended.")
        return
    progress = _Progress(len(files), sum(each[2] for each in files), show)
    folder = downloads_folder()
    saved: list[Saved] = []
    try:
        for step, attempt, _bytes in files:
            progress.next()
            artifact = await frame.ask(calls.get_evidence(run_id, step, attempt))
            saved.append(await save(frame.link.backend, artifact, folder, progress.came))
    except CourierError as error:
        frame.complain(error)
    finally:
        show(None)
    if saved:
        _tell(frame, folder, saved)


def _tell(frame: Frame, folder: Path, saved: Sequence[Saved]) -> None:
    kept = sum(each.kept for each in saved)
    title = f"{counted(len(saved), 'file')} downloaded" if kept < len(saved) else "Already there"
    names = "\n".join(each.path.name for each in saved[:3])
    more = f"\nand {len(saved) - 3} more" if len(saved) > 3 else ""  # noqa: PLR2004  as above
    same = f"\n{kept} of them were there already." if 0 < kept < len(saved) else ""
    frame.tell(f"{names}{more}\nin {folder}{same}", title=title)


class _Progress:
    """A bar over all files."""

    def __init__(self, files: int, total: int, show: Show) -> None:
        self._files, self._total, self._show = files, total, show
        self._file = self._bytes = 0

    def next(self) -> None:
        """Another file begins."""
        self._file += 1
        self._draw()

    def came(self, count: int) -> None:
        """So many bytes more."""
        self._bytes += count
        self._draw()

    def _draw(self) -> None:
        share = min(self._bytes / self._total, 1.0) if self._total else 0.0
        cells = int(_WIDTH * share)
        self._show(
            [
                (f"Downloading {self._file} of {self._files}  ", Tone.PLAIN),
                ("━" * cells, Tone.LIVE),
                ("─" * (_WIDTH - cells), Tone.FAINT),
                (f"  {size(self._bytes)}", Tone.MUTED),
            ]
        )
