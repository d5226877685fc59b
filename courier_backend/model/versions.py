"""Versions of skills and interpreters, read leniently, and the bounds that are put on them.

``19`` is ``19.0.0``; what cannot be read after the numbers does not count (``1.0.3/20240318`` is
``1.0.3``), and neither does what follows ``+``. A release candidate comes before its release.
"""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from packaging.version import InvalidVersion, Version

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_NUMBERS: Final = re.compile(r"v?(\d+(?:\.\d+)*)", re.IGNORECASE)
_BOUND: Final = re.compile(r"\s*([<>=!~^]*)\s*(.*?)\s*\Z", re.DOTALL)
LONGEST_VERSION: Final = 100
_OPERATORS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "=": operator.eq,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "": operator.eq,
}
OPERATORS: Final = tuple(word for word in _OPERATORS if word not in ("", "=="))
"""As they are told to people."""


@lru_cache(maxsize=4096)
def read_version(text: str) -> Version:
    """The version that a text means.

    Raises:
        ValueError: it means none.
    """
    bare = text.strip()
    if len(bare) > LONGEST_VERSION:
        raise ValueError(f"a version has at most {LONGEST_VERSION} characters")
    try:
        return Version(Version(bare).public)
    except InvalidVersion:
        numbers = _NUMBERS.match(bare)
    if numbers is None:
        raise ValueError(f'"{bare}" is no version')
    return Version(numbers[1])


@dataclass(frozen=True, slots=True)
class Bound:
    """One bound, such as ``>= 1.0.0``; a bare version is exactly that one."""

    operator: str
    version: Version

    def admits(self, version: Version) -> bool:
        """Whether a version keeps to it."""
        return _OPERATORS[self.operator](version, self.version)


@lru_cache(maxsize=4096)
def read_bound(text: str) -> Bound:
    """The bound that a text means.

    Raises:
        ValueError: it means none.
    """
    found = _BOUND.match(text)
    assert found is not None  # noqa: S101  the pattern takes everything
    symbol, version = found[1], found[2]
    if symbol not in _OPERATORS:
        raise ValueError(f'"{symbol}" is no operator (one of {", ".join(OPERATORS)})')
    if not version:
        raise ValueError("a version is missing (such as >= 1.0.0)")
    return Bound(symbol, read_version(version))


def unmet_bounds(version: str, wanted: Mapping[str, Any]) -> str:
    """What a step wants of a version (``at least 1.0.0``), where that is not so; else "".

    `wanted` is the `skill` of its interpreter; both bounds are inclusive, empty is no bound.

    Raises:
        ValueError: the version, or a bound, is none.
    """
    low, high = str(wanted.get("minVersion") or ""), str(wanted.get("maxVersion") or "")
    installed = read_version(version)
    too_old = low and installed < read_version(low)
    too_new = high and installed > read_version(high)
    if not too_old and not too_new:
        return ""
    return " and ".join([f"at least {low}"] * bool(low) + [f"at most {high}"] * bool(high))
