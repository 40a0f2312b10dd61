"""Several servers are one, and the emptiest gets the next job."""

import asyncio
import socket
import uuid
from contextlib import ExitStack
from dataclasses import replace

import pytest

from providers.comfyui.follow import Pace
from providers.comfyui.pool import Pool, number_of
from providers.comfyui.provider import ComfyUI
from providers.comfyui.server import Server
from providers.error import Denied, JobGone, Unreachable
from providers.event import Done
from tests.providers.comfyui_help import QUICK, all_of, comfy, job, pool
from tests.providers.misbehaving import Way
from tests.waiting import until
from workers.services import LOOK_DEADLINE_SECONDS

pytestmark = pytest.mark.anyio


async def test_the_emptiest_is_chosen() -> None:
    with comfy(auto=False) as full, comfy(auto=False) as empty:
        for _ in range(9):
            full.foreign()
        provider = pool(full, empty)
        numbers = [(await provider.submit(job())).number for _ in range(9)]
        assert all(number.endswith(empty.url) for number in numbers)
        await provider.close()


async def test_among_empty_ones_each_job_has_its_own_favourite() -> None:
    with comfy() as one, comfy() as other:
        servers = Pool([one.url, other.url])
        keys = [str(uuid.uuid4()) for _ in range(20)]
        chosen = [(await servers.emptiest(key)).url for key in keys]
        assert set(chosen) == {one.url, other.url}
        assert [(await servers.emptiest(key)).url for key in keys] == chosen
        await servers.close()


async def test_a_server_that_is_down_is_skipped_and_told() -> None:
    with comfy() as up, comfy() as down:
        provider = pool(up, down)
        assert provider.concurrency == 4
        health = await provider.health()
        assert not health.problem
        assert "ComfyUI 0.3.75 at" in health.message
        assert "12.0 of 24.0 GiB of VRAM free, 0 in its queue" in health.message
        down.front.meet(Way.UNHEARD, times=99)
        for _ in range(5):
            assert (await provider.submit(job())).number.endswith(up.url)
        health = await provider.health()
        assert health.problem
        assert down.url in health.message
        up.front.meet(Way.UNHEARD, times=99)
        with pytest.raises(Unreachable):
            await provider.submit(job())
        with pytest.raises(Unreachable):
            await provider.health()
        await provider.close()


async def test_a_server_that_hangs_holds_nobody_up() -> None:
    with comfy() as well, comfy() as hangs:
        provider = pool(well, hangs, pace=replace(QUICK, probe=0.1))
        hangs.front.meet(Way.SLOW, seconds=1.0, times=9)
        async with asyncio.timeout(0.9):
            assert (await provider.submit(job())).number.endswith(well.url)
        assert (await provider.health()).problem
        await provider.close()


async def test_a_server_that_hangs_is_told_before_a_look_is_over() -> None:
    """All that lasts is shortened alike."""
    pace, deadline = Pace(), LOOK_DEADLINE_SECONDS
    assert pace.probe <= deadline / 2
    with comfy() as well, socket.create_server(("127.0.0.1", 0)) as hangs:
        url = f"http://127.0.0.1:{hangs.getsockname()[1]}"
        provider = ComfyUI([well.url, url], 2, replace(pace, probe=pace.probe / 10))
        async with asyncio.timeout(deadline / 10 * 0.9):
            health = await provider.health()
        assert health.problem
        assert f"ComfyUI 0.3.75 at {well.url}" in health.message
        assert f"ComfyUI at {url} did not answer in time" in health.message
        await provider.close()


async def test_what_does_not_pass_by_itself_is_told_first() -> None:
    with comfy() as one, comfy() as other:
        provider = pool(one, other)
        one.front.meet(Way.UNHEARD, times=99)
        other.front.meet(Way.STATUS, times=99, status=401)
        with pytest.raises(Denied):
            await provider.submit(job())
        await provider.close()


async def test_when_the_server_of_a_job_dies_the_job_waits_for_it() -> None:
    with comfy() as stays, ExitStack() as stack:
        dies = stack.enter_context(comfy(auto=False))
        stays.foreign()
        stays.comfy.auto = False
        stays.foreign()
        stays.foreign()
        both, one = pool(stays, dies), pool(stays)
        followed = job()
        number = (await both.submit(followed)).number
        assert number.endswith(dies.url)
        dies.comfy.auto = True
        stack.close()
        with pytest.raises(Unreachable):
            await all_of(both, followed, number)
        with pytest.raises(Unreachable):
            await both.cancel(number)
        assert (await both.submit(job())).number.endswith(stays.url)
        # Its operator took it from the settings, and made sure that it will not come back.
        with pytest.raises(JobGone, match="taken from the settings"):
            await all_of(one, followed, number)
        with pytest.raises(JobGone):
            await one.cancel(number)
        stays.comfy.auto = True
        await both.close()
        await one.close()


async def test_a_server_that_left_the_pool_still_ends_its_jobs() -> None:
    with comfy() as stays, comfy() as leaves:
        both, one = pool(leaves), pool(stays)
        followed = job()
        number = (await both.submit(followed)).number

        async def over() -> bool:
            return bool(leaves.comfy.history)

        await until(over)
        assert isinstance((await all_of(one, followed, number))[-1], Done)
        await both.close()
        await one.close()


@pytest.mark.parametrize("number", ["", "x", "@http://x", "x@", "x@ftp://x", "x@http://x:port"])
async def test_a_number_of_another_kind_is_gone(number: str) -> None:
    servers = Pool([])
    with pytest.raises(JobGone):
        servers.locate(number)


async def test_a_number_of_no_server_is_gone() -> None:
    with comfy() as server:
        provider = pool(server)
        for url in ("http://[", "http://127.0.0.1:1"):
            with pytest.raises(JobGone):
                await all_of(provider, job(), f"x@{url}")
        await provider.close()


async def test_a_number_leads_back() -> None:
    servers = Pool(["http://one/a@b"])
    number = number_of(servers.servers[0], "id")
    assert servers.locate(number) == (servers.servers[0], "id")
    other, _ = servers.locate("id@http://other")
    assert isinstance(other, Server)
    assert servers.locate("more@http://other")[0] is other
    await servers.close()
