"""A job is followed from anywhere to its end, whatever befalls the websocket."""

import asyncio
import io
import struct
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from providers.comfyui.provider import ComfyUI
from providers.comfyui.socket import HELLO
from providers.contract import Job
from providers.error import Broken, JobGone, Refused, Unreachable
from providers.event import (
    Accepted,
    Cancelled,
    Done,
    Event,
    Failed,
    Model,
    Output,
    Preview,
    Progress,
    Queued,
)
from tests.providers.comfyui_help import (
    QUICK,
    Running,
    Watch,
    all_of,
    comfy,
    failing,
    graph,
    job,
    pool,
    read,
    watch,
)
from tests.providers.misbehaving import Way
from tests.waiting import until

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["new", "old"])
async def server(request: pytest.FixtureRequest) -> AsyncIterator[Running]:
    """One that does nothing by itself."""
    with comfy(old=request.param == "old", auto=False) as running:
        yield running
        running.comfy.auto = True


@pytest.fixture
async def provider(server: Running) -> AsyncIterator[ComfyUI]:
    """One that looks by itself so seldom that it must hear when to."""
    made = pool(server, pace=replace(QUICK, quiet=30.0))
    yield made
    await made.close()


async def seen(watching: Watch, kind: type[Any], times: int = 1) -> None:
    async def enough() -> bool:
        return len(watching.of(kind)) >= times or bool(watching.task and watching.task.done())

    await until(enough)
    assert len(watching.of(kind)) >= times, watching.events


async def begun(server: Running, provider: ComfyUI) -> tuple[Job, str, Watch]:
    """A job whose follower listens, of which nothing was said yet."""
    followed = job()
    number = (await provider.submit(followed)).number
    watching = watch(provider, followed, number)
    await seen(watching, Accepted)
    return followed, number, watching


async def to_the_sampler(server: Running, watching: Watch) -> None:
    """Up to its first step."""
    while "progress" not in server.comfy.told:
        server.comfy.step()
    await seen(watching, Preview)


def fractions(watching: Watch) -> list[float]:
    return [one.fraction for one in watching.of(Progress) if one.fraction is not None]


async def test_a_job_is_told_from_beginning_to_end(server: Running, provider: ComfyUI) -> None:
    _, number, watching = await begun(server, provider)
    await to_the_sampler(server, watching)
    server.comfy.run()
    assert isinstance(await watching.end(), Done)
    kinds = [type(event) for event in watching.events]
    assert kinds[0] is Accepted
    assert kinds[-2:] == [Output, Done]
    assert server.comfy.hello == [HELLO]
    done = watching.events[-1]
    assert isinstance(done, Done)
    assert done.seed == 7
    assert done.models == (Model("sd_xl.safetensors"), Model("ink.safetensors"))
    prompt_id, _, url = number.partition("@")
    assert done.answer["promptId"] == prompt_id
    assert done.answer["server"] == url == server.url
    assert done.answer["status"] == "success"
    assert isinstance(done.answer["startedAt"], int)


async def test_progress_never_goes_back_and_names_nodes(server: Running, provider: ComfyUI) -> None:
    _, _, watching = await begun(server, provider)
    await to_the_sampler(server, watching)
    server.comfy.run()
    await watching.end()
    told = fractions(watching)
    assert told == sorted(told)
    assert 0 <= told[0] < told[-1] <= 1
    stages = [one.stage for one in watching.of(Progress)]
    assert "KSampler 1/3" in stages
    assert "SaveImage" in stages


async def test_previews_are_pictures(server: Running, provider: ComfyUI) -> None:
    _, _, watching = await begun(server, provider)
    server.comfy.run()
    await watching.end()
    previews = watching.of(Preview)
    assert len(previews) == 3, "one a step"
    for preview in previews:
        assert preview.mime == "image/jpeg"
        with Image.open(io.BytesIO(preview.data)) as image:
            image.load()
            assert image.format == "JPEG"


