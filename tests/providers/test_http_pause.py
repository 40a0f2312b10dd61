"""A pause between two polls ends by itself or with news."""

import asyncio

import pytest

from providers.http import pause

pytestmark = pytest.mark.anyio


async def test_a_pause_lasts_its_time() -> None:
    news, clock = asyncio.Event(), asyncio.get_running_loop().time
    begun = clock()
    await pause(0.05, news)
    assert clock() - begun >= 0.04
    assert not news.is_set()


async def test_news_end_a_pause_at_once_and_are_then_old() -> None:
    news = asyncio.Event()
    waiting = asyncio.create_task(pause(3600.0, news))
    await asyncio.sleep(0)
    news.set()
    async with asyncio.timeout(10):
        await waiting
    assert not news.is_set()


async def test_news_that_came_before_count() -> None:
    news = asyncio.Event()
    news.set()
    async with asyncio.timeout(10):
        await pause(3600.0, news)
    assert not news.is_set()


async def test_a_pause_can_be_cancelled() -> None:
    waiting = asyncio.create_task(pause(3600.0, asyncio.Event()))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
