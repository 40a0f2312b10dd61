"""What Kling sends us by itself: whether it is signed by it, and which job it is about."""

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping

import orjson

from providers.kling.task import key_of
from providers.value import mapping
from settings import Settings

AGE_SECONDS = 300.0
VERSION = "v1,"


def callback(settings: Settings, headers: Mapping[str, str], body: bytes) -> str | None:
    """The key of the job; None for what Kling did not sign, or signed long ago."""
    if settings.kling_webhook_secret is None:
        return None
    told = {name.lower(): value for name, value in headers.items()}
    secret = settings.kling_webhook_secret.get_secret_value()
    return _key(body) if _is_signed(secret, told, body) else None


def callback_url(settings: Settings) -> str | None:
    """Where Kling is to call; None where a call could not be checked, or could not arrive."""
    if settings.public_url is None or settings.kling_webhook_secret is None:
        return None
    return f"{str(settings.public_url).rstrip('/')}/hooks/kling"


def key_in(secret: str) -> bytes | None:
    """What is signed with; None where the secret holds nothing of that sort."""
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True) or None
    except ValueError:  # no base64, or no ASCII
        return None


def signature(key: bytes, number: str, timestamp: str, body: bytes) -> str:
    """The signature of a message, as it stands behind its version."""
    signed = f"{number}.{timestamp}.".encode() + body
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def _is_signed(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    number, timestamp = headers.get("webhook-id"), headers.get("webhook-timestamp")
    key = key_in(secret)
    if not key or not number or not timestamp or not _is_recent(timestamp):
        return False
    wanted = signature(key, number, timestamp, body).encode()
    # While a secret is being replaced, Kling signs with both.
    given = headers.get("webhook-signature", "").split()
    items = [one.removeprefix(VERSION).encode() for one in given if one.startswith(VERSION)]
    return any(hmac.compare_digest(one, wanted) for one in items)


def _is_recent(timestamp: str) -> bool:
    if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 12:
        return False
    return abs(time.time() - int(timestamp)) <= AGE_SECONDS


def _key(body: bytes) -> str | None:
    try:
        whole = mapping(orjson.loads(body))
    except orjson.JSONDecodeError:
        return None
    return key_of(whole)
