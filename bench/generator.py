"""Clients as one process, `python -m bench.generator`: many kept-alive connections that ask without
a pause, requests made beforehand, answers counted and thrown away. A `Task` comes in by standard
input, a `Load` goes out by standard output."""

import asyncio
import dataclasses
import gc
import itertools
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

import orjson
import uvloop

from bench.error import BenchError
from bench.timing import Summary
from bench.wire import Address, length_of

END_OF_HEAD = b"\r\n\r\n"
GRACE_SECONDS = 30.0


@dataclass(frozen=True)
class Load:
    """What the clients saw, and what they took of a processor themselves."""

    seconds: float
    received_bytes: int
    cpu_seconds: float
    times: Summary

    @property
    def calls_a_second(self) -> float:
        return self.times.calls / self.seconds


def generate(address: Address, requests: Sequence[bytes], clients: int, seconds: float) -> Load:
    """So many clients, for so long, in a process of their own; each takes the next request."""
    texts = [request.decode() for request in requests]
    task = {"address": address, "requests": texts, "clients": clients, "seconds": seconds}
    done = subprocess.run(
        [sys.executable, "-m", "bench.generator"],
        input=orjson.dumps(task),
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise BenchError(f"the clients ended: {done.stderr.decode(errors='replace')[-500:]}")
    told = orjson.loads(done.stdout)
    return Load(**told | {"times": Summary(**told["times"])})


class _Client(asyncio.Protocol):
    """One connection: asks, waits for the last byte of the answer, and asks again."""

    def __init__(self, requests: Iterator[bytes], stop_at: float) -> None:
        self._requests, self._stop_at = requests, stop_at
        self._head, self._missing = b"", 0
        self._asked_at = 0.0
        self.taken: list[float] = []
        self.received = 0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._ask()

    def _ask(self) -> None:
        self._asked_at = time.perf_counter()
        self._transport.write(next(self._requests))

    def data_received(self, data: bytes) -> None:
        self.received += len(data)
        if self._missing:
            self._missing -= len(data)
        else:
            self._begin(data)
        if not self._missing and not self._head:
            self._answered()

    def _begin(self, data: bytes) -> None:
        self._head += data
        head, end, begun = self._head.partition(END_OF_HEAD)
        if end:
            if not head.startswith(b"HTTP/1.1 200 "):
                self._fail(f"the server answered {self._head[:300]!r}")
            self._missing = length_of(head) - len(begun)
            self._head = b""

    def _answered(self) -> None:
        now = time.perf_counter()
        self.taken.append(now - self._asked_at)
        if now < self._stop_at:
            self._ask()
        elif not self.done.done():
            self.done.set_result(None)

    def connection_lost(self, _: Exception | None) -> None:
        self._fail("the server closed a connection")

    def _fail(self, why: str) -> None:
        if not self.done.done():
            self.done.set_exception(BenchError(why))


async def _load(address: Address, requests: list[bytes], clients: int, seconds: float) -> Load:
    endless = itertools.cycle(requests)
    loop = asyncio.get_running_loop()
    start, cpu = time.perf_counter(), time.process_time()
    opening = (
        loop.create_connection(lambda: _Client(endless, start + seconds), *address)
        for _ in range(clients)
    )
    opened = [client for _, client in await asyncio.gather(*opening)]
    async with asyncio.timeout(seconds + GRACE_SECONDS):
        await asyncio.gather(*(client.done for client in opened))
    return Load(
        time.perf_counter() - start,
        sum(client.received for client in opened),
        time.process_time() - cpu,
        Summary.of([each for client in opened for each in client.taken]),
    )


def main() -> None:
    """Does the task of standard input."""
    gc.disable()
    told = orjson.loads(sys.stdin.buffer.read())
    requests = [text.encode() for text in told["requests"]]
    address = told["address"][0], told["address"][1]
    work = _load(address, requests, told["clients"], told["seconds"])
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        load = runner.run(work)
    sys.stdout.buffer.write(orjson.dumps(dataclasses.asdict(load)))


if __name__ == "__main__":
    main()