async def test_a_socket_lost_in_the_middle_is_opened_again(
    server: Running, provider: ComfyUI
) -> None:
    _, _, watching = await begun(server, provider)
    await to_the_sampler(server, watching)
    before = fractions(watching)[-1]
    server.comfy.drop_sockets()

    async def again() -> bool:
        return bool(server.comfy.clients)

    await until(again)
    server.comfy.step()
    await seen(watching, Preview, 2)
    assert fractions(watching)[-1] > before
    server.comfy.run()
    assert isinstance(await watching.end(), Done)
    assert len(watching.of(Output)) == 1
    assert len(watching.of(Accepted)) == 1
    assert fractions(watching) == sorted(fractions(watching))


async def test_a_socket_lost_for_good_does_not_matter(server: Running, provider: ComfyUI) -> None:
    _, _, watching = await begun(server, provider)
    await to_the_sampler(server, watching)
    server.comfy.has_sockets = False
    server.comfy.drop_sockets()
    server.comfy.run()
    assert isinstance(await watching.end(), Done)


async def test_a_socket_that_falls_silent_does_not_matter(server: Running) -> None:
    provider = pool(server)
    _, _, watching = await begun(server, provider)
    server.comfy.clients.clear()  # as when another one connects under the same id
    server.comfy.run()
    assert isinstance(await watching.end(), Done)
    assert not watching.of(Preview)
    await provider.close()


async def test_without_websockets_it_polls(server: Running, provider: ComfyUI) -> None:
    server.comfy.has_sockets = False
    server.foreign()
    _, _, watching = await begun(server, provider)
    await seen(watching, Queued)
    server.comfy.run()
    assert isinstance(await watching.end(), Done)
    assert watching.of(Queued) == [Queued(1)]


async def test_what_ended_while_nobody_listened_is_told(server: Running, provider: ComfyUI) -> None:
    followed = job()
    number = (await provider.submit(followed)).number
    server.comfy.run()

    async def over() -> bool:
        return bool(server.comfy.history)

    await until(over)
    first, second = [await all_of(provider, followed, number) for _ in range(2)]
    assert [type(event) for event in first] == [Output, Done]
    assert isinstance(first[0], Output)
    assert isinstance(second[0], Output)
    assert await read(first[0]) == await read(second[0])
    assert first[0].name == "fox.png_00001_.png"
    assert first[0].number == "output/fox.png_00001_.png"


async def test_the_place_in_the_queue_is_told_as_it_changes(
    server: Running, provider: ComfyUI
) -> None:
    server.foreign(1)
    server.foreign(2)
    _, _, watching = await begun(server, provider)
    await seen(watching, Queued)
    while not server.comfy.history:
        server.comfy.step()
    await seen(watching, Queued, 2)
    assert not watching.of(Progress), "it is not ours that runs"
    server.comfy.run()
    assert isinstance(await watching.end(), Done)
    assert watching.of(Queued) == [Queued(2), Queued(1)]


async def test_a_restarted_server_has_lost_the_job(server: Running, provider: ComfyUI) -> None:
    followed, number, watching = await begun(server, provider)
    server.comfy.restart()
    with pytest.raises(JobGone, match="does not know the job"):
        await watching.end()
    with pytest.raises(JobGone):
        await all_of(provider, followed, number)


async def test_a_job_that_waited_through_a_restart_is_gone_not_stopped(
    server: Running, provider: ComfyUI
) -> None:
    server.foreign()
    _, _, watching = await begun(server, provider)
    await seen(watching, Queued)
    server.comfy.restart()
    with pytest.raises(JobGone):
        await watching.end()


async def test_a_job_that_somebody_takes_out_of_the_queue_was_stopped(
    server: Running, provider: ComfyUI
) -> None:
    server.foreign()
    _, number, watching = await begun(server, provider)
    await seen(watching, Queued)
    assert await provider.cancel(number)
    assert await watching.end() == Cancelled()


async def test_a_job_that_somebody_interrupts_was_stopped(
    server: Running, provider: ComfyUI
) -> None:
    _, number, watching = await begun(server, provider)
    await to_the_sampler(server, watching)
    assert await provider.cancel(number)
    assert await watching.end() == Cancelled()


