"""A server that stays away is given up in the end, with the jobs it had."""

from dataclasses import replace

import pytest

from providers.comfyui.pool import Pool
from providers.comfyui.provider import ComfyUI
from providers.comfyui.server import Server
from providers.comfyui.silence import APART_SECONDS, Silence
from providers.contract import Job
from providers.error import JobGone, Unreachable
from tests.providers.comfyui_help import QUICK, all_of, comfy, job, pool
from tests.providers.misbehaving import Way
from tests.waiting import until

pytestmark = pytest.mark.anyio


class Clock:
    """It stands still until it is moved."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


async def given_up(provider: ComfyUI, followed: Job, number: str) -> bool:
    try:
        await all_of(provider, followed, number)
    except (JobGone, Unreachable) as error:
        return isinstance(error, JobGone) and "has not answered for" in error.message
    raise AssertionError("nobody answers there")


async def test_a_server_that_stays_away_is_given_up() -> None:
    with comfy(auto=False) as stays, comfy(auto=False) as leaves:
        provider = pool(stays, leaves, pace=replace(QUICK, lost=0.3))
        stays.foreign()
        followed = job()
        number = (await provider.submit(followed)).number
        leaves.front.meet(Way.UNHEARD, times=10_000)
        assert not await given_up(provider, followed, number), "at first it is waited for"
        await until(lambda: given_up(provider, followed, number))
        stays.comfy.auto = leaves.comfy.auto = True
        await provider.close()


@pytest.mark.parametrize("way", [Way.UNHEARD, Way.STATUS])
async def test_only_a_good_answer_counts(way: Way) -> None:
    with comfy() as running:
        servers, clock = Pool([running.url], lost=60.0), Clock()
        server = servers.servers[0]
        server.silence = Silence(clock)

        async def asked() -> None:
            with servers.waited_for(server):
                await server.queue()

        running.front.meet(way, times=2, status=502)
        running.front.meet(Way.STATUS, times=1, status=200, body=b"<html>")
        for clock.now in (0.0, 59.0):
            with pytest.raises(Unreachable):
                await asked()
        clock.now = 60.0
        with pytest.raises(JobGone, match="for 1 minutes"):
            await asked()
        await asked()
        running.front.meet(way, status=502)
        clock.now = 61.0
        with pytest.raises(Unreachable):
            await asked()
        await servers.close()


def test_failures_far_apart_are_no_silence() -> None:
    clock = Clock()
    silence = Silence(clock)
    assert silence.go_on() == 0
    clock.now += APART_SECONDS
    assert silence.go_on() == APART_SECONDS
    clock.now += APART_SECONDS + 1
    assert silence.go_on() == 0


def test_an_answer_ends_it() -> None:
    clock = Clock()
    silence = Silence(clock)
    silence.go_on()
    clock.now += 1
    silence.break_off()
    assert silence.go_on() == 0


async def test_each_server_has_its_own() -> None:
    one, other = Server("http://one"), Server("http://other")
    assert one.silence is not other.silence
    await one.close()
    await other.close()
