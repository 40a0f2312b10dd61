"""Waiting for what is to happen, rather than for a time."""

import time
from collections.abc import Awaitable, Callable

import anyio


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 20.0) -> None:
    """Returns as soon as the condition holds; fails if it does not within the given time."""
    deadline = time.monotonic() + seconds
    while not await condition():
        assert time.monotonic() < deadline, "what was waited for did not happen"
        await anyio.sleep(0.01)
