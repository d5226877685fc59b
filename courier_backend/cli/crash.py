"""Keeping what a person need not see: the traceback of an error that nobody foresaw."""

from datetime import UTC, datetime
from traceback import format_exception

from courier_backend.model.places import places


def keep_traceback(error: Exception) -> str:
    """Write the traceback to the log. A sentence that says where it stands."""
    log = places().logs / "cli.log"
    text = "".join(format_exception(error))
    try:
        log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with log.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"{datetime.now(UTC).isoformat()}\n{text}\n")
    except OSError as trouble:
        return f"Its traceback could not be kept in {log} ({trouble.strerror}); --verbose shows it."
    return f"Its traceback stands in {log}; --verbose shows it."
