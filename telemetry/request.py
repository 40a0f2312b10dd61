"""Which request the running code works for, and for whom: in every log line and graph query."""

from contextvars import ContextVar
from dataclasses import dataclass

NONE = "-"
REQUEST_ID: ContextVar[str] = ContextVar("request_id", default=NONE)


@dataclass
class Asked:
    """What is learnt about a request on its way; those who know it write it down."""

    transport: str
    user: str | None = None


ASKED: ContextVar[Asked | None] = ContextVar("asked", default=None)


def note_user(user: str) -> None:
    """Says who the running request is from."""
    asked = ASKED.get()
    if asked:
        asked.user = user


def transport() -> str:
    """How the running request came."""
    asked = ASKED.get()
    return asked.transport if asked else "none"
