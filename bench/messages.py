"""Messages for actors that do nothing: how long it takes until all were taken is how fast the queue
itself is."""

import time
from collections.abc import Sequence

import dramatiq
import psutil

from bench.error import BenchError
from workers.broker import make_broker

NOTHING = "nothing"
NOTHING_ASYNC = "nothing_async"
POLL_SECONDS = 0.002
SECONDS = 300.0


def run(redis_url: str, actor: str, count: int, pids: Sequence[int]) -> float:
    """Seconds from the first message that was done to the last. The worker processes stand still
    while messages are sent, so that sending takes no time from them."""
    broker = make_broker(redis_url)
    broker.declare_queue(actor)
    workers = [psutil.Process(pid) for pid in pids]
    try:
        for worker in workers:
            worker.suspend()
        for number in range(count):
            broker.enqueue(_message(actor, number))
    finally:
        for worker in workers:
            worker.resume()
    try:
        begun = _wait(broker, actor, count - 1)
        return max(_wait(broker, actor, 0) - begun, POLL_SECONDS)
    finally:
        broker.close()


def _message(actor: str, number: int) -> dramatiq.Message[None]:
    """As long as one that names a generation."""
    args = (f"{number:036d}",)
    return dramatiq.Message(actor, actor, args, kwargs={}, options={})


def _wait(broker: dramatiq.brokers.redis.RedisBroker, queue: str, left: int) -> float:
    """When no more than so many were left."""
    late = time.perf_counter() + SECONDS
    while broker.do_qsize(queue) > left:
        if time.perf_counter() > late:
            raise BenchError(f"messages of {queue} are still there after {SECONDS:.0f} seconds")
        time.sleep(POLL_SECONDS)
    return time.perf_counter()
