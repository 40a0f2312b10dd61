"""Jobs at Kling from submit to end, over real HTTP."""

import asyncio
from dataclasses import replace
from decimal import Decimal

import anyio
import pytest

from providers.contract import Job, Request, Upload
from providers.cost import Cost
from providers.error import Broken, Moderated, ProviderError, Refused
from providers.event import Accepted, Done, Event, Failed, Model, Output, Progress
from providers.kling.provider import LOOKS, Kling
from tests.providers.conforming import followed, new_job, outputs_of
from tests.providers.kling_help import LINKED, OWN, A, B, mark, sound, wanted
from tests.providers.kling_omni_bodies import ROWS as OLD_ROWS
from tests.providers.kling_running import Running, kling, kling_process
from tests.providers.kling_server import SIGNED
from tests.providers.test_kling_new_design import ROWS as NEW_ROWS

__all__ = ["kling", "kling_process"]
pytestmark = pytest.mark.anyio
ROWS = {**{f"old {k}": v for k, v in OLD_ROWS.items()}, **NEW_ROWS}
TEXT = wanted("text_to_video", prompt="a fox")
TEXT_NEW = wanted("text_to_video", prompt="a fox", model="kling-3.0")
SPEECH = wanted("lip_sync", ("video", OWN), ("audio", sound()))


async def run(provider: Kling, request: Request) -> list[Event]:
    """All that became of a request."""
    job = new_job(request)
    submitted = await provider.submit(job)
    return await followed(provider, job, submitted.number)


@pytest.mark.parametrize("name", ROWS)
async def test_every_endpoint_takes_its_body(kling: Running, name: str) -> None:
    request, endpoint, _ = ROWS[name]
    events = await run(kling.provider(), request)
    assert isinstance(events[-1], Done)
    assert [task.endpoint for task in kling.server.tasks.values()] == [endpoint]


async def test_a_job_is_told_of_from_begin_to_end(kling: Running) -> None:
    accepted, working, output, done = await run(kling.provider(), TEXT)
    assert accepted == Accepted()
    assert working == Progress(stage="processing")
    assert isinstance(output, Output)
    assert (output.index, output.media_type, output.number) == (0, "VIDEO", "v-t1")
    assert output.uploads == {"video_id": "v-t1"}
    assert isinstance(done, Done)
    assert done.cost == Cost(Decimal("3.5"), "units")
    assert done.models == (Model("kling-v3"),)
    assert done.answer["task_id"] == "t1"


async def test_the_new_design_tells_the_same(kling: Running) -> None:
    accepted, working, output, done = await run(kling.provider(), TEXT_NEW)
    assert (accepted, working) == (Accepted(), Progress(stage="processing"))
    assert isinstance(output, Output)
    assert output.uploads == {"video_id": "v-t1"}
    assert isinstance(done, Done)
    assert done.cost == Cost(Decimal("0.42"), "USD")
    assert done.models == (Model("kling-3.0"),)


@pytest.mark.parametrize("request_", [TEXT, TEXT_NEW])
async def test_an_address_is_kept_without_what_opens_it(kling: Running, request_: Request) -> None:
    *_, output, done = await run(kling.provider(), request_)
    assert isinstance(output, Output)
    assert isinstance(done, Done)
    assert SIGNED in str(output.source)
    assert str(output.source).partition("?")[0] in str(done.answer)
    assert "sign=" not in str(done.answer)


async def test_several_images_come_in_their_order(kling: Running) -> None:
    events = await run(kling.provider(), wanted("text_to_image", prompt="a fox", count=9))
    made = await outputs_of(events)
    assert [one.output.index for one in made] == list(range(9))
    assert all(one.output.media_type == "IMAGE" for one in made)


@pytest.mark.parametrize(
    ("request_", "number"),
    [(TEXT, "old:videos/text2video:t1"), (TEXT_NEW, "new:text-to-video/kling-3.0:t1")],
)
async def test_a_number_tells_where_to_ask(kling: Running, request_: Request, number: str) -> None:
    submitted = await kling.provider().submit(new_job(request_))
    assert submitted.number == number
    assert submitted.quote == Cost(Decimal("0.42"), "USD")


async def test_what_was_sent_is_told_without_bytes(kling: Running) -> None:
    request = wanted("image_to_video", ("firstFrame", A), prompt="on")
    provider = kling.provider(callback_url="https://p.example/hooks/kling")
    job = new_job(request)
    told = (await provider.submit(job)).request
    assert told["endpoint"] == "videos/image2video"
    assert told["request"]["image"] == mark(A)
    (task,) = kling.server.tasks.values()
    assert task.body["callback_url"] == "https://p.example/hooks/kling"
    assert task.key == told["request"]["external_task_id"] == job.key
    assert (await provider.submit(replace(job, doubtful=True))).request == told


async def test_the_address_of_a_video_is_not_told(kling: Running) -> None:
    request = wanted("restyle", ("video", LINKED), prompt="as ink")
    told = (await kling.provider().submit(new_job(request))).request
    assert told["request"]["video_list"][0]["video_url"] == mark(LINKED)
    (task,) = kling.server.tasks.values()
    assert task.body["video_list"][0]["video_url"] == LINKED.known["url"]


async def test_news_are_asked_for_at_once(kling: Running) -> None:
    provider = kling.provider(pace=1000.0)
    job, news = new_job(TEXT), asyncio.Event()
    number = (await provider.submit(job)).number
    seen: list[Event] = []

    async def watch() -> None:
        seen.extend([event async for event in provider.follow(job, number, news)])
        tasks.cancel_scope.cancel()

    async def tell() -> None:
        while True:
            news.set()
            await anyio.sleep(0.005)

    with anyio.fail_after(10):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(watch)
            tasks.start_soon(tell)
    assert isinstance(seen[-1], Done)


