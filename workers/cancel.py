"""Ending tasks for sure."""

import asyncio

AGAIN_SECONDS = 0.05


async def cancel(*tasks: "asyncio.Task[None]") -> None:
    """Returns once they have ended. Before Python 3.12 `asyncio.wait_for`, which redis-py sends
    with, loses a cancellation that comes as it is done; so it is asked for again."""
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=AGAIN_SECONDS)
