"""The first screen of each section, imported when it is first shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from textual.command import Provider
    from textual.screen import Screen


def overview() -> Screen[Any]:
    """What goes on."""
    from courier_tui.screens.overview import Overview  # noqa: PLC0415  when first shown

    return Overview()


def jobs() -> Screen[Any]:
    """All jobs."""
    from courier_tui.screens.jobs import Jobs  # noqa: PLC0415  when first shown

    return Jobs()


def instances() -> Screen[Any]:
    """All instances."""
    from courier_tui.screens.instances import Instances  # noqa: PLC0415  when first shown

    return Instances()


def nodes() -> Screen[Any]:
    """The fleet."""
    from courier_tui.screens.nodes import Nodes  # noqa: PLC0415  when first shown

    return Nodes()


def palette() -> type[Provider]:
    """What the palette offers."""
    from courier_tui.commands.palette import Commands  # noqa: PLC0415  when first opened

    return Commands


MODES: Final[dict[str, str | Callable[[], Screen[Any]]]] = {
    "overview": overview,
    "jobs": jobs,
    "instances": instances,
    "nodes": nodes,
}
