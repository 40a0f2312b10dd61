"""Jobs are sent once, found again, and stopped without touching those of others."""

import io
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from PIL import Image

from providers.comfyui.provider import ComfyUI
from providers.contract import Input, Job
from providers.error import Refused
from providers.event import Cancelled, Done, Output
from tests.providers import samples
from tests.providers.comfyui_graphs import node
from tests.providers.comfyui_help import (
    Running,
    all_of,
    comfy,
    edited,
    graph,
    id_of,
    job,
    over,
    pool,
    read,
    request,
    runs,
    watch,
)
from tests.providers.preparing import Preparing
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


def how_it_ended(server: Running, prompt_id: str) -> str:
    return str(server.comfy.history[prompt_id]["status"]["status_str"])


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
    server.comfy.files["input", "pedigree", f"{picture.sha256}.png"] = b"something else"
    told = await provider.submit(job(edited(), {"20.image": picture}))
    name = f"pedigree/{picture.sha256} (1).png"
    assert told.request["prompt"]["20"]["inputs"]["image"] == name
    assert told.uploads[0].value == f"input/{name}"


async def test_what_comes_before_the_job_may_be_cut_short(
    server: Running, provider: ComfyUI
) -> None:
    preparing = Preparing(server.front.asked)
    sent = replace(job(edited(), {"20.image": samples.picture()}), preparing=preparing)
    await provider.submit(sent)
    assert preparing.calls == [("GET", "/prompt"), ("POST", "/upload/image")]
    assert server.front.asked == [*preparing.calls, ("POST", "/prompt")]


async def test_a_file_that_others_may_read_is_not_written_again(
    server: Running, provider: ComfyUI
) -> None:
    picture = samples.picture()
    for _ in range(2):
        told = await provider.submit(job(edited(), {"20.image": picture}))
        assert told.uploads[0].value == f"input/pedigree/{picture.sha256}.png"
    assert server.comfy.written == [f"{picture.sha256}.png"]


async def test_a_file_is_never_held_whole(server: Running, provider: ComfyUI) -> None:
    """The server is asked before the last piece has come."""
    picture = samples.picture()
    data = await picture.read()

    async def asked() -> bool:
        return ("POST", "/upload/image") in server.front.asked

    async def opened() -> AsyncIterator[bytes]:
        yield data[:100]
        await until(asked)
        yield data[100:]

    await provider.submit(job(edited(), {"20.image": replace(picture, open=opened)}))
    assert server.comfy.files["input", "pedigree", f"{picture.sha256}.png"] == data


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
