"""Turns the text of a media parameter into a reference: a URL, an upload address or a hash."""

import base64
import binascii
import hashlib
from urllib.parse import unquote_to_bytes

from providers.hint import Reference

URL_LIMIT = 4096
# Shorter text is a word that happens to be valid base64, not a media file.
BASE64_MINIMUM = 48
# A multiple of four, so that every piece decodes on its own.
PIECE = 1 << 20


def link(provider: str, value: object) -> Reference | None:
    """The reference a media parameter holds, or None when it is none of the known forms."""
    if not isinstance(value, str):
        return None
    scheme = value[:10].lower()
    if scheme.startswith(("http://", "https://")):
        return Reference(provider, url=value) if _is_address(value) else None
    if scheme.startswith("runway://"):
        return Reference(provider, "runway_uri", value) if _is_address(value) else None
    digest = _data_digest(value) if scheme.startswith("data:") else _base64_digest(value)
    return Reference(provider, sha256=digest) if digest else None


def _is_address(value: str) -> bool:
    return len(value) <= URL_LIMIT and value.isprintable() and " " not in value


def _data_digest(uri: str) -> str | None:
    header, comma, body = uri.partition(",")
    if not comma:
        return None
    if header.lower().endswith(";base64"):
        return _base64_digest(body, minimum=4)
    return hashlib.sha256(unquote_to_bytes(body.encode("utf-8", "replace"))).hexdigest()


def _base64_digest(body: str, minimum: int = BASE64_MINIMUM) -> str | None:
    # Hashed piece by piece: the decoded media never stands in memory as a whole.
    packed = "".join(body.split())
    if len(packed) < minimum:
        return None
    digest = hashlib.sha256()
    try:
        for start in range(0, len(packed), PIECE):
            digest.update(base64.b64decode(packed[start : start + PIECE], validate=True))
    except (binascii.Error, ValueError):
        return None
    return digest.hexdigest()
