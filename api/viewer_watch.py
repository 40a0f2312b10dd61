"""Looks at a token again and again, for as long as something is streamed to whoever showed it."""

import asyncio
import logging
from collections.abc import Callable
from typing import NoReturn

from api.authentication import Authenticator, IssuerUnavailable
from api.viewer import Unauthenticated, Viewer
from graph.error import Unavailable
from graph.identifier import now

log = logging.getLogger("pedigree.api")


async def watch(
    authenticator: Authenticator,
    authorization: str | None,
    viewer: Viewer,
    seconds: float,
    renew: Callable[[Viewer], None],
) -> NoReturn:
    """Hands over the same user, looked up anew every so many seconds; raises Unauthenticated once
    the token has expired or was revoked."""
    while True:
        left = (viewer.expires_at - now()).total_seconds()
        await asyncio.sleep(max(0.0, min(left, seconds)))
        if viewer.expires_at <= now():
            raise Unauthenticated("The token has expired.", "invalid_token")
        try:
            viewer = await authenticator.authenticate(authorization)
        except (Unavailable, IssuerUnavailable) as error:
            log.warning("the token of a stream is looked at later: %s", error)
        else:
            renew(viewer)
