"""The queue as it fails: each of the ways in which Redis and Dramatiq lose or double a message."""

import asyncio
import math
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import dramatiq
import pytest
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware import AgeLimit
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as TimedOut

from cli.worker import THREADS
from embedded.redis_host import free_port
from settings import Settings
from tests.feeding import OwnRedis, own_redis
from workers import broker as queue
from workers.broker import make_broker, wake_dispatch

QUIET = 0.4


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[OwnRedis]:
    with own_redis(tmp_path) as server:
        yield server


def waits(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "what was waited for did not happen"
        time.sleep(0.01)


class Process:
    """A broker as one worker process has it, and what its consumer of a queue gives it."""

    def __init__(self, url: str, queue_name: str = "default", *, dead_after: float = 15.0) -> None:
        self.broker: RedisBroker = make_broker(url)
        self.broker.heartbeat_timeout = int(dead_after * 1000)
        self.broker.declare_queue(queue_name)
        self.consumer = self.broker.consume(queue_name, prefetch=1, timeout=50)

    def next(self) -> str | None:
        """What it gets within a moment, if anything."""
        found = next(self.consumer)
        return str(found.args[0]) if found else None

    def gets(self, seconds: float = 20.0) -> str:
        found: list[str] = []

        def got() -> bool:
            found.extend(filter(None, [self.next()]))
            return bool(found)

        waits(got, seconds)
        return found[0]


def send(url: str, word: str, queue_name: str = "default") -> None:
    broker = make_broker(url)
    broker.declare_queue(queue_name)
    broker.enqueue(dramatiq.Message(queue_name, "echo", (word,), {}, {}))
    broker.close()


def test_a_lost_message_is_looked_for_every_few_moments() -> None:
    """Dramatiq looks for the messages of dead workers by chance, once in a thousand commands; an
    idle queue has about one command a second."""
    made = make_broker("redis://127.0.0.1:1/0")
    assert made.heartbeat_timeout <= 20_000
    assert made.maintenance_chance / 1_000_000 >= 0.05, "within about twenty polls"
    made.close()


def test_the_message_of_a_killed_worker_comes_again(redis: OwnRedis) -> None:
    send(redis.url, "one")
    killed = Process(redis.url)
    assert killed.gets() == "one"
    begun = time.monotonic()
    assert Process(redis.url, dead_after=QUIET).gets() == "one"
    assert time.monotonic() - begun >= QUIET / 2, "not before it is surely dead"


def test_a_long_job_does_not_make_its_worker_look_dead(redis: OwnRedis) -> None:
    """Its message is not acknowledged for longer than a heartbeat lasts: what its process asks of
    any queue tells that it lives."""
    send(redis.url, "one")
    busy, other = Process(redis.url), Process(redis.url, dead_after=1.0)
    assert busy.gets() == "one"
    elsewhere = busy.broker.consume("default", prefetch=1, timeout=50)
    until = time.monotonic() + 2.5
    while time.monotonic() < until:
        next(elsewhere)
        assert other.next() is None


def test_an_acknowledgement_that_times_out_leads_to_a_second_delivery(
    redis: OwnRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes again when its worker is gone: never lost, and why every job must bear it."""
    monkeypatch.setattr(queue, "SOCKET_SECONDS", 0.2)
    first = Process(redis.url)
    send(redis.url, "one")
    found = None
    while found is None:
        found = next(first.consumer)
    with redis.client() as client:
        client.client_pause(700)
        with pytest.raises(TimedOut):
            first.consumer.ack(found)
        client.client_unpause()
    assert Process(redis.url, dead_after=QUIET).gets() == "one"


def test_what_is_flushed_is_gone_and_new_messages_go_on(redis: OwnRedis) -> None:
    """Which is why the graph holds what is to be done."""
    send(redis.url, "one")
    with redis.client() as client:
        client.flushall()
    worker = Process(redis.url)
    assert worker.next() is None
    send(redis.url, "two")
    assert worker.gets() == "two"


def test_a_killed_redis_is_found_again(redis: OwnRedis) -> None:
    worker = Process(redis.url)
    assert worker.next() is None
    redis.kill()
    with pytest.raises((RedisError, dramatiq.BrokerConnectionError)):
        worker.next()
    redis.start()
    send(redis.url, "one")
    again = worker.broker.consume("default", prefetch=1, timeout=50)
    found = None
    while found is None:
        with suppress(dramatiq.BrokerConnectionError):
            found = next(again)
    assert found.args == ("one",)


@contextmanager
def deaf_server() -> Iterator[str]:
    """Takes connections, and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken: list[socket.socket] = []
        stop = threading.Event()

        def take() -> None:
            server.settimeout(0.05)
            while not stop.is_set():
                with suppress(TimeoutError):
                    taken.append(server.accept()[0])

        thread = threading.Thread(target=take)
        thread.start()
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"
        stop.set()
        thread.join()
        for one in taken:
            one.close()


@pytest.mark.anyio
async def test_who_orders_does_not_suffer_for_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is woken, and what was ordered stands in the graph all the same."""
    await wake_dispatch(f"redis://127.0.0.1:{free_port()}/0", "local")
    assert queue.WAKE_SECONDS <= 3
    monkeypatch.setattr(queue, "WAKE_SECONDS", 0.2)
    with deaf_server() as url:
        async with asyncio.timeout(5):
            await asyncio.gather(*(wake_dispatch(url, "local") for _ in range(3)))


@pytest.mark.anyio
async def test_a_worker_is_woken(redis: OwnRedis) -> None:
    await wake_dispatch(redis.url, "local")
    worker = Process(redis.url)
    assert worker.gets() == "local"


def test_no_job_is_cut_short_or_thrown_away_for_its_age() -> None:
    """Dramatiq ends a job after ten minutes, and throws away what is older than a limit."""
    from workers import main

    assert main.run_generation.options["time_limit"] == math.inf
    assert main.run_generation.queue_name != main.run_chore.queue_name
    for actor in (main.run_generation, main.run_chore, main.dispatch):
        assert actor.options["max_retries"] == 0, "the graph tells what is done again"
        assert actor.options.get("max_age") is None
    limits = [one for one in main.broker.middleware if isinstance(one, AgeLimit)]
    assert [one.max_age for one in limits] == [None]


def test_there_are_threads_for_all_jobs_and_some_for_chores() -> None:
    """A job keeps a thread busy while it waits for its provider."""
    jobs = [info.default for name, info in Settings.model_fields.items() if name.endswith("_jobs")]
    assert len(jobs) >= 5
    assert sum(jobs) + 8 <= THREADS
