"""``--dry-run``: a command says what it would change, and ends there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NoReturn

from courier_backend.cli.answer import write_data
from courier_backend.cli.clean import clean
from courier_backend.cli.output import write

if TYPE_CHECKING:
    from collections.abc import Mapping

    from courier_backend.cli.session import Session

_OWNERS: Final = ("runId", "instanceId", "jobId", "nodeId")


class Rehearsed(BaseException):
    """The command has said what it would change; nothing was. `code`: to exit with."""

    def __init__(self, code: int = 0) -> None:
        super().__init__(code)
        self.code = code


def would(session: Session, *sentences: str) -> None:
    """In a rehearsal: say that this would happen on this machine, and end. Else nothing.

    Raises:
        Rehearsed: this was a rehearsal.
    """
    if session.dry_run:
        changes = [{"type": "", "sentence": sentence} for sentence in sentences]
        end_rehearsal(session, {"dryRun": True, "changes": changes})


def end_rehearsal(session: Session, item: Mapping[str, Any]) -> NoReturn:
    """Say what would change, and end; with 1 where a part of it would fail.

    Raises:
        Rehearsed: always.
    """
    if not session.for_programs:
        write("Dry run: nothing was changed. This would:\n")
        write("".join(f"  {_line(change)}\n" for change in item["changes"]))
    elif session.form == "csv":
        from courier_backend.cli.spreadsheet import write_csv  # noqa: PLC0415  rarely needed

        write_csv(["type", "sentence", *_OWNERS], item["changes"])
    else:
        write_data(session, {"item": dict(item)})
    raise Rehearsed(1 if item.get("fails") else 0)


def _line(change: Mapping[str, str]) -> str:
    of = next((change[key] for key in _OWNERS if change.get(key)), "")
    named = f" ({of})" if of and of not in change["sentence"] else ""
    return clean(f"{change['sentence']}{named}")
