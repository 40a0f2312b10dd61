"""The worker process: `dramatiq workers.main` runs this."""

import asyncio
import logging
import threading
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import dramatiq
import redis
from dramatiq.asyncio import get_event_loop_thread
from dramatiq.middleware import Middleware

from graph import chore
from graph.error import GraphError
from settings import settings
from workers import chores
from workers.broker import install
from workers.carrying import TRACE, on_behalf
from workers.rooms import Rooms, opened

log = logging.getLogger("pedigree.worker")

RECONCILE_SECONDS = 1.0
AGAIN = timedelta(seconds=30)

broker = install()


class _Opened:
    """The rooms of this process, opened in the event loop that its actors share."""

    def __init__(self) -> None:
        self._stack = AsyncExitStack()
        self._lock = asyncio.Lock()
        self._rooms: Rooms | None = None

    async def get(self) -> Rooms:
        async with self._lock:
            if self._rooms is None:
                self._rooms = await self._stack.enter_async_context(opened(settings()))
            return self._rooms

    async def close(self) -> None:
        await self._stack.aclose()


_opened = _Opened()


async def _due() -> list[chore.Due]:
    rooms = await _opened.get()
    return await chore.due(rooms.graph, again=AGAIN)


class Reconciler(Middleware):
    """Sends whatever is due in the graph, every second: the queue may forget, the graph does not."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="reconciler", daemon=True)

    def after_worker_boot(self, broker: Any, worker: Any) -> None:  # noqa: ARG002
        self._thread.start()

    def before_worker_shutdown(self, broker: Any, worker: Any) -> None:  # noqa: ARG002
        self._stopping.set()
        self._thread.join()
        loop = get_event_loop_thread()
        if loop:
            loop.run_coroutine(_opened.close())

    def _run(self) -> None:
        while not self._stopping.wait(RECONCILE_SECONDS):
            loop = get_event_loop_thread()
            try:
                for due in loop.run_coroutine(_due()) if loop else ():
                    _send(due)
            except (GraphError, redis.RedisError) as error:
                log.warning("what is due is looked for again: %s", error)


def _send(due: chore.Due) -> None:
    options: dict[str, Any] = {TRACE: {"traceparent": due.trace}} if due.trace else {}
    with on_behalf(due.request):
        run_chore.send_with_options(args=(due.key,), **options)


@dramatiq.actor(max_retries=0, time_limit=600_000)
async def run_chore(key: str) -> None:
    """Does one chore. It stands in the graph, so a message lost or doubled does no harm."""
    await chores.run(await _opened.get(), key)


broker.add_middleware(Reconciler())
