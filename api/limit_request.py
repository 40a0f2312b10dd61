"""Limits of what one client may send: how much, how often, and how much at once.

Each process counts for itself. Tokens are known by a keyed hash that only this process can make."""

import hashlib
import ipaddress
import math
import secrets
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, Self

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.answer import EVENTS, media_type
from api.limit import details, sentence
from settings import Settings
from workers.rooms import MIB

KEPT_BUCKETS = 20_000
BURST_SECONDS = 5
FREE_PATHS = ("/health/",)
KIB = 1024
IN_SCOPE = "token_limits"  # where a connection's scope holds them
LENGTH_DIGITS = 20
IPV6_NETWORK_BYTES = 8


@dataclass(frozen=True)
class RequestLimits:
    """What one client may send; a rate of 0 is no limit."""

    body_bytes: int
    upload_bytes: int
    token_rate: float
    address_rate: float
    token_operations: int
    token_streams: int

    @classmethod
    def of(cls, chosen: Settings) -> Self:
        return cls(
            chosen.request_body_max_kb * KIB,
            chosen.upload_max_mb * MIB + MIB,
            chosen.token_requests_per_second,
            chosen.address_requests_per_second,
            chosen.token_operations_max,
            chosen.token_streams_max,
        )


class TooMuchError(Exception):
    """A request goes beyond a limit."""

    def __init__(
        self, limit: str, asked: int, allowed: float, status: int = 429, retry: float | None = None
    ) -> None:
        super().__init__(sentence(limit, asked, allowed))
        self.limit, self.asked, self.allowed = limit, asked, allowed
        self.status, self.retry = status, retry

    def told(self) -> dict[str, Any]:
        """The error as a client reads it, over every transport."""
        extensions = details(self.limit, self.asked, self.allowed)
        if self.retry is not None:
            extensions["retryIn"] = round(self.retry, 3)
        return {"message": str(self), "extensions": extensions}

    def response(self) -> Response:
        body = {"errors": [self.told()]}
        headers = {} if self.retry is None else {"Retry-After": str(max(1, math.ceil(self.retry)))}
        return JSONResponse(body, self.status, headers)


