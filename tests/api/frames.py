"""A WebSocket client that speaks frame by frame, so that it can speak wrongly."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import websockets
from websockets.asyncio.client import ClientConnection

from tests.api.conftest import Client

PROTOCOL = "graphql-transport-ws"


class Socket:
    """A client that speaks frame by frame."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def send(self, kind: str, **members: Any) -> None:
        await self.raw(json.dumps({"type": kind, **members}))

    async def raw(self, frame: str | bytes) -> None:
        await self.connection.send(frame)

    async def receive(self) -> dict[str, Any]:
        frame = await asyncio.wait_for(self.connection.recv(), 10)
        assert isinstance(frame, str)
        message = json.loads(frame)
        assert isinstance(message, dict)
        return message

    async def init(self, client: Client) -> None:
        await self.send("connection_init", payload={"authorization": f"Bearer {client.secret}"})
        assert await self.receive() == {"type": "connection_ack"}

    async def subscribe(self, number: str, query: str, **members: Any) -> None:
        await self.send("subscribe", id=number, payload={"query": query, **members})

    async def ends_with(self, code: int) -> str:
        """Waits for the close, which must have that code; what it gives as the reason."""
        async with asyncio.timeout(10):
            with suppress(websockets.ConnectionClosedError):
                async for _ in self.connection:
                    pass
            await self.connection.wait_closed()
        assert self.connection.close_code == code, self.connection.close_reason
        return self.connection.close_reason or ""


@asynccontextmanager
async def connected(address: str, **options: Any) -> AsyncIterator[Socket]:
    where = address.replace("http", "ws", 1) + "/graphql"
    options = {"subprotocols": [PROTOCOL], "proxy": None, **options}
    async with websockets.connect(where, **options) as connection:
        yield Socket(connection)
