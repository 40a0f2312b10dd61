"""The worker process: what keeps it looking for work, whatever happens to it."""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any

import pytest
import redis

from graph.chore import Due
from graph.error import Unavailable
from workers import main


class Loop:
    """In place of the event loop that the actors share."""

    def run_coroutine(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run(work)


@pytest.mark.parametrize(
    "error",
    [Unavailable("Neo4j is away"), redis.ConnectionError("Redis is away"), KeyError("odd")],
    ids=lambda error: type(error).__name__,
)
def test_nothing_keeps_a_worker_from_looking_again(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    looks, seen, sent = [error, error], threading.Event(), list[str]()

    async def look() -> list[Due]:
        if looks:
            raise looks.pop()
        return [Due("fetch:1", "request", None)]

    def send(_: Any, due: Due) -> None:
        sent.append(due.key)
        seen.set()

    monkeypatch.setattr(main, "RECONCILE_SECONDS", 0.01)
    monkeypatch.setattr(main, "get_event_loop_thread", Loop)
    monkeypatch.setattr(main, "_look", look)
    monkeypatch.setattr(main, "_send", send)
    reconciler = main.Reconciler()
    reconciler.after_worker_boot(None, None)
    assert seen.wait(10)
    reconciler._stopping.set()
    reconciler._thread.join(10)
    assert sent[0] == "fetch:1"
    assert not reconciler._thread.is_alive()
