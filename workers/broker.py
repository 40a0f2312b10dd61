"""The queue: Dramatiq on Redis. Redis is transport; what must be done stands in the graph."""

import dramatiq
import redis
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware import AsyncIO
from redis.asyncio import Redis

from settings import settings

SOCKET_SECONDS = 15.0


class QueueUnavailable(Exception):
    """Redis does not answer."""


def make_broker(url: str) -> RedisBroker:
    """A broker whose lost messages are found again within seconds, as an idle queue's would
    otherwise lie for a quarter of an hour."""
    broker = RedisBroker(
        client=redis.Redis.from_url(
            url, socket_timeout=SOCKET_SECONDS, socket_connect_timeout=5.0, health_check_interval=15
        ),
        heartbeat_timeout=15_000,
        maintenance_chance=100_000,
        namespace="pedigree",
    )
    broker.add_middleware(AsyncIO())
    return broker


def install() -> RedisBroker:
    """Makes the broker of this process the one that actors use."""
    broker = make_broker(settings().redis_url or "redis://127.0.0.1:6379/0")
    dramatiq.set_broker(broker)
    return broker


async def ping(url: str | None) -> None:
    """Raises QueueUnavailable unless Redis answers now."""
    try:
        async with Redis.from_url(
            url or "", socket_timeout=2.0, socket_connect_timeout=2.0
        ) as client:
            await client.ping()
    except (redis.RedisError, OSError, ValueError) as error:
        raise QueueUnavailable(f"Redis does not answer: {type(error).__name__}") from error
