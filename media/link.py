"""Signed links that expire: bound to one purpose, one path and their claims."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from urllib.parse import parse_qsl, quote, urlencode

from media.errors import LinkExpired, LinkInvalid

_RESERVED = frozenset({"expires", "signature"})
_EXPIRES_DIGITS_MAX = 12


class Purpose(StrEnum):
    """What a link may be used for; a link for one is worthless for the other."""

    MEDIA = "media"
    UPLOAD = "upload"


@dataclass(frozen=True)
class Link:
    """A URL and the instant from which it is refused."""

    url: str
    expires_at: datetime


def original_path(sha256: str) -> str:
    """Where the bytes with this hash are served."""
    return f"/media/original/{sha256}"


def make_link(
    secret: str,
    purpose: Purpose,
    base_url: str,
    path: str,
    expires_at: datetime,
    claims: Mapping[str, str] | None = None,
) -> Link:
    """A link to `path` (unquoted, from the root) on `base_url`."""
    at = expires_at.astimezone(UTC).replace(microsecond=0)
    query = sign(secret, purpose, path, at, claims)
    return Link(f"{base_url.rstrip('/')}{quote(path)}?{query}", at)


def sign(
    secret: str,
    purpose: Purpose,
    path: str,
    expires_at: datetime,
    claims: Mapping[str, str] | None = None,
) -> str:
    """The query string that makes `path` a link; claims ride along and cannot be changed."""
    said = dict(claims or {})
    if _RESERVED & said.keys():
        raise ValueError("'expires' and 'signature' are not names of claims")
    said["expires"] = str(int(expires_at.timestamp()))
    return urlencode(said | {"signature": _signature(secret, purpose, path, said)})


def verify(
    secret: str, purpose: Purpose, path: str, query: str, now: datetime | None = None
) -> dict[str, str]:
    """The claims of a good link; LinkInvalid or LinkExpired otherwise."""
    said = _parse(query)
    signature = said.pop("signature", "")
    expected = _signature(secret, purpose, path, said)
    if not hmac.compare_digest(signature.encode(), expected.encode()):
        raise LinkInvalid
    if int(said.pop("expires")) <= (now or datetime.now(UTC)).timestamp():
        raise LinkExpired
    return said


def _parse(query: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True, errors="strict")
    except ValueError as error:
        raise LinkInvalid from error
    said = dict(pairs)
    expires = said.get("expires", "")
    plain = expires.isascii() and expires.isdigit() and len(expires) <= _EXPIRES_DIGITS_MAX
    if len(said) != len(pairs) or not plain:
        raise LinkInvalid
    return said


def _signature(secret: str, purpose: Purpose, path: str, said: Mapping[str, str]) -> str:
    message = json.dumps(["pedigree-link", purpose.value, path, sorted(said.items())])
    return hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest()
