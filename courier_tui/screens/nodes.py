"""The fleet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on

from courier_backend.client import calls
from courier_tui.screens.live import LiveScreen
from courier_tui.subjects.nodes import NODES
from courier_tui.widgets.listing import Listing
from courier_tui.widgets.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from courier_backend.client.call import Page
    from courier_backend.model.wire import NodeItem


class Nodes(LiveScreen):
    """The list of nodes."""

    def __init__(self) -> None:
        super().__init__("Nodes")

    def body(self) -> Iterable[Widget]:
        """The list."""
        yield Listing(NODES, self._fetch)

    async def _fetch(self, page: int, size: int) -> Page[NodeItem]:
        return await self.frame.ask(calls.list_nodes(page=page, size=size))

    @property
    def listing(self) -> Listing[NodeItem]:
        """The list."""
        return self.query_one(Listing)

    async def load(self) -> None:
        """The rows in sight."""
        self.listing.reload()

    def tick(self) -> None:
        """The last contact is a second longer ago."""
        self.listing.table.refresh()

    @on(Table.Opened)
    def _open(self) -> None:
        from courier_tui.screens.node import NodeScreen  # noqa: PLC0415  when first shown

        node = self.listing.current
        if node is not None:
            self.frame.open(NodeScreen(node["id"], node["name"]))
