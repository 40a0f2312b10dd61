"""Sign-in by OpenID Connect: whether an access token of the issuer is good, and whose it is."""

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import httpx
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import JWKRegistry, Key, KeySet
from joserfc.jws import JWSRegistry

from api.viewer import Unauthenticated
from graph.identifier import instant
from graph.text import NAME_MAX

log = logging.getLogger("pedigree.api")

# Only signatures that the issuer's public keys cannot make.
ALGORITHMS = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}
    | {"ES256", "ES384", "ES512", "EdDSA", "Ed25519"}
)
KEY_TYPES = frozenset({"RSA", "EC", "OKP"})
LEEWAY_SECONDS = 30
KEYS_SECONDS = 3600.0
REFETCH_SECONDS = 10.0


class IssuerUnavailable(Exception):
    """The issuer's keys cannot be had now; retry after the given seconds."""

    def __init__(self, message: str, retry_in: float) -> None:
        super().__init__(message)
        self.retry_in = retry_in


@dataclass(frozen=True)
class Identity:
    """Whom the issuer vouches for; `email` is there only if the issuer has verified it."""

    issuer: str
    subject: str
    email: str | None
    name: str | None
    expires_at: datetime


@dataclass(frozen=True)
class Published:
    """What an issuer says of itself: its exact name, and the keys it signs with."""

    name: str
    keys: KeySet


class _Registry(JWSRegistry):
    """Takes the algorithms above and nothing else; headers it does not know are no fault."""

    max_header_length = 2048

    def get_alg(self, name: str) -> Any:
        if name not in ALGORITHMS:
            raise JoseError(f"the algorithm {name[:20]!r} is not accepted")
        return self.algorithms[name]


_REGISTRY = _Registry(strict_check_header=False)


class Issuer:
    """An issuer's name and keys, fetched when first needed and when a token names a new key."""

    def __init__(
        self, address: str, client: httpx.AsyncClient, *, refetch_seconds: float = REFETCH_SECONDS
    ) -> None:
        self._address = address.rstrip("/")
        self._client = client
        self._refetch = refetch_seconds
        self._lock = asyncio.Lock()
        self._found: Published | None = None
        self._fetched = self._tried = float("-inf")

    async def known(self) -> Published:
        """What is known of the issuer, fetched if that was long ago."""
        if self._found and time.monotonic() - self._fetched < KEYS_SECONDS:
            return self._found
        return await self.newer(self._found)

    async def newer(self, seen: Published | None) -> Published:
        """What the issuer publishes now; fetched rarely and one at a time, since anybody can
        name a key that is not there."""
        async with self._lock:
            if self._found is seen and self._wait() <= 0:
                await self._fetch()
            if self._found is None:
                raise IssuerUnavailable(
                    "The sign-in service does not answer; try again.", max(self._wait(), 1.0)
                )
            return self._found

    def _wait(self) -> float:
        return self._tried + self._refetch - time.monotonic()

    async def _fetch(self) -> None:
        """Old keys outlive a failure: tokens signed with them are still good."""
        self._tried = time.monotonic()
        try:
            self._found = await self._download()
            self._fetched = self._tried
        except (httpx.HTTPError, httpx.InvalidURL, JoseError, ValueError) as error:
            log.warning("the keys of %s could not be fetched: %s", self._address, error)

    async def _download(self) -> Published:
        page = await self._json(f"{self._address}/.well-known/openid-configuration")
        name = page.get("issuer")
        if not isinstance(name, str) or name.rstrip("/") != self._address:
            raise ValueError("its discovery document names another issuer")
        return Published(name, _key_set(await self._json(self.key_address(page))))

    def key_address(self, page: Mapping[str, Any]) -> str:
        """Where a discovery document says the keys are: as safe a line as the issuer's own."""
        address = page.get("jwks_uri")
        scheme = "https://" if self._address.startswith("https://") else "http"
        if not isinstance(address, str) or not address.startswith(scheme):
            raise ValueError(f"its discovery document names no {scheme} jwks_uri")
        return address

    async def _json(self, address: str) -> dict[str, Any]:
        response = await self._client.get(address)
        response.raise_for_status()
        document = response.json()
        if not isinstance(document, dict):
            raise ValueError(f"{address} is no JSON object")  # noqa: TRY004 one fault like the rest
        return document


def _key_set(document: Mapping[str, Any]) -> KeySet:
    """The usable keys; one that we do not understand does not spoil the others."""
    listed = document.get("keys")
    found = [_key(data) for data in listed] if isinstance(listed, list) else []
    keys = [key for key in found if key]
    if not keys:
        raise ValueError("it publishes no key that we can use")
    return KeySet(keys)


def _key(data: Any) -> Key | None:
    if not isinstance(data, dict) or data.get("kty") not in KEY_TYPES or data.get("use") == "enc":
        return None
    try:
        return JWKRegistry.import_key(data)
    except (JoseError, ValueError) as error:
        log.warning("a published key cannot be used: %s", error)
        return None


class OpenIdConnect:
    """Verifies the access tokens of one issuer that are meant for one audience."""

    def __init__(self, issuer: Issuer, audience: str) -> None:
        self._issuer = issuer
        self._audience = audience

    async def verify(self, token: str) -> Identity:
        """Whom a token stands for; Unauthenticated if it is not a good one."""
        issuer = await self._issuer.known()
        try:
            claims = await self._claims(token, issuer)
            self._check(claims, issuer.name)
            return _identity(issuer.name, claims)
        except (JoseError, ValueError, OverflowError, RecursionError) as error:
            log.info("a sign-in token was refused: %s", error)
            raise Unauthenticated(
                "The sign-in token is not valid; sign in again.", "invalid_token"
            ) from error

    async def _claims(self, token: str, issuer: Published) -> dict[str, Any]:
        try:
            return _decode(token, issuer.keys)
        except InvalidKeyIdError:  # the issuer may have taken a new key into use
            return _decode(token, (await self._issuer.newer(issuer)).keys)

    def _check(self, claims: dict[str, Any], issuer: str) -> None:
        registry = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": self._audience},
            sub={"essential": True},
            exp={"essential": True},
        )
        registry.validate(claims)


def _decode(token: str, keys: KeySet) -> dict[str, Any]:
    return jwt.decode(token, keys, registry=_REGISTRY).claims


def _identity(issuer: str, claims: dict[str, Any]) -> Identity:
    email, name = claims.get("email"), claims.get("name")
    verified = claims.get("email_verified") is True and isinstance(email, str)
    return Identity(
        issuer=issuer,
        subject=claims["sub"],
        email=cast("str", email) if verified else None,
        name=_printable(name) if isinstance(name, str) else None,
        expires_at=instant(int(claims["exp"]) * 1000),
    )


def _printable(name: str) -> str | None:
    """A name as a user may have it, whatever the issuer put into it."""
    return "".join(c for c in name if c.isprintable()).strip()[:NAME_MAX] or None
