"""A server that is up and down at once: hundreds of tests start one, and uvicorn's own looks ten
times a second whether it is to end, and ten times again whether it has."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager

import uvicorn


class Server(uvicorn.Server):
    """One that is told to end by `over`."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = threading.Event()
        self.over: Future[None] = Future()

    async def main_loop(self) -> None:
        await self.on_tick(0)
        self.up.set()
        await asyncio.wrap_future(self.over)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        if tasks := set(self.server_state.tasks):
            await asyncio.wait(tasks, timeout=self.config.timeout_graceful_shutdown or 1)
        for task in self.server_state.tasks:
            task.cancel()
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        for server in self.servers:
            await server.wait_closed()
        await self.lifespan.shutdown()


@contextmanager
def running(config: uvicorn.Config, listening: socket.socket) -> Iterator[str]:
    """The address of a server that runs in a thread of its own."""
    server = Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        while not server.up.wait(0.05):
            assert thread.is_alive(), "it did not start"
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.over.set_result(None)
        thread.join()