@pytest.mark.parametrize(
    ("exception", "kind"), [("torch.OutOfMemoryError", Broken), ("ValueError", Refused)]
)
async def test_an_error_names_its_node(
    server: Running, provider: ComfyUI, exception: str, kind: type[Exception]
) -> None:
    server.comfy.auto = True
    followed = job(failing(exception, "it is too big"))
    events = await all_of(provider, followed, (await provider.submit(followed)).number)
    end = events[-1]
    assert isinstance(end, Failed)
    assert isinstance(end.error, kind)
    assert "Node 30 (Boom)" in end.error.message
    assert "it is too big" in end.error.message
    assert "secret" not in end.error.message


async def test_the_history_is_waited_for(server: Running, provider: ComfyUI) -> None:
    _, _, watching = await begun(server, provider)
    while "execution_success" not in server.comfy.told:
        server.comfy.step()
    asked = len([path for _, path in server.front.asked if path == "/queue"])

    async def asks() -> bool:
        return len([path for _, path in server.front.asked if path == "/queue"]) > asked

    await until(asks)
    assert not watching.of(Output)
    server.comfy.run()
    assert isinstance(await watching.end(), Done)


async def test_what_others_jobs_do_is_not_ours(server: Running, provider: ComfyUI) -> None:
    followed, _, watching = await begun(server, provider)
    other = {"prompt_id": "another", "node_id": "3", "exception_message": "no"}
    told = b'{"prompt_id":"another","image_type":"image/x"}'
    foreign: list[Any] = [
        {"type": kind, "data": {**other, "node": None}}
        for kind in ("execution_error", "execution_interrupted", "execution_success", "executing")
    ]
    foreign += [
        {"type": "progress", "data": {**other, "node": "9", "value": 1, "max": 2}},
        {"type": "executing", "data": {"node": None}},
        {"type": "somebodys.extension", "data": {"prompt_id": followed.key}},
        struct.pack(">II", 4, len(told)) + told + b"png",
        struct.pack(">II", 1, 1) + b"x" * 300_000,
    ]
    server.comfy.say(followed.key, *foreign)
    await to_the_sampler(server, watching)
    assert not [event for event in watching.events if isinstance(event, Failed | Cancelled | Done)]
    assert all(len(preview.data) < 10_000 for preview in watching.of(Preview))
    assert {preview.mime for preview in watching.of(Preview)} == {"image/jpeg"}
    assert "SaveImage 1/2" not in [one.stage for one in watching.of(Progress)]
    server.comfy.run()
    assert isinstance(await watching.end(), Done)


async def test_a_server_that_does_not_answer_is_asked_by_the_next_follower(
    server: Running, provider: ComfyUI
) -> None:
    followed, number, watching = await begun(server, provider)
    server.front.meet(Way.UNHEARD, path="/queue")
    server.comfy.drop_sockets()
    with pytest.raises(Unreachable):
        await watching.end()
    server.comfy.run()
    other = pool(server)
    assert isinstance((await all_of(other, followed, number))[-1], Done)
    await other.close()


async def test_who_leaves_leaves_no_socket_behind(server: Running, provider: ComfyUI) -> None:
    followed = job()
    number = (await provider.submit(followed)).number
    events = provider.follow(followed, number, asyncio.Event())
    assert isinstance(await anext(events), Event)
    assert server.comfy.clients
    await events.aclose()

    async def gone() -> bool:
        return not server.comfy.clients

    await until(gone)


async def test_half_a_file_is_no_file(server: Running, provider: ComfyUI) -> None:
    server.comfy.auto = True
    followed = job(graph(seed=3))
    events = await all_of(provider, followed, (await provider.submit(followed)).number)
    output = next(event for event in events if isinstance(event, Output))
    server.front.meet(Way.HALF, path="/view")
    with pytest.raises(Unreachable):
        await read(output)
    whole = await read(output)
    assert Image.open(io.BytesIO(whole)).size == (64, 32)
    server.comfy.files.clear()
    with pytest.raises(Refused):
        await read(output)
