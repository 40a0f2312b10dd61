"""Runway over HTTP, while the service goes its way and while it does not."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import httpx
import pytest

from providers.contract import Input, Request, Upload
from providers.cost import Cost
from providers.error import (
    Broken,
    Busy,
    Denied,
    Moderated,
    OutOfCredits,
    Passing,
    ProviderError,
    Refused,
    SubmitLost,
    Unreachable,
)
from providers.event import Done, Failed, Output, Progress, Queued
from providers.runway.provider import Runway
from tests.media.samples import picture
from tests.providers import samples
from tests.providers.conforming import followed, new_job
from tests.providers.misbehaving import Misbehaving, Way, serving
from tests.providers.preparing import Preparing
from tests.providers.runway_account import FOX, Account, an_account
from tests.providers.runway_server import KEY, SIGNATURE, RunwayServer

pytestmark = pytest.mark.anyio
LARGE = samples.media(picture("PNG"), "image/png")
RUNS = Request("image_to_video", {"prompt": "it runs"}, (Input("firstFrame", LARGE),))
CREATE, TASK = "/v1/text_to_image", "/v1/tasks/.*"
NOBODY = "task-nobody"


@pytest.fixture
async def account() -> AsyncIterator[Account]:
    async with an_account() as made:
        yield made


async def test_a_job_from_its_submit_to_its_end(account: Account) -> None:
    submitted = await account.runway.submit(new_job(RUNS))
    assert submitted.quote == Cost(Decimal(25), "credits")
    assert submitted.uploads == (Upload(0, "runway_uri", "runway://u1"),)
    assert submitted.request == {
        "endpoint": "image_to_video",
        "request": {
            "model": "gen4_turbo",
            "promptText": "it runs",
            "ratio": "1280:720",
            "promptImage": [{"uri": "runway://u1", "position": "first"}],
        },
    }
    events = await followed(account.runway, new_job(RUNS), submitted.number)
    assert [type(event) for event in events] == [Queued, Progress, Output, Done]
    assert events[1] == Progress(0.5, "running")
    done = events[-1]
    assert isinstance(done, Done)
    assert done.cost == Cost(Decimal(24), "credits")
    assert SIGNATURE not in str(done.answer)


async def test_an_estimate_may_be_missing(account: Account) -> None:
    account.server.estimates = False
    assert (await account.runway.submit(new_job(FOX))).quote is None


async def test_bytes_are_told_by_their_hash(account: Account) -> None:
    tiny = samples.media(b"x" * 100, "image/png")
    request = replace(RUNS, inputs=(Input("firstFrame", tiny),))
    submitted = await account.runway.submit(new_job(request))
    assert submitted.request["request"]["promptImage"][0]["uri"] == f"sha256:{tiny.sha256}"
    assert submitted.uploads == ()
    sent = account.server.tasks[submitted.number].body["promptImage"][0]["uri"]
    assert sent.startswith("data:image/png;base64,")


async def test_a_draft_is_finished_without_its_bytes(account: Account) -> None:
    draft = Request("text_to_video", {"model": "seedance2_5", "prompt": "a fox", "draft": True})
    number = await account.submitted(draft)
    events = await followed(account.runway, new_job(draft), number)
    output = next(event for event in events if isinstance(event, Output))
    media = replace(samples.clip(6), known=output.uploads)
    finish = Request("derive", {"model": "seedance2_5_draft"}, (Input("draftVideo", media),))
    finished = await account.submitted(finish)
    assert account.server.tasks[finished].body == {"model": "seedance2_5", "draftTaskId": number}
    assert account.server.uploads == {}


async def test_a_media_given_twice_is_uploaded_once(account: Account) -> None:
    inputs = (Input("firstFrame", LARGE), Input("lastFrame", LARGE))
    await account.submitted(Request("image_to_video", {"model": "veo3.1"}, inputs))
    assert list(account.server.uploads) == ["runway://u1"]


async def test_what_was_refused_is_uploaded_anew(account: Account) -> None:
    await account.submitted(RUNS)
    account.server.uploads.clear()  # as if the day were over
    with pytest.raises(Refused, match="Failed to fetch asset"):
        await account.submitted(RUNS)
    await account.submitted(RUNS)
    assert len(account.server.tasks) == 2


async def test_uploads_may_be_cut_short_and_the_create_not(account: Account) -> None:
    preparing = Preparing(account.front.asked)
    await account.runway.submit(replace(new_job(RUNS), preparing=preparing))
    assert preparing.calls == [("POST", "/v1/uploads"), ("POST", "/store/u1")]
    assert account.front.asked == [*preparing.calls, ("POST", "/v1/image_to_video")]


# Submits that go wrong.


@pytest.mark.parametrize("way", [Way.UNHEARD, Way.LOST, Way.HALF])
async def test_a_submit_without_an_answer_is_lost(account: Account, way: Way) -> None:
    account.front.meet(way, path=CREATE)
    job = new_job(FOX)
    with pytest.raises(SubmitLost):
        await account.runway.submit(job)
    before = list(account.front.asked)
    with pytest.raises(SubmitLost, match="console"):
        await account.runway.submit(replace(job, doubtful=True))
    assert account.front.asked == before, "nothing is asked again"


async def test_a_submit_answered_too_late_is_lost(account: Account) -> None:
    account.front.meet(Way.SLOW, path=CREATE, seconds=0.5)
    hasty = account.make(submit_seconds=0.05)
    with pytest.raises(SubmitLost, match="in time"):
        await hasty.submit(new_job(FOX))
    await hasty.close()


@pytest.mark.parametrize("body", [b"<html>", b"{}", b'{"id": 3}', b'{"id": ""}', b"[]"])
async def test_a_submit_without_a_number_is_lost(account: Account, body: bytes) -> None:
    account.front.meet(Way.STATUS, path=CREATE, status=200, body=body)
    with pytest.raises(SubmitLost):
        await account.submitted()


async def test_a_submit_that_reaches_nobody_was_none() -> None:
    with serving(Misbehaving(RunwayServer().app())) as base:
        pass
    runway = Runway(KEY, base)
    with pytest.raises(Unreachable):
        await runway.submit(new_job(FOX))
    await runway.close()


@pytest.mark.parametrize(
    ("status", "told", "error"),
    [
        (400, "Validation of body failed", Refused),
        (400, "You do not have enough credits to run this task.", OutOfCredits),
        (401, "The API key is not valid", Denied),
        (429, "Daily limit", Passing),
        (500, "Oops", SubmitLost),
        (502, "Bad gateway", SubmitLost),
        (503, "Unavailable", Unreachable),
        (504, "Gateway timeout", SubmitLost),
    ],
)
async def test_a_submit_that_is_not_accepted(
    account: Account, status: int, told: str, error: type[ProviderError]
) -> None:
    body = f'{{"error": "{told}"}}'.encode()
    account.front.meet(Way.STATUS, path=CREATE, status=status, body=body)
    with pytest.raises(error, match=told) as raised:
        await account.submitted()
    assert type(raised.value) is error
    assert account.asked("POST") == 1, "nothing is tried again here"


async def test_trouble_with_an_upload_is_no_lost_submit(account: Account) -> None:
    account.front.meet(Way.LOST, path="/store/.*")
    with pytest.raises(Unreachable):
        await account.submitted(RUNS)
    assert account.server.tasks == {}


async def test_a_submit_done_twice_on_its_way_is_followed_once(account: Account) -> None:
    """Nothing can be done about it: Runway takes no key of ours."""
    account.front.meet(Way.TWICE, path=CREATE)
    number = await account.submitted()
    assert len(account.server.tasks) == 2
    assert isinstance(await account.end(number), Done)


async def test_what_cannot_be_done_is_not_sent(account: Account) -> None:
    with pytest.raises(Refused) as raised:
        await account.submitted(Request("text_to_video", {"audio": True}))
    assert raised.value.field == "audio"
    assert len(raised.value.problems) == 2
    assert account.front.asked == []


async def test_a_wrong_key_is_denied(account: Account) -> None:
    other = Runway("key_wrong", account.base)
    for call in (other.health, lambda: other.submit(new_job(FOX)), lambda: other.cancel("t")):
        with pytest.raises(Denied) as raised:
            await call()
        assert "key_wrong" not in str(raised.value)
    await other.close()


# Following.


async def test_it_asks_no_faster_than_it_may(account: Account) -> None:
    account.runway = account.make(poll_seconds=0.2)
    number, news = await account.submitted(), asyncio.Event()
    news.set()
    async for _ in account.runway.follow(new_job(FOX), number, news):
        news.set()
    times = [time for _, time in account.server.polls]
    assert len(times) == 3
    # The clock of a loop is coarse.
    assert all(after - before >= 0.19 for before, after in pairwise(times))


@pytest.mark.parametrize("way", [Way.UNHEARD, Way.LOST, Way.HALF])
async def test_a_broken_poll_can_be_followed_on(account: Account, way: Way) -> None:
    number = await account.submitted()
    account.front.meet(way, path=TASK)
    with pytest.raises(Unreachable):
        await account.end(number)
    assert isinstance(await account.end(number), Done)


async def test_a_slow_poll_is_given_up(account: Account) -> None:
    account.runway = account.make(call_seconds=0.05)
    number = await account.submitted()
    account.front.meet(Way.SLOW, path=TASK, seconds=0.5)
    with pytest.raises(Unreachable, match="in time"):
        await account.end(number)
    assert isinstance(await account.end(number), Done)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (429, b'{"error": "Slower"}', Busy),
        (500, b"{}", Unreachable),
        (200, b"<html>", Unreachable),
        (200, b'{"id": "t"}', Unreachable),
        (401, b'{"error": "No"}', Denied),
    ],
)
async def test_a_poll_that_is_refused(
    account: Account, status: int, body: bytes, error: type[ProviderError]
) -> None:
    number = await account.submitted()
    account.front.meet(Way.STATUS, path=TASK, status=status, body=body)
    with pytest.raises(error):
        await account.end(number)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("SAFETY.INPUT.TEXT", Moderated),
        ("ASSET.INVALID", Refused),
        ("INTERNAL", Broken),
        (None, Broken),
    ],
)
async def test_a_task_that_fails(
    account: Account, code: str | None, error: type[ProviderError]
) -> None:
    account.server.failure = (code, "it did not work out")
    end = await account.end(await account.submitted())
    assert isinstance(end, Failed)
    assert type(end.error) is error
    assert end.cost == Cost(Decimal(3), "credits")


async def test_a_task_unknown_for_a_moment_is_found(account: Account) -> None:
    number = await account.submitted()
    account.front.meet(Way.STATUS, path=TASK, status=404, body=b'{"error": "Not found"}')
    assert isinstance(await account.end(number), Done)


async def test_a_task_that_stays_unknown_is_no_more(account: Account) -> None:
    end = await account.end(NOBODY)
    assert isinstance(end, Failed)
    assert isinstance(end.error, Refused)
    assert "cancelled or deleted" in end.error.message


async def test_addresses_are_fresh_each_time(account: Account) -> None:
    number = await account.submitted()
    first, again = [
        next(
            e for e in await followed(account.runway, new_job(FOX), number) if isinstance(e, Output)
        )
        for _ in range(2)
    ]
    assert first.source != again.source
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.get(str(first.source))).status_code == 401
        assert (await client.get(str(again.source))).content == await samples.picture("navy").read()


async def test_several_images_come_under_their_index(account: Account) -> None:
    request = Request("text_to_image", {"model": "muse_image", "prompt": "a fox", "count": 3})
    events = await followed(account.runway, new_job(request), await account.submitted(request))
    assert [event.index for event in events if isinstance(event, Output)] == [0, 1, 2]


# The account.


async def test_the_balance_is_told(account: Account) -> None:
    health = await account.runway.health()
    assert health.message == "1200 credits left. No more today for veo3.1."
    assert not health.problem
    assert health.balance == Cost(Decimal(1200), "credits")


async def test_without_credits_it_is_not_well(account: Account) -> None:
    account.server.credits = 0
    health = await account.runway.health()
    assert health.problem
    assert health.message.startswith("0 credits left.")


@pytest.mark.parametrize(
    "body", [b"{}", b'{"creditBalance": "x", "tier": 3}', b'{"tier": {"models": {"a": 3}}}']
)
async def test_an_account_that_tells_nothing(account: Account, body: bytes) -> None:
    account.front.meet(Way.STATUS, path="/v1/organization", status=200, body=body)
    health = await account.runway.health()
    assert health.problem
    assert health.balance is None


async def test_a_service_out_of_order_is_not_there(account: Account) -> None:
    account.front.meet(Way.STATUS, path="/v1/organization", status=503)
    with pytest.raises(Unreachable):
        await account.runway.health()


async def test_a_quote_asks_nobody(account: Account) -> None:
    assert await account.runway.quote(FOX) == Cost(Decimal(8), "credits")
    assert account.front.asked == []
