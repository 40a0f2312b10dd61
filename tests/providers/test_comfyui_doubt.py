"""A job of which it is not known whether a server took it is looked up, and sent once."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from providers.comfyui.provider import ComfyUI
from providers.error import SubmitLost, Unreachable
from providers.event import Done, Output
from tests.providers.comfyui_help import (
    Running,
    all_of,
    comfy,
    graph,
    id_of,
    job,
    over,
    pool,
    runs,
)
from tests.providers.misbehaving import Way
from tests.providers.preparing import Preparing
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
    made = pool(server)
    yield made
    await made.close()


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


async def test_looking_it_up_may_be_cut_short(server: Running, provider: ComfyUI) -> None:
    preparing = Preparing(server.front.asked)
    doubtful = replace(job(), doubtful=True, preparing=preparing)
    await provider.submit(doubtful)
    assert server.front.asked == [*preparing.calls, ("POST", "/prompt")]
    assert preparing.calls[0] == ("GET", "/queue")


@pytest.mark.parametrize("trouble", [{"status": 401}, {"status": 403}, {"status": 404}])
async def test_a_server_that_cannot_be_asked_may_have_it(
    server: Running, provider: ComfyUI, trouble: dict[str, Any]
) -> None:
    sent = job()
    server.front.meet(Way.LOST, method="POST", path="/prompt")
    with pytest.raises(SubmitLost):
        await provider.submit(sent)
    server.front.meet(Way.STATUS, path="/queue", **trouble)
    with pytest.raises(SubmitLost, match="could not be found out"):
        await provider.submit(replace(sent, doubtful=True))
    await provider.submit(replace(sent, doubtful=True))
    assert len(server.comfy.begun) == 1


async def test_one_that_is_found_needs_no_other_server(server: Running) -> None:
    with comfy(auto=False) as other:
        provider = pool(server, other)
        server.front.meet(Way.LOST, method="POST", path="/prompt")
        other.front.meet(Way.STATUS, status=401, method="GET", path="/prompt")
        sent = job()
        with pytest.raises(SubmitLost):
            await provider.submit(sent)
        other.front.meet(Way.STATUS, status=401, path="/queue")
        found = await provider.submit(replace(sent, doubtful=True))
        assert found.number.endswith(server.url)
        other.comfy.auto = True
        await provider.close()


async def test_no_long_list_is_read_where_the_job_has_our_id(
    server: Running, provider: ComfyUI
) -> None:
    server.comfy.auto = True
    sent = job()
    number = (await provider.submit(sent)).number
    await until(over(server, id_of(number)))
    server.front.asked.clear()
    assert (await provider.submit(replace(sent, doubtful=True))).number == number
    asked = [("GET", "/queue"), ("GET", f"/history/{sent.key}")]
    if server.comfy.old:
        asked += [("GET", "/api/jobs"), ("GET", "/history")]
    assert server.front.asked == asked


async def test_what_waits_is_found_in_the_queue_alone(server: Running, provider: ComfyUI) -> None:
    sent = job()
    number = (await provider.submit(sent)).number
    server.front.asked.clear()
    assert (await provider.submit(replace(sent, doubtful=True))).number == number
    assert server.front.asked == [("GET", "/queue")]
