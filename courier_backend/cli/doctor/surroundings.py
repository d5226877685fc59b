"""What the system and the terminal allow."""

from __future__ import annotations

import os
import resource
import shutil
import sys
from typing import TYPE_CHECKING, Final

from courier_backend.cli.doctor.finding import Finding, ok, warn
from courier_backend.cli.output import is_terminal, speaks_unicode

if TYPE_CHECKING:
    from courier_backend.model.places import Places

_GOOD_FILES: Final = 8192
_COLUMNS: Final = 80
_LINES: Final = 24


def open_files(_places: Places) -> list[Finding]:
    """Each run in flight takes a descriptor."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard == resource.RLIM_INFINITY:
        return [ok("open files", "no limit")]
    if hard < _GOOD_FILES:
        hint = "`ulimit -Hn 65536`, or nofile in /etc/security/limits.conf."
        return [warn("open files", f"at most {hard}: so many runs at once at the most", hint)]
    return [ok("open files", f"up to {hard}")]


def terminal(_places: Places) -> list[Finding]:
    """The app needs room, colours and letters."""
    if not is_terminal(sys.stdout):
        return [ok("terminal", "none here: the app needs one, the commands do not")]
    return [_size(), _colours()]


def letters(_places: Places) -> list[Finding]:
    """Statuses have a sign each."""
    if speaks_unicode(sys.stdout):
        return [ok("letters", f"{sys.stdout.encoding}")]
    hint = "Set LANG to one that ends in .UTF-8; until then plain letters are used."
    return [warn("letters", f"{sys.stdout.encoding} has no room for the signs", hint)]


def _size() -> Finding:
    columns, lines = shutil.get_terminal_size()
    if columns < _COLUMNS or lines < _LINES:
        hint = f"Make it {_COLUMNS}×{_LINES} at least for the app."
        return warn("terminal", f"{columns}×{lines}", hint)
    return ok("terminal", f"{columns}×{lines}")


def _colours() -> Finding:
    if os.environ.get("NO_COLOR"):
        return ok("colours", "none, as NO_COLOR asks")
    kind = os.environ.get("TERM", "")
    if kind in {"", "dumb", "unknown"}:
        return warn("colours", f"TERM is {kind or 'not set'}", "Set TERM, to xterm-256color say.")
    if os.environ.get("COLORTERM", "").lower() in {"truecolor", "24bit"}:
        return ok("colours", f"all of them ({kind})")
    return ok("colours", f"{kind}")
