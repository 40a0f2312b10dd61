"""Keeps work on untrusted files bounded in time and in threads."""

import os
from collections.abc import Callable
from time import monotonic
from typing import TypeVar, TypeVarTuple

import anyio.to_thread
from anyio import CapacityLimiter
from anyio.lowlevel import RunVar

from media.errors import TooSlow

T = TypeVar("T")
Args = TypeVarTuple("Args")

# A limiter belongs to one event loop, hence a variable of the loop.
_limiter: RunVar[CapacityLimiter] = RunVar("media_limiter")


class Deadline:
    """Asked between steps: a step is bounded by the pixel limit, their number by this."""

    def __init__(self, seconds: float) -> None:
        self._end = monotonic() + seconds

    def check(self) -> None:
        if monotonic() > self._end:
            raise TooSlow


async def in_thread(function: Callable[[*Args], T], *args: *Args) -> T:
    """Run decoding off the event loop, no more at once than there are cores."""
    limiter = _limiter.get(None)
    if limiter is None:
        limiter = CapacityLimiter(os.cpu_count() or 1)
        _limiter.set(limiter)
    return await anyio.to_thread.run_sync(function, *args, limiter=limiter)
