"""The least HTTP client that will do: one connection, requests made beforehand, answers as
bytes. What it costs itself is some microseconds a call, so what is timed is the server."""

import socket
from typing import Any, Self

import orjson

from bench.error import BenchError

RECEIVE_BYTES = 1 << 20
LENGTH = b"content-length:"
Address = tuple[str, int]


class HttpClient:
    """One kept-alive connection to the API of a token's holder."""

    def __init__(self, address: Address, token: str) -> None:
        self._head = (
            f"POST /graphql HTTP/1.1\r\nHost: {address[0]}:{address[1]}\r\n"
            f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\n"
            "Accept: application/json\r\nContent-Length: "
        ).encode()
        self._socket = socket.create_connection(address, timeout=120)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def request(self, document: str, variables: dict[str, Any]) -> bytes:
        """A whole request, ready to be sent."""
        body = orjson.dumps({"query": document, "variables": variables})
        return self._head + b"%d\r\n\r\n" % len(body) + body

    def send(self, request: bytes) -> bytes:
        """The body of the answer, to its last byte."""
        self._socket.sendall(request)
        head, _, begun = self._head_of_answer().partition(b"\r\n\r\n")
        missing = _length(head) - len(begun)
        parts = [begun]
        while missing:
            parts.append(self._receive())
            missing -= len(parts[-1])
        if not head.startswith(b"HTTP/1.1 200 "):
            raise BenchError(f"the API answered {head[:60]!r}: {b''.join(parts)[:300]!r}")
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


def _length(head: bytes) -> int:
    lowered = head.lower()
    at = lowered.find(LENGTH)
    if at < 0:
        raise BenchError(f"the API gave no length: {head!r}")
    return int(lowered[at + len(LENGTH) :].partition(b"\r\n")[0])
