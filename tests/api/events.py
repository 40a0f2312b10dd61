"""A client of server-sent events that reads them one by one, comments too."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from tests.api.conftest import Client


class Events:
    """What a response streams."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.aiter_lines()

    async def receive(self) -> tuple[str, Any]:
        """The kind of the next event, and its data if it has any."""
        told: dict[str, str] = {}
        line = ":"
        async with asyncio.timeout(10):
            while line or not told:
                line = await anext(self._lines)
                name, _, value = line.partition(":")
                if name:
                    told[name] = value.removeprefix(" ")
        assert set(told) == {"event", "data"}
        return told["event"], json.loads(told["data"]) if told["data"] else None

    async def comment(self) -> None:
        """Waits for a comment, which must come before any event."""
        line = ""
        async with asyncio.timeout(10):
            while not line:
                line = await anext(self._lines)
        assert line == ":"

    async def next(self) -> Any:
        """The data of the next event, which must be a result."""
        kind, data = await self.receive()
        assert kind == "next"
        return data

    async def rest(self) -> list[Any]:
        """What follows until it is complete, and that nothing does after that."""
        found = []
        while (event := await self.receive())[0] == "next":
            found.append(event[1])
        assert event == ("complete", None)
        assert [line async for line in self._lines] == []
        return found


@asynccontextmanager
async def streamed(
    address: str, client: Client, query: str | None, **members: Any
) -> AsyncIterator[Events]:
    """The events of an operation sent by POST."""
    body = {"query": query, **members}
    async with opened(address, client, "POST", json=body) as events:
        assert events.response.status_code == 200, await events.response.aread()
        yield events


@asynccontextmanager
async def opened(
    address: str, client: Client, method: str, **request: Any
) -> AsyncIterator[Events]:
    headers = {"Accept": "text/event-stream", **client.headers, **request.pop("headers", {})}
    async with (
        httpx.AsyncClient(base_url=address, timeout=20) as http,
        http.stream(method, "/graphql", headers=headers, **request) as response,
    ):
        yield Events(response)
