"""Clients that ask for a lot and read nothing."""

import asyncio
import base64
import json
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from tests.api.conftest import Client
from tests.api.frames import PROTOCOL

SIZE = 1_000_000
TEXT, PING = 0x81, 0x89
Peer = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Ask = Callable[[Peer, Client, str], Awaitable[None]]


@asynccontextmanager
async def peer(address: str) -> AsyncIterator[Peer]:
    """A connection that keeps little of what it has not read."""
    host, port = urlsplit(address).netloc.split(":")
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.setblocking(False)
    await asyncio.get_running_loop().sock_connect(raw, (host, int(port)))
    reader, writer = await asyncio.open_connection(sock=raw, limit=4096)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def ask_by_events(stream: Peer, client: Client, query: str) -> None:
    body = json.dumps({"query": query})
    await _request(
        stream,
        "POST /graphql HTTP/1.1",
        f"Authorization: Bearer {client.secret}",
        "Accept: text/event-stream",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        body=body,
    )


async def ask_by_socket(stream: Peer, client: Client, query: str) -> None:
    await connect(stream, client)
    payload = {"query": query}
    await send(stream, TEXT, {"type": "subscribe", "id": "1", "payload": payload})


async def connect(stream: Peer, client: Client) -> None:
    """The handshake and the init of a WebSocket."""
    await _request(
        stream,
        "GET /graphql HTTP/1.1",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        f"Sec-WebSocket-Protocol: {PROTOCOL}",
        f"Authorization: Bearer {client.secret}",
    )
    await stream[0].readuntil(b"\r\n\r\n")
    await send(stream, TEXT, {"type": "connection_init"})


async def send(stream: Peer, kind: int, message: object, times: int = 1) -> None:
    """Frames of up to 125 bytes or of two bytes' length, masked with zeros as a client must."""
    data = json.dumps(message).encode()
    length = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + len(data).to_bytes(2)
    stream[1].write((bytes([kind]) + length + bytes(4) + data) * times)
    await stream[1].drain()


async def _request(stream: Peer, *lines: str, body: str = "") -> None:
    first, *headers = lines
    stream[1].write("\r\n".join([first, "Host: localhost", *headers, "", body]).encode())
    await stream[1].drain()
