"""A wire that a test can cut: a TCP proxy on loopback."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from urllib.parse import urlsplit

from anyio.from_thread import BlockingPortal, start_blocking_portal


class Proxy:
    """Passes bytes on to a server, until it is cut and once it is mended."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self.port = 0

    async def mend(self) -> None:
        self._server = await asyncio.start_server(self._pass_on, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        if self._server:
            self._server.close()
        for writer in list(self._open):
            writer.transport.abort()
        self._server = None

    def lead_to(self, host: str, port: int) -> None:
        """Where new connections go from now on."""
        self._target = (host, port)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there_reader, there_writer = await asyncio.open_connection(*self._target)
        except OSError:  # nobody is there: the one who asked finds that out
            writer.close()
            return
        self._open |= {writer, there_writer}
        await asyncio.gather(_copy(reader, there_writer), _copy(there_reader, writer))
        self._open -= {writer, there_writer}


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


@asynccontextmanager
async def proxied(uri: str) -> AsyncIterator[Proxy]:
    """A proxy to the server that a URI names, for the length of the block."""
    address = urlsplit(uri)
    proxy = Proxy(address.hostname or "127.0.0.1", address.port or 7687)
    await proxy.mend()
    try:
        yield proxy
    finally:
        await proxy.cut()


class Wire:
    """A proxy in a thread of its own, for those who block."""

    def __init__(self, proxy: Proxy, portal: BlockingPortal) -> None:
        self._proxy = proxy
        self._portal = portal
        self.port = proxy.port

    def mend(self) -> None:
        self._portal.call(self._proxy.mend)

    def cut(self) -> None:
        self._portal.call(self._proxy.cut)

    def lead_to(self, host: str, port: int) -> None:
        self._proxy.lead_to(host, port)


@contextmanager
def wired(uri: str) -> Iterator[Wire]:
    """The same as `proxied`, in a thread."""
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(proxied(uri)) as proxy,
    ):
        yield Wire(proxy, portal)
