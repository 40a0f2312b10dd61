"""What is to be looked at now and then while events are waited for."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any, TypeVar

from workers.cancel import cancel

T = TypeVar("T")


async def paused(events: AsyncIterator[T], seconds: float) -> AsyncGenerator[T | None, None]:
    """The events, and None whenever so many seconds have passed."""
    clock = asyncio.get_running_loop().time
    due = clock() + seconds
    coming: asyncio.Task[Any] = asyncio.create_task(_next(events))
    try:
        while True:
            await asyncio.wait([coming], timeout=max(due - clock(), 0))
            if coming.done():
                try:
                    event = coming.result()
                except StopAsyncIteration:
                    return
                yield event
                coming = asyncio.create_task(_next(events))
            if clock() >= due:
                due = clock() + seconds
                yield None
    finally:
        await cancel(coming)


async def _next(events: AsyncIterator[T]) -> T:
    return await anext(events)
