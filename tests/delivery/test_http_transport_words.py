"""In which words the transport says that a node cannot be reached."""

import asyncio
import socket
from typing import Any

import pytest

from courier_backend.delivery.http_transport import HttpTransport
from courier_backend.delivery.node import NodeAddress, NodeUnreachable

pytestmark = pytest.mark.anyio


async def test_a_host_without_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    async def unknown(*_about: Any, **_more: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", unknown)
    node = NodeAddress("", "web-1", "http://web-1.example/nodes/a", "t", "")
    transport = HttpTransport()
    with pytest.raises(NodeUnreachable, match="does not answer: no address is known for this host"):
        await transport.identity(node)
    await transport.aclose()
