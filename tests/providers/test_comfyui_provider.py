"""Jobs are sent once, found again, and stopped without touching those of others."""

import io
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest
from PIL import Image

from providers.comfyui.provider import ComfyUI
from providers.contract import Input, Job
from providers.error import Refused, SubmitLost, Unreachable
from providers.event import Cancelled, Done, Output
from tests.providers import samples
from tests.providers.comfyui_graphs import node
from tests.providers.comfyui_help import (
    Running,
    all_of,
    comfy,
    edited,
    graph,
    job,
    pool,
    read,
    request,
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
        assert not [origin for origin in running.comfy.origins if origin is not None]
        running.comfy.auto = True


@pytest.fixture
async def provider(server: Running) -> AsyncIterator[ComfyUI]:
    made = pool(server)
    yield made
    await made.close()


def over(server: Running, prompt_id: str) -> Callable[[], Awaitable[bool]]:
    async def ended() -> bool:
        return prompt_id in server.comfy.history

    return ended


def runs(server: Running, prompt_id: str) -> Callable[[], Awaitable[bool]]:
    async def begun() -> bool:
        return bool(server.comfy.running and server.comfy.running[1] == prompt_id)

    return begun


def how_it_ended(server: Running, prompt_id: str) -> str:
    return str(server.comfy.history[prompt_id]["status"]["status_str"])


def id_of(number: str) -> str:
    return number.partition("@")[0]


# Sending.


async def test_what_was_sent_is_told_exactly(server: Running, provider: ComfyUI) -> None:
    sent = job(parameters={"6.text": "a hare", "3.seed": 12})
    told = await provider.submit(sent)
    await until(runs(server, id_of(told.number)))
    assert server.comfy.running
    _, prompt_id, ran, extra, _ = server.comfy.running
    assert told.number == f"{prompt_id}@{server.url}"
    assert (prompt_id == sent.key) is not server.comfy.old
    assert told.request["prompt"] == ran
    assert ran["6"]["inputs"]["text"] == "a hare"
    assert ran["3"]["inputs"]["seed"] == 12
    assert told.request["server"] == server.url
    assert extra == {"pedigree": {"job": sent.key}, "client_id": sent.key}
    assert told.problems == ()
    assert await provider.quote(sent.request) is None


async def test_inputs_are_uploaded_once_each(server: Running, provider: ComfyUI) -> None:
    workflow = edited()
    workflow["21"] = node("LoadImageMask", image="old.png")
    workflow["22"] = node("LoadImage", image="old.png")
    picture, mask = samples.picture(), samples.mask()
    files = {"20.image": picture, "21.image": mask, "22.image": picture}
    told = await provider.submit(job(workflow, files))
    names = [f"input/pedigree/{one.sha256}.png" for one in files.values()]
    assert [(one.input, one.kind, one.value) for one in told.uploads] == [
        (index, "file", name) for index, name in enumerate(names)
    ]
    sent = told.request["prompt"]
    assert [sent[name]["inputs"]["image"] for name in ("20", "21", "22")] == [
        name.removeprefix("input/") for name in names
    ]
    assert server.front.asked.count(("POST", "/upload/image")) == 2
    stored = server.comfy.files["input", "pedigree", f"{mask.sha256}.png"]
    assert stored == await mask.read()


async def test_the_name_that_the_server_gives_is_used(server: Running, provider: ComfyUI) -> None:
    picture = samples.picture()
    server.comfy.overwrites = False
    server.comfy.files["input", "pedigree", f"{picture.sha256}.png"] = b"something else"
    told = await provider.submit(job(edited(), {"20.image": picture}))
    name = f"pedigree/{picture.sha256} (1).png"
    assert told.request["prompt"]["20"]["inputs"]["image"] == name
    assert told.uploads[0].value == f"input/{name}"


async def test_nothing_is_uploaded_for_what_cannot_be_sent(
    server: Running, provider: ComfyUI
) -> None:
    picture = samples.picture()
    with pytest.raises(Refused) as raised:
        await provider.submit(job(edited(), {"20.image": picture, "20.picture": picture}))
    assert raised.value.field == "20.picture"
    twice = request(edited(), {"20.image": picture})
    twice = replace(twice, inputs=(*twice.inputs, Input("20.image", samples.mask())))
    with pytest.raises(Refused, match="one file") as raised:
        await provider.submit(Job("0190a0a0-0000-7000-8000-000000000000", twice))
    assert raised.value.field == "20.image"
    assert not server.front.asked


async def test_a_file_too_large_names_its_input(server: Running, provider: ComfyUI) -> None:
    server.comfy.max_upload = 10
    with pytest.raises(Refused, match="larger") as raised:
        await provider.submit(job(edited(), {"20.image": samples.picture()}))
    assert raised.value.field == "20.image"
    assert not server.comfy.begun


async def test_a_refusal_names_the_node(server: Running, provider: ComfyUI) -> None:
    with pytest.raises(Refused) as raised:
        await provider.submit(job(parameters={"4.ckpt_name": "x.ckpt", "3.steps": 0}))
    assert raised.value.field in ("3.steps", "4.ckpt_name")
    assert len(raised.value.problems) == 2
    assert any(
        "Node 4 (CheckpointLoaderSimple), input ckpt_name" in p for p in raised.value.problems
    )
    assert not server.comfy.begun


async def test_outputs_that_are_left_out_are_told(server: Running, provider: ComfyUI) -> None:
    workflow = graph()
    workflow["50"] = node("VAELoader", vae_name="nowhere.safetensors")
    workflow["51"] = node("VAEDecode", samples=["3", 0], vae=["50", 0])
    workflow["52"] = node("SaveImage", images=["51", 0])
    told = await provider.submit(job(workflow))
    (problem,) = told.problems
    assert problem.startswith("Node 50 (VAELoader), input vae_name: Value not in list")


async def test_a_server_behind_a_path_is_reached() -> None:
    with comfy(prefix="/behind/a/path") as server:
        provider = pool(server)
        sent = job(edited(), {"20.image": samples.picture()})
        events = await all_of(provider, sent, (await provider.submit(sent)).number)
        assert isinstance(events[-1], Done)
        output = next(event for event in events if isinstance(event, Output))
        assert Image.open(io.BytesIO(await read(output))).format == "PNG"
        assert server.comfy.hello, "by its websocket too"
        await provider.close()


# In doubt.


async def test_what_is_lost_twice_can_be_looked_up_once_more(
    server: Running, provider: ComfyUI
) -> None:
    sent = job()
    server.front.meet(Way.UNHEARD, method="POST", path="/prompt", times=2)
    with pytest.raises(SubmitLost):
        await provider.submit(sent)
    with pytest.raises(Unreachable):
        await provider.submit(replace(sent, doubtful=True))
    await provider.submit(replace(sent, doubtful=True))
    assert len(server.comfy.begun) == 1


async def test_a_lost_answer_is_looked_up(server: Running, provider: ComfyUI) -> None:
    """Where it waits, where it runs, and where it has ended."""
    server.foreign()
    server.front.meet(Way.LOST, method="POST", path="/prompt")
    sent = job()
    with pytest.raises(SubmitLost):
        await provider.submit(sent)
    doubtful = replace(sent, doubtful=True)
    ours = server.comfy.begun[-1]
    waits = await provider.submit(doubtful)
    assert waits.number == f"{ours}@{server.url}"
    assert waits.request["prompt"] == graph()
    while not await runs(server, ours)():
        server.comfy.step()
    assert (await provider.submit(doubtful)).number == waits.number
    server.comfy.run()
    await until(over(server, ours))
    assert (await provider.submit(doubtful)).number == waits.number
    assert isinstance((await all_of(provider, doubtful, waits.number))[-1], Done)
    assert len(server.comfy.begun) == 2


async def test_what_surely_is_not_there_is_sent_anew(server: Running, provider: ComfyUI) -> None:
    server.front.meet(Way.UNHEARD, method="POST", path="/prompt")
    sent = job()
    with pytest.raises(SubmitLost):
        await provider.submit(sent)
    found = await provider.submit(replace(sent, doubtful=True))
    assert [id_of(found.number)] == server.comfy.begun


async def test_it_may_be_at_any_server(server: Running) -> None:
    with comfy(auto=False) as other:
        provider = pool(server, other)
        sent = job()
        for one in (server, other):
            one.front.meet(Way.LOST, method="POST", path="/prompt")
        with pytest.raises(SubmitLost):
            await provider.submit(sent)
        has = server if server.comfy.begun else other
        lacks = other if has is server else server
        lacks.front.meet(Way.UNHEARD)
        found = await provider.submit(replace(sent, doubtful=True))
        assert found.number.endswith(has.url), "that another is down does not matter"
        has.front.meet(Way.UNHEARD)
        with pytest.raises(Unreachable):
            await provider.submit(replace(sent, doubtful=True))
        assert len(has.comfy.begun) == 1
        assert not lacks.comfy.begun
        other.comfy.auto = True
        await provider.close()


async def test_an_old_server_that_forgot_too_much_is_not_trusted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("providers.comfyui.server.LOOKED_BACK", 1)
    with comfy(old=True) as server:
        provider = pool(server)
        server.foreign()
        await until(over(server, server.comfy.begun[0]))
        with pytest.raises(SubmitLost, match="does not reach back"):
            await provider.submit(replace(job(), doubtful=True))
        assert len(server.comfy.begun) == 1
        await provider.close()


async def test_a_proxy_that_sends_twice_leaves_one_job_to_follow(
    server: Running, provider: ComfyUI
) -> None:
    server.front.meet(Way.TWICE, method="POST", path="/prompt")
    sent = job()
    number = (await provider.submit(sent)).number
    server.comfy.run()
    events = await all_of(provider, sent, number)
    assert isinstance(events[-1], Done)
    assert len([event for event in events if isinstance(event, Output)]) == 1


# Stopping.


async def test_a_job_that_waits_is_stopped_while_anothers_runs(
    server: Running, provider: ComfyUI
) -> None:
    foreign = server.foreign()
    await until(runs(server, foreign))
    number = (await provider.submit(job())).number
    assert await provider.cancel(number)
    server.comfy.run()
    await until(over(server, foreign))
    assert how_it_ended(server, foreign) == "success"
    assert not server.comfy.queue
    assert ("POST", "/interrupt") not in server.front.asked
    assert not await provider.cancel(number)


async def test_a_job_that_runs_is_stopped_while_anothers_waits(
    server: Running, provider: ComfyUI
) -> None:
    sent = job()
    number = (await provider.submit(sent)).number
    foreign = server.foreign()
    await until(runs(server, id_of(number)))
    watching = watch(provider, sent, number)
    assert await provider.cancel(number)
    assert await watching.end() == Cancelled()
    server.comfy.run()
    await until(over(server, foreign))
    assert how_it_ended(server, foreign) == "success"
    assert how_it_ended(server, id_of(number)) == "error"


async def test_stopping_what_has_ended_stops_nobody(server: Running, provider: ComfyUI) -> None:
    sent = job()
    number = (await provider.submit(sent)).number
    server.comfy.run()
    await until(over(server, id_of(number)))
    server.comfy.auto = False
    foreign = server.foreign()
    await until(runs(server, foreign))
    assert not await provider.cancel(number)
    assert not await provider.cancel(f"unknown@{server.url}")
    server.comfy.run()
    await until(over(server, foreign))
    assert how_it_ended(server, foreign) == "success"


async def test_a_job_that_begins_while_it_is_taken_away_is_stopped() -> None:
    with comfy(old=True, auto=False) as server:
        provider = pool(server)
        foreign = server.foreign()
        await until(runs(server, foreign))
        number = (await provider.submit(job())).number
        server.comfy.meanwhile = lambda: server.comfy.interrupt(None)
        assert await provider.cancel(number)
        await until(over(server, id_of(number)))
        assert how_it_ended(server, id_of(number)) == "error"
        server.comfy.auto = True
        await provider.close()


# Being well.


async def test_an_old_server_tells_less_of_itself(server: Running, provider: ComfyUI) -> None:
    server.foreign()
    health = await provider.health()
    version = "ComfyUI" if server.comfy.old else "ComfyUI 0.3.75"
    assert health.message == (
        f"{version} at {server.url}, 12.0 of 24.0 GiB of VRAM free, 1 in its queue"
    )
    assert not health.problem
