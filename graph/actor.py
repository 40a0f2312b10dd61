"""Who changes the graph; every write names one, for its audit entry."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Actor:
    """A user, acting by a token, in one request."""

    user: str
    token: str | None
    request: str
