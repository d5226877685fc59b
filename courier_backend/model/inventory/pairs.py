"""Names and values on one line."""

from __future__ import annotations


class BadPairs(ValueError):
    """One of them is no pair; the message says which."""


def pairs_of(text: str, separator: str) -> dict[str, str]:
    """``role=web;stage=test`` as names and values.

    Raises:
        BadPairs: something in it is not NAME=VALUE.
    """
    pairs = {}
    for part in text.split(separator):
        if not part.strip():
            continue
        name, found, value = part.partition("=")
        if not found or not name.strip():
            raise BadPairs(f'"{part.strip()}" is not NAME=VALUE')
        pairs[name.strip()] = value.strip()
    return pairs
