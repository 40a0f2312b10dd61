"""Actors that do nothing, for a worker process of their own; the second as ours are, a coroutine."""

import dramatiq

from bench.messages import NOTHING, NOTHING_ASYNC
from workers.broker import install

broker = install()


@dramatiq.actor(max_retries=0, queue_name=NOTHING, actor_name=NOTHING)
def nothing(number: str) -> None:
    """Nothing."""


@dramatiq.actor(max_retries=0, queue_name=NOTHING_ASYNC, actor_name=NOTHING_ASYNC)
async def nothing_async(number: str) -> None:
    """Nothing."""
