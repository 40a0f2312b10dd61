"""PixVerse over real HTTP, against a server that follows its description."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from decimal import Decimal

import pytest

from providers.contract import Job, Request
from providers.cost import Cost
from providers.error import (
    Broken,
    Denied,
    Moderated,
    ProviderError,
    Refused,
    SubmitLost,
    Unreachable,
)
from providers.event import Done, Event, Failed, Model, Output, Progress, Queued
from providers.pixverse.provider import PixVerse
from tests.providers.conforming import followed, new_job
from tests.providers.pixverse_requests import CASES, Case, image
from tests.providers.pixverse_server import PixVerseServer, Standing, provider_at, standing

pytestmark = pytest.mark.anyio
FOX = {"prompt": "a fox"}


@pytest.fixture(scope="module")
def address() -> Iterator[Standing]:
    with standing() as made:
        yield made


@pytest.fixture
def server(address: Standing) -> PixVerseServer:
    return address.anew()


@pytest.fixture
async def provider(address: Standing, server: PixVerseServer) -> AsyncIterator[PixVerse]:
    made = provider_at(address.url)
    yield made
    await made.close()


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
async def test_every_call_is_made_with_the_ids_of_what_was_uploaded(
    provider: PixVerse, server: PixVerseServer, case: Case
) -> None:
    request = case.request()
    submitted = await provider.submit(new_job(request))
    sent = server.last()
    assert sent.path == case.path
    assert sent.body.keys() == case.body.keys()
    assert submitted.request == {"endpoint": case.path, "request": sent.body}
    assert [upload.input for upload in submitted.uploads] == list(range(len(request.inputs)))
    stored = {str(number): data for number, data in (*server.images.items(), *server.media.items())}
    for upload in submitted.uploads:
        given = request.inputs[upload.input].media
        assert stored[upload.value] == await given.read()
        assert upload.kind == ("img_id" if given.media_type == "IMAGE" else "media_id")
    spent = 2 if case.path.endswith("swap/generate") else 0
    assert submitted.quote == Cost(Decimal(45 + spent), "credits")


async def test_a_job_is_followed_to_its_output(provider: PixVerse, server: PixVerseServer) -> None:
    server.told = {"credits": 45, "more": [{"cover": "https://x.example/a.png?sign=secret"}]}
    job = new_job(CASES["text"].request())
    number = (await provider.submit(job)).number
    own = number.removeprefix("video:")
    running, output, done = await followed(provider, job, number)
    assert running == Progress(stage="generating")
    assert isinstance(output, Output)
    assert (output.index, output.media_type, output.number) == (0, "VIDEO", own)
    assert output.uploads == {"video_id": own}
    assert isinstance(done, Done)
    assert (done.cost, done.seed) == (Cost(Decimal(45), "credits"), 7)
    assert done.models == (Model("v6"),)
    assert done.answer["id"] == own
    assert done.answer["more"] == [{"cover": "https://x.example/a.png"}]
    assert "secret" not in str(done.answer)


async def test_an_image_has_an_id_space_of_its_own(provider: PixVerse) -> None:
    job = new_job(CASES["image template"].request())
    number = (await provider.submit(job)).number
    *_, output, done = await followed(provider, job, number)
    assert isinstance(output, Output)
    assert isinstance(done, Done)
    assert (output.media_type, done.models) == ("IMAGE", ())
    assert output.uploads == {"image_id": number.removeprefix("image:")}
    (missed,) = await followed(provider, job, number.replace("image", "video"))
    assert isinstance(missed, Failed)


STATUSES: list[tuple[int, type[ProviderError], int]] = [
    (6, Refused, 45),
    (7, Moderated, 0),
    (8, Broken, 0),
]


@pytest.mark.parametrize(("status", "error", "paid"), STATUSES)
async def test_a_failed_job_tells_why_and_is_not_paid(
    provider: PixVerse,
    server: PixVerseServer,
    status: int,
    error: type[ProviderError],
    paid: int,
) -> None:
    server.statuses, server.told = [status], {"credits": 45}
    job = new_job(CASES["text"].request())
    end = (await followed(provider, job, (await provider.submit(job)).number))[-1]
    assert isinstance(end, Failed)
    assert type(end.error) is error
    assert end.error.code == str(status)
    assert end.cost == Cost(Decimal(paid), "credits")


@pytest.mark.parametrize("status", [2, 3, 4, 9, "5", None, ""])
async def test_any_other_status_is_under_way(
    provider: PixVerse, server: PixVerseServer, status: object
) -> None:
    server.told = {"status": status}
    job = new_job(CASES["text"].request())
    events = provider.follow(job, (await provider.submit(job)).number, asyncio.Event())
    first = await anext(events)
    assert first == (Queued() if status == 2 else Progress(stage="generating"))
    server.told = {"status": "1", "url": "http://127.0.0.1/x.mp4"}
    assert isinstance([event async for event in events][-1], Done)


async def test_what_is_told_once_is_not_told_again(
    provider: PixVerse, server: PixVerseServer
) -> None:
    server.running = 5
    job = new_job(CASES["text"].request())
    events = await followed(provider, job, (await provider.submit(job)).number)
    assert [type(event) for event in events] == [Progress, Output, Done]
    assert server.last().asked == 6


async def test_an_end_without_an_address_is_asked_for_again(
    provider: PixVerse, server: PixVerseServer
) -> None:
    server.told = {"url": "file:///etc/passwd"}
    job = new_job(CASES["text"].request())
    number = (await provider.submit(job)).number
    with pytest.raises(Unreachable):
        await followed(provider, job, number)
    server.told = {}
    assert isinstance((await followed(provider, job, number))[-1], Done)


async def test_news_are_asked_for_at_once(address: Standing, server: PixVerseServer) -> None:
    provider = provider_at(address.url, poll_seconds=3600.0)
    job, news = new_job(CASES["text"].request()), asyncio.Event()
    events = provider.follow(job, (await provider.submit(job)).number, news)
    assert await anext(events) == Progress(stage="generating")
    news.set()
    seen: list[Event] = []
    async with asyncio.timeout(20):
        seen += [event async for event in events]
    assert isinstance(seen[-1], Done)
    await provider.close()


async def test_a_submit_has_one_trace_id_and_every_other_call_its_own(
    provider: PixVerse, server: PixVerseServer
) -> None:
    job = new_job(CASES["swap"].request())
    server.refuse(500044, "swap/generate")
    with pytest.raises(ProviderError):
        await provider.submit(job)
    await followed(provider, job, (await provider.submit(job)).number)
    assert server.traces.count(job.key) == 2
    assert server.last().trace == job.key
    others = [trace for trace in server.traces if trace != job.key]
    assert len(set(others)) == len(others)


async def test_health_tells_the_balance(provider: PixVerse, server: PixVerseServer) -> None:
    health = await provider.health()
    assert (health.problem, health.balance) == (False, Cost(Decimal(100), "credits"))
    server.balance = {"credit_monthly": 0, "credit_package": 0}
    assert (await provider.health()).problem
    server.balance = {}
    health = await provider.health()
    assert (health.problem, health.balance) == (False, None)


async def test_a_wrong_key_is_denied_and_not_told(
    address: Standing, server: PixVerseServer
) -> None:
    provider = provider_at(address.url, key="sk-wrong")
    with pytest.raises(Denied) as raised:
        await provider.health()
    assert "sk-wrong" not in raised.value.message
    await provider.close()


async def test_nothing_is_submitted_in_doubt(provider: PixVerse, server: PixVerseServer) -> None:
    job = Job(new_job(CASES["image"].request()).key, CASES["image"].request(), doubtful=True)
    with pytest.raises(SubmitLost):
        await provider.submit(job)
    assert not server.app.asked


async def test_an_acceptance_without_a_number_is_lost(
    provider: PixVerse, server: PixVerseServer
) -> None:
    server.unnamed = True
    with pytest.raises(SubmitLost):
        await provider.submit(new_job(CASES["text"].request()))


async def test_it_cannot_be_stopped_nor_priced_before(provider: PixVerse) -> None:
    job = new_job(CASES["text"].request())
    assert await provider.quote(job.request) is None
    assert not await provider.cancel((await provider.submit(job)).number)


async def test_what_is_wrong_is_refused_before_anything_is_sent(
    provider: PixVerse, server: PixVerseServer
) -> None:
    request = Request("image_to_video", {"model": "v5", "audio": True}, (image(),))
    with pytest.raises(Refused) as raised:
        await provider.submit(new_job(request))
    assert raised.value.field == "audio"
    assert len(raised.value.problems) == 2
    assert not server.app.asked


@pytest.mark.parametrize("number", ["", "5", "video:", "video:x", "sound:5", "video:5/../6"])
async def test_a_number_of_another_form_is_refused(provider: PixVerse, number: str) -> None:
    with pytest.raises(Refused):
        await followed(provider, new_job(CASES["text"].request()), number)
