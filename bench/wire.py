"""The least HTTP client that will do: one connection at a time, requests made beforehand, answers as
bytes. What it costs itself is some microseconds a call, so what is timed is the server."""

import socket
import time
from typing import Any, Self

import orjson

from bench.error import BenchError

RECEIVE_BYTES = 1 << 20
IDLE_SECONDS = 2.0
LENGTH = b"content-length:"
Address = tuple[str, int]


class HttpClient:
    """One kept-alive connection to a GraphQL server, of a token's holder if it wants one."""

    def __init__(self, address: Address, token: str | None = None) -> None:
        shown = f"Authorization: Bearer {token}\r\n" if token else ""
        self._head = (
            f"POST /graphql HTTP/1.1\r\nHost: {address[0]}:{address[1]}\r\n"
            f"{shown}Content-Type: application/json\r\n"
            "Accept: application/json\r\nContent-Length: "
        ).encode()
        self._address = address
        self._connect()

    def _connect(self) -> None:
        self._socket = socket.create_connection(self._address, timeout=120)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._used_at = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def request(self, document: str, variables: dict[str, Any]) -> bytes:
        """A whole request, ready to be sent."""
        body = orjson.dumps({"query": document, "variables": variables})
        return self._head + b"%d\r\n\r\n" % len(body) + body

    def send(self, request: bytes) -> bytes:
        """The body of the answer, to its last byte. Servers close a connection that was idle for
        long, so such a one is not used again."""
        if time.monotonic() - self._used_at > IDLE_SECONDS:
            self._socket.close()
            self._connect()
        self._socket.sendall(request)
        head, _, begun = self._head_of_answer().partition(b"\r\n\r\n")
        missing = length_of(head) - len(begun)
        parts = [begun]
        while missing:
            parts.append(self._receive())
            missing -= len(parts[-1])
        if not head.startswith(b"HTTP/1.1 200 "):
            raise BenchError(f"the API answered {head[:60]!r}: {b''.join(parts)[:300]!r}")
        self._used_at = time.monotonic()
        return b"".join(parts)

    def _head_of_answer(self) -> bytes:
        received = self._receive()
        while b"\r\n\r\n" not in received:
            received += self._receive()
        return received

    def _receive(self) -> bytes:
        received = self._socket.recv(RECEIVE_BYTES)
        if not received:
            raise BenchError("the API closed the connection")
        return received


def data_of(body: bytes) -> dict[str, Any]:
    """The data of an answer that has no errors."""
    answer: dict[str, Any] = orjson.loads(body)
    if "errors" in answer:
        raise BenchError(f"the API answered with errors: {answer['errors'][:2]}")
    data: dict[str, Any] = answer["data"]
    return data


def length_of(head: bytes) -> int:
    """How many bytes the body has, as a head says."""
    lowered = head.lower()
    at = lowered.find(LENGTH)
    if at < 0:
        raise BenchError(f"the API gave no length: {head!r}")
    return int(lowered[at + len(LENGTH) :].partition(b"\r\n")[0])
