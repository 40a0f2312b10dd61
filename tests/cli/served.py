"""An application and an actor just large enough to be served."""

import os

import dramatiq
import redis
from dramatiq.brokers.redis import RedisBroker
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

QUEUE_KEY = "echoed"

broker = RedisBroker(url=os.environ["REDIS_URL"])  # type: ignore[no-untyped-call]
dramatiq.set_broker(broker)


@dramatiq.actor
def echo(word: str) -> None:
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        client.rpush(QUEUE_KEY, word)


def live(_: Request) -> JSONResponse:
    return JSONResponse({"pid": os.getpid(), "redis": os.environ["REDIS_URL"]})


def create_app() -> Starlette:
    return Starlette(routes=[Route("/health/live", live)])
