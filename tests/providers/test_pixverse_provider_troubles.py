"""PixVerse when its connection is bad: nothing is begun twice, nothing hangs, nothing leaks."""

from collections.abc import AsyncIterator, Iterator

import pytest

from providers.contract import Job
from providers.error import ProviderError, Refused, SubmitLost, Unreachable
from providers.event import Done
from providers.pixverse.provider import PixVerse
from tests.providers.conforming import followed, new_job
from tests.providers.misbehaving import Way, serving
from tests.providers.pixverse_requests import CASES
from tests.providers.pixverse_server import KEY, PixVerseServer, Standing, provider_at, standing

pytestmark = pytest.mark.anyio
SUBMIT, UPLOAD, RESULT = ".*/generate", ".*/upload", ".*/result/.*"
CUT = [Way.UNHEARD, Way.LOST, Way.HALF]


@pytest.fixture(scope="module")
def address() -> Iterator[Standing]:
    with standing() as made:
        yield made


@pytest.fixture
def server(address: Standing) -> PixVerseServer:
    return address.anew()


@pytest.fixture
async def provider(address: Standing, server: PixVerseServer) -> AsyncIterator[PixVerse]:
    made = provider_at(address.url, call_seconds=1.0)
    yield made
    await made.close()


def job_of(name: str) -> Job:
    return new_job(CASES[name].request())


@pytest.mark.parametrize("way", CUT)
async def test_a_submit_without_an_answer_is_lost(
    provider: PixVerse, server: PixVerseServer, way: Way
) -> None:
    server.app.meet(way, path=SUBMIT)
    with pytest.raises(SubmitLost):
        await provider.submit(job_of("image"))
    assert len(server.jobs) == (0 if way is Way.UNHEARD else 1)


async def test_a_slow_submit_is_lost_and_a_slow_poll_is_not(
    provider: PixVerse, server: PixVerseServer
) -> None:
    server.app.meet(Way.SLOW, path=SUBMIT, seconds=1.5)
    with pytest.raises(SubmitLost):
        await provider.submit(job_of("text"))
    job = job_of("text")
    number = (await provider.submit(job)).number
    server.app.meet(Way.SLOW, path=RESULT, seconds=1.5)
    with pytest.raises(Unreachable):
        await followed(provider, job, number)
    assert isinstance((await followed(provider, job, number))[-1], Done)


async def test_a_slow_upload_has_more_time_than_other_calls(
    provider: PixVerse, server: PixVerseServer
) -> None:
    server.app.meet(Way.SLOW, path=UPLOAD, seconds=1.5)
    await provider.submit(job_of("image"))
    assert len(server.jobs) == 1


@pytest.mark.parametrize("way", CUT)
async def test_an_upload_that_breaks_off_can_be_made_again(
    provider: PixVerse, server: PixVerseServer, way: Way
) -> None:
    job = job_of("transition through several")
    server.app.meet(way, path=UPLOAD)
    with pytest.raises(Unreachable):
        await provider.submit(job)
    assert not server.jobs
    await provider.submit(job)
    assert len(server.jobs) == 1


@pytest.mark.parametrize("way", CUT)
async def test_a_selection_without_an_answer_may_have_cost_something(
    provider: PixVerse, server: PixVerseServer, way: Way
) -> None:
    server.app.meet(way, path=".*/mask/selection")
    with pytest.raises(SubmitLost):
        await provider.submit(job_of("swap"))
    assert not server.jobs


async def test_a_submit_that_is_sent_twice_on_the_way_begins_one_job(
    provider: PixVerse, server: PixVerseServer
) -> None:
    """Its trace id tells PixVerse that it is the same."""
    job = job_of("text")
    server.app.meet(Way.TWICE, path=SUBMIT)
    submitted = await provider.submit(job)
    assert len(server.jobs) == 1
    assert isinstance((await followed(provider, job, submitted.number))[-1], Done)


async def test_an_answer_that_comes_twice_makes_one_output(
    provider: PixVerse, server: PixVerseServer
) -> None:
    job = job_of("text")
    number = (await provider.submit(job)).number
    server.app.meet(Way.TWICE, path=RESULT, times=3)
    assert isinstance((await followed(provider, job, number))[-1], Done)


@pytest.mark.parametrize("way", CUT)
async def test_a_poll_that_breaks_off_can_be_taken_up_by_another(
    provider: PixVerse, server: PixVerseServer, way: Way
) -> None:
    job = job_of("text")
    number = (await provider.submit(job)).number
    server.app.meet(way, path=RESULT)
    with pytest.raises(Unreachable):
        await followed(provider, job, number)
    assert isinstance((await followed(provider, job, number))[-1], Done)
    assert len(server.jobs) == 1


async def test_nobody_there_is_no_lost_submit(server: PixVerseServer) -> None:
    with serving(server.app) as url:
        provider = provider_at(url)
    job = job_of("text")
    with pytest.raises(Unreachable):
        await provider.health()
    for name in ("text", "image"):
        with pytest.raises(Unreachable):
            await provider.submit(job_of(name))
    with pytest.raises(Unreachable):
        await followed(provider, job, "video:5")
    await provider.close()


async def test_no_trouble_tells_the_key(provider: PixVerse, server: PixVerseServer) -> None:
    for way in (*CUT, Way.STATUS):
        server.app.meet(way, body=f'{{"ErrCode": 5, "ErrMsg": "{KEY}"}}'.encode(), status=200)
        with pytest.raises(ProviderError) as raised:
            await provider.submit(job_of("text"))
        assert KEY not in str(raised.value)
        assert KEY not in repr(raised.value.__dict__)


async def test_a_redirect_is_not_followed_with_the_key(
    provider: PixVerse, server: PixVerseServer
) -> None:
    headers = {"location": "http://127.0.0.1:9/"}
    server.app.meet(Way.STATUS, status=302, body=b"", headers=headers)
    with pytest.raises(Refused):
        await provider.submit(job_of("text"))