class Buckets:
    """A token bucket for each key: so many requests a second, and five seconds' worth at once.
    The keys seen longest ago are forgotten, so memory is bounded."""

    def __init__(
        self,
        limit: str,
        rate: float,
        *,
        kept: int = KEPT_BUCKETS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit, self._rate, self._kept, self._clock = limit, rate, kept, clock
        self._full = max(1.0, rate * BURST_SECONDS)
        self._levels: OrderedDict[bytes, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._levels)

    def take(self, key: bytes) -> None:
        """Raises TooMuchError unless there is one left."""
        if not self._rate:
            return
        at = self._clock()
        level, since = self._levels.pop(key, (self._full, at))
        level = min(self._full, level + (at - since) * self._rate)
        self._levels[key] = (max(level - 1, 0.0) if level >= 1 else level, at)
        if len(self._levels) > self._kept:
            self._levels.popitem(last=False)
        if level < 1:
            # Refused requests take nothing, so one more than allowed is all that was asked now.
            asked = math.floor(self._rate) + 1
            raise TooMuchError(self._limit, asked, self._rate, retry=(1 - level) / self._rate)


class Running:
    """How many requests of each key run now."""

    def __init__(self, limit: str, most: int) -> None:
        self._limit, self._most = limit, most
        self._counts: Counter[bytes] = Counter()

    def __len__(self) -> int:
        return len(self._counts)

    @contextmanager
    def one(self, key: bytes) -> Iterator[None]:
        """Counts one for the block; raises TooMuchError when there are as many as may be."""
        if self._counts[key] >= self._most:
            raise TooMuchError(self._limit, self._counts[key] + 1, self._most, retry=1.0)
        self._counts[key] += 1
        try:
            yield
        finally:
            self._counts[key] -= 1
            if not self._counts[key]:
                del self._counts[key]


class TokenLimits:
    """What one token may ask of this process, whatever it is asked over."""

    def __init__(self, limits: RequestLimits) -> None:
        self._hash_key = secrets.token_bytes(32)
        self._requests = Buckets("tokenRequestsPerSecond", limits.token_rate)
        self.operations = Running("tokenOperations", limits.token_operations)
        self.streams = Running("tokenStreams", limits.token_streams)

    def key(self, authorization: str) -> bytes:
        """What the token is known by: the same however the header around it is written."""
        text = authorization.strip().partition(" ")[2].strip() or authorization
        return hashlib.blake2b(text.encode(), key=self._hash_key, digest_size=16).digest()

    def take(self, key: bytes) -> None:
        """Counts a request; raises TooMuchError when there were too many of late."""
        self._requests.take(key)


class LimitRequests:
    """ASGI middleware that answers for what goes beyond the limits."""

    def __init__(self, app: ASGIApp, limits: RequestLimits) -> None:
        self._app = app
        self._body = _Bound("requestBytes", limits.body_bytes)
        self._upload = _Bound("uploadBytes", limits.upload_bytes)
        self._addresses = Buckets("addressRequestsPerSecond", limits.address_rate)
        self._tokens = TokenLimits(limits)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"} or scope["path"].startswith(FREE_PATHS):
            await self._app(scope, receive, send)
            return
        try:
            await self._within(scope, receive, send)
        except TooMuchError as error:
            await _refuse(error, scope, receive, send)

    async def _within(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        self._addresses.take(_address(scope))
        authorization = headers.get("authorization")
        key = self._tokens.key(authorization) if authorization else None
        if key is not None:
            self._tokens.take(key)
        scope[IN_SCOPE] = self._tokens
        if scope["type"] != "http" or scope["path"] != "/graphql":
            await self._app(scope, receive, send)
            return
        with self._counted(key, headers):
            await self._bounded(scope, receive, send)

    def _counted(self, key: bytes | None, headers: Headers) -> AbstractContextManager[None]:
        """A place among what runs for this token; who has none is turned away soon anyway."""
        if key is None:
            return nullcontext()
        streams = media_type(",".join(headers.getlist("accept"))) == EVENTS
        return (self._tokens.streams if streams else self._tokens.operations).one(key)

    async def _bounded(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Runs the application on a body of bounded size."""
        headers = Headers(scope=scope)
        bound = self._upload if _is_upload(headers) else self._body
        length = headers.get("content-length", "")
        if length.isdecimal() and len(length) < LENGTH_DIGITS:
            bound.check(int(length))
        body = _Body(receive, send, bound.most)
        await self._app(scope, body.receive, body.send)
        if not body.answered:
            bound.check(body.size)


@dataclass(frozen=True)
class _Bound:
    """How large a body may be."""

    limit: str
    most: int

    def check(self, size: int) -> None:
        if size > self.most:
            raise TooMuchError(self.limit, size, self.most, status=413)


class _Body:
    """A body as it comes in. Where it grows too large the application sees its client leave, and
    what it answers to that is dropped."""

    def __init__(self, receive: Receive, send: Send, most: int) -> None:
        self._receive, self._send, self._most = receive, send, most
        self.size = 0
        self.answered = False

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self.size += len(message.get("body", b""))
        return {"type": "http.disconnect"} if self.size > self._most else message

    async def send(self, message: Message) -> None:
        if self.size <= self._most:
            self.answered = True
            await self._send(message)


def _is_upload(headers: Headers) -> bool:
    """Multipart requests have a limit of their own."""
    return headers.get("content-type", "").strip().lower().startswith("multipart/form-data")


def _address(scope: Scope) -> bytes:
    """Who sends: an IPv4 address, or the network that one customer gets in IPv6."""
    host = scope["client"][0] if scope.get("client") else ""
    try:
        address = ipaddress.ip_address(host)
        address = getattr(address, "ipv4_mapped", None) or address
    except ValueError:
        return host.encode()
    return address.packed[:IPV6_NETWORK_BYTES]


async def _refuse(error: TooMuchError, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        # Closed before it is accepted, the handshake is answered with 403.
        await send({"type": "websocket.close", "code": 1008, "reason": str(error)[:120]})
        return
    await error.response()(scope, receive, send)
