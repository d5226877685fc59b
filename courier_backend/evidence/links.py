"""Signed links: who has one may fetch one file, for a while, without a token.

The signature covers path, date and life of a link, so that none of them can be changed.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from courier_backend.model.errors import CourierError
from courier_backend.model.times import Clock

LIFE_SECONDS: Final = 900
DATE: Final = "X-Courier-Date"
EXPIRES: Final = "X-Courier-Expires"
SIGNATURE: Final = "X-Courier-Signature"

_FORMAT: Final = "%Y%m%dT%H%M%SZ"
_CLOCK_SKEW: Final = timedelta(seconds=60)


class LinkRefused(CourierError):
    """A link that was changed, is incomplete, or has had its time."""

    code = "link-refused"
    http_status = 403


@dataclass(frozen=True, slots=True)
class Links:
    """Makes links and checks them, with a key that outlives the backend."""

    key: bytes
    clock: Clock

    def sign(self, path: str, seconds: int = LIFE_SECONDS) -> str:
        """The path with a query that opens it from now on for so many seconds."""
        date = self.clock().astimezone(UTC).strftime(_FORMAT)
        expires = str(seconds)
        signature = self._signature(path, date, expires)
        return f"{path}?{urlencode({DATE: date, EXPIRES: expires, SIGNATURE: signature})}"

    def check(self, path: str, query: Sequence[tuple[str, str]]) -> None:
        """Whether this query opens this path now.

        Raises:
            LinkRefused: it does not.
        """
        date, expires, signature = (_only(query, name) for name in (DATE, EXPIRES, SIGNATURE))
        ours = self._signature(path, date, expires)
        if not hmac.compare_digest(ours.encode(), signature.encode(errors="replace")):
            raise LinkRefused("This link is not one of ours: its signature does not fit.")
        begin = datetime.strptime(date, _FORMAT).replace(tzinfo=UTC)
        end = begin + timedelta(seconds=int(expires))
        if not begin - _CLOCK_SKEW <= self.clock() < end:
            raise LinkRefused(
                f"This link was good until {end.isoformat().replace('+00:00', 'Z')}.",
                hint="Ask for the evidence again; that gives a new link.",
            )

    def _signature(self, path: str, date: str, expires: str) -> str:
        signed = f"courier-link-1\n{path}\n{date}\n{expires}".encode(errors="replace")
        return hmac.digest(self.key, signed, "sha256").hex()


def _only(query: Sequence[tuple[str, str]], name: str) -> str:
    """The one value of a parameter; given twice, another reader might see another one."""
    values = [value for key, value in query if key == name]
    if len(values) != 1:
        raise LinkRefused(f"This link is incomplete: it needs {name} once.")
    return values[0]