@pytest.mark.parametrize("request_", [TEXT, TEXT_NEW])
@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("Failure to pass the risk control system", Moderated),
        ("The image contains sensitive content", Moderated),
        ("the video resolution is not supported", Refused),
        ("No face detected in image", Refused),
        ("inner error, try again", Broken),
        ("", Broken),
    ],
)
async def test_a_failure_says_what_may_be_done(
    kling: Running, request_: Request, message: str, kind: type[ProviderError]
) -> None:
    kling.server.failure = message or " "
    (*_, failed) = await run(kling.provider(), request_)
    assert isinstance(failed, Failed)
    assert type(failed.error) is kind
    assert message in failed.error.message


async def test_a_failure_tells_its_cost(kling: Running) -> None:
    kling.server.failure = "risk control"
    (*_, failed) = await run(kling.provider(), TEXT)
    assert isinstance(failed, Failed)
    assert failed.cost == Cost(Decimal("3.5"), "units")


@pytest.mark.parametrize("request_", [TEXT, TEXT_NEW])
async def test_results_that_are_not_named_yet_are_asked_for_again(
    kling: Running, request_: Request
) -> None:
    job, provider = new_job(request_), kling.provider()
    number = (await provider.submit(job)).number
    kling.server.tasks["t1"].late = LOOKS - 1
    assert isinstance((await followed(provider, job, number))[-1], Done)


@pytest.mark.parametrize("request_", [TEXT, TEXT_NEW])
async def test_a_success_without_a_result_is_not_paid_again(
    kling: Running, request_: Request
) -> None:
    job, provider = new_job(request_), kling.provider()
    number = (await provider.submit(job)).number
    kling.server.tasks["t1"].late = 99
    (*_, failed) = await followed(provider, job, number)
    assert isinstance(failed, Failed)
    assert type(failed.error) is Refused
    assert failed.cost is not None
    assert kling.server.tasks["t1"].looks == 2 + LOOKS


@pytest.mark.parametrize("request_", [TEXT, TEXT_NEW])
async def test_a_task_not_listed_yet_is_not_gone(kling: Running, request_: Request) -> None:
    job, provider = new_job(request_), kling.provider()
    number = (await provider.submit(job)).number
    kling.server.hidden = 2
    assert isinstance((await followed(provider, job, number))[-1], Done)


@pytest.mark.parametrize("number", ["old:videos/text2video:t9", "new:omni-video/kling-3.0-omni:t9"])
async def test_a_task_that_stays_missing_may_have_been_billed(kling: Running, number: str) -> None:
    """Kling may know it by another key, or have made it and let go of it."""
    (failed,) = await followed(kling.provider(), new_job(TEXT), number)
    assert isinstance(failed, Failed)
    assert type(failed.error) is Refused
    assert "under this key" in failed.error.message
    assert failed.error.code == "1203"
    assert len(kling.front.asked) == LOOKS


@pytest.mark.parametrize("number", ["", "t1", "old::t1", "x:videos/text2video:t1", "old:a:../b"])
async def test_a_number_that_is_none_is_refused(kling: Running, number: str) -> None:
    with pytest.raises(Refused):
        await followed(kling.provider(), new_job(TEXT), number)
    assert not kling.front.asked


async def test_a_face_is_found_and_chosen(kling: Running) -> None:
    request = replace(SPEECH, parameters={"face": 1})
    submitted = await kling.provider().submit(new_job(request))
    (task,) = kling.server.tasks.values()
    (session,) = kling.server.sessions
    assert kling.server.sessions[session] == {"video_id": "v-1"}
    assert task.body["session_id"] == session
    (choice,) = task.body["face_choose"]
    assert (choice["face_id"], choice["sound_insert_time"]) == ("f1", 500)
    assert submitted.uploads == (Upload(0, "session_id", session),)
    assert submitted.request["request"]["session_id"] == session


async def test_a_face_is_found_in_a_video_by_its_address(kling: Running) -> None:
    request = wanted("lip_sync", ("audio", sound()), ("video", LINKED))
    submitted = await kling.provider().submit(new_job(request))
    assert list(kling.server.sessions.values()) == [{"video_url": LINKED.known["url"]}]
    assert submitted.uploads[0].input == 1


@pytest.mark.parametrize(("faces", "field"), [(0, "video"), (1, "face")])
async def test_a_face_that_is_not_there_is_refused(kling: Running, faces: int, field: str) -> None:
    kling.server.faces = faces
    with pytest.raises(Refused, match="face") as raised:
        await kling.provider().submit(new_job(replace(SPEECH, parameters={"face": 1})))
    assert raised.value.field == field
    assert not kling.server.tasks


async def test_all_that_is_wrong_is_told(kling: Running) -> None:
    request = wanted("text_to_video", ("mask", B), durationSeconds=99)
    with pytest.raises(Refused) as raised:
        await kling.provider().submit(Job("k", request))
    told = " | ".join(raised.value.problems)
    assert "durationSeconds" in told
    assert "mask is not taken" in told
    assert raised.value.field == "durationSeconds"
    assert not kling.front.asked


async def test_nothing_can_be_cancelled(kling: Running) -> None:
    assert await kling.provider().cancel("old:videos/text2video:t1") is False
