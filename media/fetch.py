"""Fetches a remote file without ever being led into a private network."""

import socket
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import anyio
import httpx

from media.address import is_public
from media.errors import AddressRefused, FetchFailed, FetchTimeout, TooLarge, UrlRefused
from media.intake import Received, receive

REDIRECTS_MAX = 5
DEADLINE_SECONDS = 120.0
_CONNECT_SECONDS = 10.0
_PORTS = {"http": 80, "https": 443}
_PORT_MAX = 65_535
_WANTED = "Only whole http and https URLs are fetched."

# Addresses of a host and port, as the system's resolver gives them.
Resolve = Callable[[str, int], Awaitable[list[str]]]


async def resolve_host(host: str, port: int) -> list[str]:
    """Every address of a host, in the order to try them."""
    found = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(entry[4][0] for entry in found))


@dataclass(frozen=True)
class Fetcher:
    """Hosts in `allow_private` may be private, such as a ComfyUI next door."""

    data_dir: Path
    max_bytes: int
    allow_private: frozenset[str] = frozenset()
    deadline_seconds: float = DEADLINE_SECONDS
    resolve: Resolve = resolve_host
    tls: ssl.SSLContext | None = None

    @asynccontextmanager
    async def fetch(self, url: str) -> AsyncIterator[Received]:
        """Yield the fetched file; it is gone after the block."""
        async with AsyncExitStack() as kept:
            with _translated(), anyio.fail_after(self.deadline_seconds):
                async with aclosing(self._body(url)) as body:
                    arrival = receive(body, self.data_dir, self.max_bytes)
                    received = await kept.enter_async_context(arrival)
            yield received

    async def _body(self, url: str) -> AsyncGenerator[bytes, None]:
        async with self._client() as client, client.stream("GET", url) as response:
            self._check(response)
            async for chunk in response.aiter_raw():
                yield chunk

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            transport=_PinnedTransport(self.resolve, self.allow_private, self.tls),
            # Compressed bodies would be counted before they unpack.
            headers={"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "pedigree"},
            timeout=httpx.Timeout(self.deadline_seconds, connect=_CONNECT_SECONDS),
            follow_redirects=True,
            max_redirects=REDIRECTS_MAX,
            trust_env=False,
        )

    def _check(self, response: httpx.Response) -> None:
        if response.status_code != 200:
            raise FetchFailed(f"The host answered {response.status_code}. Check the URL.")
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            raise FetchFailed("The host sent a compressed body unasked. Upload the file instead.")
        length = response.headers.get("content-length", "")
        if length.isdecimal() and int(length) > self.max_bytes:
            raise TooLarge(self.max_bytes)


class _PinnedTransport(httpx.AsyncBaseTransport):
    """Connects to the very address it checked; every redirect comes through here again."""

    def __init__(
        self, resolve: Resolve, allow_private: frozenset[str], tls: ssl.SSLContext | None
    ) -> None:
        self._resolve = resolve
        self._allow_private = allow_private
        # A kept connection was made for another host of the same address.
        limits = httpx.Limits(max_keepalive_connections=0)
        self._inner = httpx.AsyncHTTPTransport(
            verify=tls or _public_tls(), trust_env=False, limits=limits
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        _check_url(request.url)
        addresses = await self._addresses(request.url)
        response = await self._connect(request, addresses)
        if not response.has_redirect_location:
            return response
        # The client reads the body of a redirect whole, however long it is.
        await response.aclose()
        return httpx.Response(
            response.status_code, headers={"Location": response.headers["Location"]}
        )

    async def _connect(self, request: httpx.Request, addresses: list[str]) -> httpx.Response:
        for address in addresses[:-1]:
            try:
                return await self._inner.handle_async_request(_pinned(request, address))
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        return await self._inner.handle_async_request(_pinned(request, addresses[-1]))

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def _addresses(self, url: httpx.URL) -> list[str]:
        host = url.host.rstrip(".").lower()
        try:
            found = await self._resolve(url.raw_host.decode(), url.port or _PORTS[url.scheme])
        except (OSError, UnicodeError) as error:
            raise FetchFailed(f"{host} has no address. Check the URL.") from error
        if not found:
            raise FetchFailed(f"{host} has no address. Check the URL.")
        if host not in self._allow_private and not all(is_public(address) for address in found):
            raise AddressRefused(host)
        return found


@cache
def _public_tls() -> ssl.SSLContext:
    # Reading all the public authorities takes longer than many a fetch.
    return httpx.create_ssl_context(trust_env=False)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (TimeoutError, httpx.TimeoutException) as error:
        raise FetchTimeout from error
    except httpx.TooManyRedirects as error:
        raise FetchFailed(f"More than {REDIRECTS_MAX} redirects. Use the final URL.") from error
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise UrlRefused(_WANTED) from error
    except httpx.HTTPError as error:
        raise FetchFailed("The host broke off or did not answer. Try again later.") from error


def _check_url(url: httpx.URL) -> None:
    if url.scheme not in _PORTS or not url.host or (url.port or 1) > _PORT_MAX:
        raise UrlRefused(_WANTED)
    if url.userinfo:
        raise UrlRefused("Leave user name and password out of the URL.")


def _pinned(request: httpx.Request, address: str) -> httpx.Request:
    # Host header and TLS name stay those of the request; only the connection is fixed.
    extensions = {**request.extensions, "sni_hostname": request.url.raw_host.decode()}
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions=extensions,
    )
