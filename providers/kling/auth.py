"""What every call to Kling carries: an API key, or a token signed with a pair of keys."""

import time
from collections.abc import Callable, Mapping

from joserfc import jwt
from joserfc.jwk import OctKey

from settings import Settings

LIFE_SECONDS = 1800
# Clocks differ a little, and a token of the future is refused.
EARLY_SECONDS = 5
Headers = Callable[[], Mapping[str, str]]


def headers_of(settings: Settings) -> Headers | None:
    """The headers of a call, made anew for each; None where no key is set."""
    if settings.kling_key:
        key = settings.kling_key.get_secret_value()
        return lambda: _bearer(key)
    if settings.kling_access_key and settings.kling_secret_key:
        access = settings.kling_access_key.get_secret_value()
        secret = OctKey.import_key(settings.kling_secret_key.get_secret_value())
        return lambda: _bearer(token(access, secret))
    return None


def token(access_key: str, secret: OctKey) -> str:
    """A token of the old kind. One is made for each call, so none is ever too old."""
    now = int(time.time())
    claims = {"iss": access_key, "exp": now + LIFE_SECONDS, "nbf": now - EARLY_SECONDS}
    return jwt.encode({"alg": "HS256", "typ": "JWT"}, claims, secret)


def _bearer(told: str) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {told}"}
