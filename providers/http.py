"""HTTP calls to a service: each with a deadline and a bound, foreign errors translated here."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from math import isnan
from typing import Any

import httpx

from providers.answer import Found, read, read_long
from providers.error import Busy, Denied, ProviderError, Refused, SubmitLost, Unreachable

CONNECT_SECONDS = 5.0
CALL_SECONDS = 30.0
ANSWER_BYTES_MAX = 32 * 1024 * 1024
RETRY_MOST_SECONDS = 3600.0
# Nothing was sent: whatever it was, it was not done.
UNSENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.InvalidURL,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
)
UNSENDABLE = (httpx.LocalProtocolError, UnicodeEncodeError)
Headers = Callable[[], Mapping[str, str]]


class Http:
    """A service's HTTP side. `name` is what errors call it; `headers` are made for each call."""

    def __init__(self, name: str, base_url: str, headers: Headers = dict) -> None:
        self.name = name
        self._headers = headers
        self._client = httpx.AsyncClient(
            base_url=base_url.rstrip("/"),
            timeout=httpx.Timeout(None, connect=CONNECT_SECONDS, pool=CONNECT_SECONDS),
            follow_redirects=False,
            trust_env=False,
        )

    @property
    def scheme(self) -> str:
        """That of its address."""
        return self._client.base_url.scheme

    async def call(
        self,
        method: str,
        path: str,
        *,
        submits: bool = False,
        seconds: float = CALL_SECONDS,
        **sent: Any,
    ) -> httpx.Response:
        """The answer, whatever its status, read whole. `submits` tells that an answer which gets
        lost leaves open whether something was begun."""
        with self._translated(submits=submits):
            async with asyncio.timeout(seconds), self._opened(method, path, sent) as response:
                return await _whole(response)

    async def chunks(
        self, path: str, *, seconds: float = 3600.0, **sent: Any
    ) -> AsyncIterator[bytes]:
        """The body of a good answer, as it comes."""
        end = asyncio.get_running_loop().time() + seconds
        with self._translated(submits=False):
            async with AsyncExitStack() as stack:
                async with asyncio.timeout_at(end):
                    opened = self._opened("GET", path, sent)
                    response = await stack.enter_async_context(opened)
                if response.status_code != 200:
                    raise self.refusal(response.status_code, "its file was not found there")
                pieces = response.aiter_bytes()
                while chunk := await _next(pieces, end):
                    yield chunk

    def refusal(
        self, status: int, message: str, *, code: str | None = None, retry_after: str | None = None
    ) -> ProviderError:
        """What a status means where the service says nothing of its own."""
        told = f"{self.name}: {message}"
        if status in (401, 403):
            return Denied(told, code=code)
        if status == 429:
            return Busy(told, code=code, retry_in=seconds_of(retry_after))
        if status in (408, 425) or status >= 500:
            return Unreachable(told, code=code, retry_in=seconds_of(retry_after))
        return Refused(told, code=code)

    def object(self, response: httpx.Response, *, submits: bool = False) -> Found:
        """The JSON object an answer holds."""
        return self._held(response, read(response.content), submits=submits)

    async def long_object(self, response: httpx.Response) -> Found:
        """The same of an answer that may be long: nothing else waits while it is read."""
        return self._held(response, await read_long(response.content))

    def _held(
        self, response: httpx.Response, found: Found | None, *, submits: bool = False
    ) -> Found:
        if found is not None:
            return found
        told = f"{self.name} answered {response.status_code} with something that is no JSON object"
        raise (SubmitLost if submits and response.is_success else Unreachable)(told)

    async def close(self) -> None:
        await self._client.aclose()

    @asynccontextmanager
    async def _opened(
        self, method: str, path: str, sent: dict[str, Any]
    ) -> AsyncIterator[httpx.Response]:
        headers = {**self._headers(), **sent.pop("headers", {})}
        async with self._client.stream(method, path, headers=headers, **sent) as response:
            yield response

    @contextmanager
    def _translated(self, *, submits: bool) -> Iterator[None]:
        try:
            yield
        except UNSENT as error:
            raise Unreachable(f"{self.name} cannot be reached") from error
        except UNSENDABLE:
            told = "cannot be asked: a header or text holds what cannot be sent"
            # The error shows what that is, which may be a key.
            raise Unreachable(f"{self.name} {told}") from None
        except (httpx.HTTPError, TimeoutError, UnicodeError) as error:
            late = isinstance(error, (TimeoutError, httpx.TimeoutException))
            told = "did not answer in time" if late else "broke off before its answer was whole"
            if submits:
                raise SubmitLost(f"{self.name} {told}") from error
            raise Unreachable(f"{self.name} {told}") from error


async def _next(pieces: AsyncIterator[bytes], end: float) -> bytes:
    """The next piece; none at the end. Its deadline does not span what its reader does with it:
    a timeout that is open at a yield cancels the reader."""
    async with asyncio.timeout_at(end):
        return await anext(pieces, b"")


async def _whole(response: httpx.Response) -> httpx.Response:
    held = bytearray()
    async for chunk in response.aiter_bytes():
        held += chunk
        if len(held) > ANSWER_BYTES_MAX:
            raise httpx.DecodingError("the answer is too long", request=response.request)
    # What was unpacked on the way is not packed any more.
    headers = [(k, v) for k, v in response.headers.items() if k != "content-encoding"]
    return httpx.Response(
        response.status_code, headers=headers, content=bytes(held), request=response.request
    )


def seconds_of(retry_after: str | None) -> float | None:
    """The seconds of a Retry-After header; a date is not used by any service we know."""
    try:
        seconds = float(retry_after or "")
    except ValueError:
        return None
    return None if isnan(seconds) else min(max(seconds, 0.0), RETRY_MOST_SECONDS)


async def pause(seconds: float, news: asyncio.Event) -> None:
    """Waits for the next poll, or less if there is news."""
    try:
        async with asyncio.timeout(seconds):
            await news.wait()
    except TimeoutError:
        pass
    news.clear()
