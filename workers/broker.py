"""The queue: Dramatiq on Redis. Redis is transport; what must be done stands in the graph."""

import asyncio
import logging
from functools import cache

import dramatiq
import redis
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware import AsyncIO
from redis.asyncio import Redis

from settings import settings
from workers.carrying import Carrying

log = logging.getLogger("pedigree.worker")

SOCKET_SECONDS = 15.0
# Whoever asks for something does not wait longer than this for a worker to be woken.
WAKE_SECONDS = 2.0
# Generations have a queue of their own; the actors' names are part of their messages.
GENERATE = "generate"
DISPATCH = "dispatch"
REDIS_URL = "redis://127.0.0.1:6379/0"


# What Redis says that no waiting changes.
REFUSALS = {
    redis.AuthenticationError,
    redis.exceptions.AuthenticationWrongNumberOfArgsError,
    redis.exceptions.AuthorizationError,
    redis.exceptions.NoPermissionError,
    redis.ResponseError,  # itself: those derived from it tell of a failover
}


class QueueUnavailable(Exception):
    """Redis does not answer."""


class QueueRefused(QueueUnavailable):
    """Redis answers, and not to us: a wrong password, or a database it does not have."""


def make_broker(url: str, seconds: float | None = None) -> RedisBroker:
    """A broker whose lost messages are found again within seconds, as an idle queue's would
    otherwise lie for a quarter of an hour."""
    patience = SOCKET_SECONDS if seconds is None else seconds
    broker = RedisBroker(
        client=redis.Redis.from_url(
            url,
            socket_timeout=patience,
            socket_connect_timeout=min(patience, 5.0),
            health_check_interval=15,
        ),
        heartbeat_timeout=15_000,
        maintenance_chance=100_000,
        namespace="pedigree",
    )
    broker.add_middleware(AsyncIO())
    broker.add_middleware(Carrying())
    return broker


def install() -> RedisBroker:
    """Makes the broker of this process the one that actors use."""
    broker = make_broker(settings().redis_url or REDIS_URL)
    dramatiq.set_broker(broker)
    return broker


async def wake_dispatch(url: str | None, provider: str) -> None:
    """Tells the workers that something was queued at a provider. They find it by themselves if
    Redis does not answer, a moment later."""
    try:
        await asyncio.to_thread(_send_dispatch, url or REDIS_URL, provider)
    except (redis.RedisError, dramatiq.BrokerConnectionError) as error:
        log.warning("workers are not woken for %s: %r", provider, error)


def _send_dispatch(url: str, provider: str) -> None:
    broker = _sending(url)
    broker.enqueue(
        dramatiq.Message(
            queue_name="default", actor_name=DISPATCH, args=(provider,), kwargs={}, options={}
        )
    )


@cache
def _sending(url: str) -> RedisBroker:
    broker = make_broker(url, WAKE_SECONDS)
    broker.declare_queue("default")
    return broker


async def ping(url: str | None) -> None:
    """Raises QueueUnavailable unless Redis answers now."""
    try:
        async with Redis.from_url(
            url or "", socket_timeout=2.0, socket_connect_timeout=2.0
        ) as client:
            await client.ping()
    except (redis.RedisError, OSError, ValueError) as error:
        if type(error) in REFUSALS:
            raise QueueRefused(f"Redis refuses us: {error}") from error
        raise QueueUnavailable(f"Redis does not answer: {type(error).__name__}") from error
