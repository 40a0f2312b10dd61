"""The worker process: `dramatiq workers.main` runs this."""

import asyncio
import logging
import threading
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import dramatiq
import redis
from dramatiq.asyncio import get_event_loop_thread
from dramatiq.middleware import Middleware

from graph import chore
from graph.chore import Due
from graph.error import GraphError
from settings import settings
from workers import chores, generate
from workers.broker import DISPATCH, GENERATE, install
from workers.carrying import TRACE, on_behalf
from workers.workshop import Workshop, working

log = logging.getLogger("pedigree.worker")

RECONCILE_SECONDS = 1.0
AGAIN = timedelta(seconds=30)

broker = install()


class _Opened:
    """The workshop of this process, opened in the event loop that its actors share."""

    def __init__(self) -> None:
        self._stack = AsyncExitStack()
        self._lock = asyncio.Lock()
        self._shop: Workshop | None = None

    async def get(self) -> Workshop:
        async with self._lock:
            if self._shop is None:
                self._shop = await self._stack.enter_async_context(working(settings(), _run_all))
            return self._shop

    async def stop(self) -> None:
        """Leaves what is being generated to others."""
        if self._shop:
            self._shop.leases.stop()

    async def close(self) -> None:
        await self._stack.aclose()


_opened = _Opened()


async def _look() -> list[Due]:
    """Sends, and starts, whatever the graph says is to be done."""
    shop = await _opened.get()
    await shop.services.refresh()
    await shop.dispatcher.look()
    return await chore.due(shop.graph, again=AGAIN)


class Reconciler(Middleware):
    """Looks every second what is due in the graph: the queue may forget, the graph does not."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="reconciler", daemon=True)

    def after_worker_boot(self, broker: Any, worker: Any) -> None:  # noqa: ARG002
        self._thread.start()

    def before_worker_shutdown(self, broker: Any, worker: Any) -> None:  # noqa: ARG002
        self._stopping.set()
        self._thread.join()
        if loop := get_event_loop_thread():
            loop.run_coroutine(_opened.stop())

    def after_worker_shutdown(self, broker: Any, worker: Any) -> None:  # noqa: ARG002
        if loop := get_event_loop_thread():
            loop.run_coroutine(_opened.close())

    def _run(self) -> None:
        while not self._stopping.wait(RECONCILE_SECONDS):
            loop = get_event_loop_thread()
            try:
                for due in loop.run_coroutine(_look()) if loop else ():
                    _send(run_chore, due)
            except (GraphError, redis.RedisError) as error:
                log.warning("what is due is looked for again: %s", error)
            except Exception:  # a worker that never looks again would do nothing, and seem well
                log.exception("what is due is looked for again")


def _send(actor: Any, due: Due) -> None:
    options: dict[str, Any] = {TRACE: {"traceparent": due.trace}} if due.trace else {}
    with on_behalf(due.request):
        actor.send_with_options(args=(due.key,), **options)


async def _run_all(due: Sequence[Due]) -> None:
    """Has generations be run by whichever worker is free."""

    def send() -> None:
        for one in due:
            _send(run_generation, one)

    await asyncio.to_thread(send)


@dramatiq.actor(max_retries=0, time_limit=600_000)
async def run_chore(key: str) -> None:
    """Does one chore. It stands in the graph, so a message lost or doubled does no harm."""
    try:
        await chores.run((await _opened.get()).rooms, key)
    except GraphError as error:
        log.warning("chore %s is done later: %s", key, error)


@dramatiq.actor(max_retries=0, time_limit=float("inf"), queue_name=GENERATE)
async def run_generation(number: str) -> None:
    """Runs one generation, for as long as that takes. A message lost or doubled does no harm."""
    await generate.run(await _opened.get(), number)


@dramatiq.actor(max_retries=0, actor_name=DISPATCH)
async def dispatch(provider: str) -> None:
    """Something was queued at a provider."""
    (await _opened.get()).dispatcher.kick(provider)


broker.add_middleware(Reconciler())
