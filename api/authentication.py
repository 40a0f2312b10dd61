"""Finds out who asks: by a token of ours, or by a sign-in at the OpenID Connect issuer."""

import asyncio
import logging
import time
from collections import OrderedDict
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Self

import httpx

from api.oidc import Identity, Issuer, IssuerUnavailable, OpenIdConnect
from api.viewer import Unauthenticated, Viewer
from graph import token, user
from graph.driver import Graph
from graph.error import GraphError, Refused
from graph.identifier import now
from settings import Settings
from telemetry.request import note_user

__all__ = ["Authenticator", "IssuerUnavailable", "Unauthenticated"]

log = logging.getLogger("pedigree.api")

CACHE_MAX = 10_000
FLUSH_SECONDS = 30.0
LAST_FLUSH_SECONDS = 5.0
FETCH_SECONDS = 5.0
TOKEN_LENGTH_MAX = 16_384
HOW = "Send the header `Authorization: Bearer <token>`."


@dataclass(frozen=True)
class _Kept:
    """A viewer, and when we began to read about them."""

    viewer: Viewer
    since: float


class Authenticator:
    """Says who a request is from. Use as a context manager: it notes in the background when
    tokens were last used."""

    def __init__(
        self, graph: Graph, settings: Settings, *, flush_seconds: float = FLUSH_SECONDS
    ) -> None:
        self._graph = graph
        self._trust_seconds = settings.token_cache_seconds
        self._issuer_address = settings.oidc_issuer
        self._audience = settings.oidc_audience or ""
        self._flush_seconds = flush_seconds
        self._issuer: OpenIdConnect | None = None
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._forgotten = 0
        self._used: dict[str, datetime] = {}
        self._stopping = asyncio.Event()
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        if self._issuer_address:
            client = httpx.AsyncClient(timeout=FETCH_SECONDS)
            await self._stack.enter_async_context(client)
            issuer = Issuer(str(self._issuer_address), client)
            self._issuer = OpenIdConnect(issuer, self._audience)
        self._flushing = asyncio.create_task(self._flush_until_stopped())
        return self

    async def __aexit__(self, *_: object) -> None:
        async with self._stack:
            self._stopping.set()
            await self._flushing

    async def authenticate(self, authorization: str | None) -> Viewer:
        """The viewer whom an Authorization header stands for. Raises Unauthenticated, or
        Unavailable or IssuerUnavailable when that cannot be found out now."""
        secret = _bearer(authorization)
        key = token.hash_of(secret)
        viewer = self._recall(key) or await self._find(key, secret)
        if viewer.expires_at <= now():
            self._kept.pop(key, None)
            raise _unknown()
        note_user(viewer.user_id)
        if viewer.token_id:
            self._used[viewer.token_id] = now()
        return viewer

    def forget(self, token_id: str) -> None:
        """Drops what is remembered of a token, at once: call it after a revocation."""
        self._forget({key for key, kept in self._kept.items() if kept.viewer.token_id == token_id})

    def forget_user(self, user_id: str) -> None:
        """The same for a user: call it after their roles changed."""
        self._forget({key for key, kept in self._kept.items() if kept.viewer.user_id == user_id})

    def _forget(self, keys: set[str]) -> None:
        self._forgotten += 1
        for key in keys:
            del self._kept[key]

    def _recall(self, key: str) -> Viewer | None:
        kept = self._kept.get(key)
        if kept is None or time.monotonic() - kept.since >= self._trust_seconds:
            return None
        self._kept.move_to_end(key)
        return kept.viewer

    async def _find(self, key: str, secret: str) -> Viewer:
        since, forgotten = time.monotonic(), self._forgotten
        ours = secret.startswith(token.PREFIX)
        viewer = await (self._by_token(key) if ours else self._by_sign_in(secret))
        if forgotten == self._forgotten:  # else what we read may be from before a revocation
            self._keep(key, _Kept(viewer, since))
        return viewer

    def _keep(self, key: str, kept: _Kept) -> None:
        self._kept[key] = kept
        self._kept.move_to_end(key)
        if len(self._kept) > CACHE_MAX:
            self._kept.popitem(last=False)

    async def _by_token(self, secret_hash: str) -> Viewer:
        """An unknown, an expired and a revoked token get one answer, so none tells of another."""
        found = await token.find(self._graph, secret_hash)
        if found is None:
            raise _unknown()
        roles = MappingProxyType(dict(found.roles))
        return Viewer(found.user_id, found.token_id, roles, found.expires_at, found.limited)

    async def _by_sign_in(self, secret: str) -> Viewer:
        if self._issuer is None:
            raise _unknown()
        identity = await self._issuer.verify(secret)
        found = await self._user_of(identity)
        roles = MappingProxyType(await user.roles(self._graph, found.id))
        return Viewer(found.id, None, roles, identity.expires_at)

    async def _user_of(self, who: Identity) -> user.User:
        try:
            return await user.for_subject(self._graph, who.issuer, who.subject, who.email, who.name)
        except Refused as error:
            raise Unauthenticated(
                f"This sign-in cannot be used: {error.message}.", "invalid_token"
            ) from error

    async def _flush_until_stopped(self) -> None:
        while not self._stopping.is_set():
            try:
                await asyncio.wait_for(self._stopping.wait(), self._flush_seconds)
            except TimeoutError:
                await self._flush()
        try:
            async with asyncio.timeout(LAST_FLUSH_SECONDS):
                await self._flush()
        except TimeoutError:
            log.warning("when %d tokens were last used is lost", len(self._used))

    async def _flush(self) -> None:
        """Writes the times collected; what cannot be written now is kept for the next time."""
        used, self._used = self._used, {}
        written = False
        try:
            await token.touch(self._graph, used)
            written = True
        except GraphError as error:
            log.warning("when %d tokens were last used is noted later: %s", len(used), error)
        finally:
            if not written:
                self._used = used | self._used


def _bearer(authorization: str | None) -> str:
    """The token in an Authorization header."""
    if not authorization:
        raise Unauthenticated(f"A token is needed. {HOW}")
    scheme, _, secret = authorization.strip().partition(" ")
    secret = secret.strip()
    if scheme.lower() != "bearer" or not secret or " " in secret:
        raise Unauthenticated(f"The Authorization header is not understood. {HOW}")
    if len(secret) > TOKEN_LENGTH_MAX:
        raise _unknown()
    return secret


def _unknown() -> Unauthenticated:
    return Unauthenticated(
        "The token is not valid: it is unknown, expired or revoked.", "invalid_token"
    )
