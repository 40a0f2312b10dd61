"""What each answer of a server means, however it goes wrong."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from providers.comfyui.server import Gone, Server
from providers.comfyui.standing import Item
from providers.error import Busy, Denied, ProviderError, Refused, SubmitLost, Unreachable
from tests.providers import samples
from tests.providers.comfyui_help import Running, comfy, graph
from tests.providers.misbehaving import Way

pytestmark = pytest.mark.anyio
KEY = "0190a0a0-0000-7000-8000-000000000000"
Call = Callable[[Server], Awaitable[Any]]


@pytest.fixture
async def running() -> AsyncIterator[Running]:
    with comfy() as made:
        yield made


@pytest.fixture
async def server(running: Running) -> AsyncIterator[Server]:
    made = Server(running.url, 0.5)
    yield made
    await made.close()


async def prompt(server: Server) -> Any:
    return await server.prompt({"prompt": graph(), "prompt_id": KEY})


CALLS: dict[str, Call] = {
    "remaining": Server.remaining,
    "stats": Server.stats,
    "queue": Server.queue,
    "entry": lambda server: server.entry(KEY),
    "find": lambda server: server.find(KEY),
    "upload": lambda server: server.upload(samples.picture(), "pedigree/x.png"),
    "cancel": lambda server: server.cancel(KEY),
    "delete": lambda server: server.delete(KEY),
    "interrupt": lambda server: server.interrupt(KEY),
    "object_info": lambda server: server.object_info("KSampler"),
}
# The others are answered with nothing.
TOLD = [name for name in CALLS if name not in ("delete", "interrupt")]


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, Denied),
        (403, Denied),
        (400, Refused),
        (408, Unreachable),
        (429, Busy),
        (500, Unreachable),
        (502, Unreachable),
        (503, Unreachable),
        (504, Unreachable),
    ],
)
async def test_a_status_means_the_same_everywhere(
    running: Running, server: Server, name: str, status: int, kind: type[ProviderError]
) -> None:
    running.front.meet(Way.STATUS, status=status, times=9, headers={"retry-after": "3"})
    with pytest.raises(ProviderError) as raised:
        await CALLS[name](server)
    assert type(raised.value) is kind
    assert running.url in raised.value.message
    assert getattr(raised.value, "retry_in", 3.0) == 3.0


@pytest.mark.parametrize(
    ("way", "name"),
    [
        *((way, name) for way in (Way.UNHEARD, Way.LOST) for name in CALLS),
        *((Way.HALF, name) for name in TOLD),
    ],
)
async def test_a_cut_means_the_same_everywhere(
    running: Running, server: Server, name: str, way: Way
) -> None:
    running.front.meet(way, times=9)
    with pytest.raises(Unreachable):
        await CALLS[name](server)


@pytest.mark.parametrize("name", TOLD)
@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"3"])
async def test_no_json_object_is_no_answer(
    running: Running, server: Server, name: str, body: bytes
) -> None:
    running.front.meet(Way.STATUS, status=200, body=body, times=9)
    with pytest.raises(Unreachable):
        await CALLS[name](server)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Refused),
        (401, Denied),
        (413, Refused),
        (429, Busy),
        (500, Unreachable),
        (502, SubmitLost),
        (503, Unreachable),
        (504, SubmitLost),
    ],
)
async def test_a_status_says_whether_a_job_was_taken(
    running: Running, server: Server, status: int, kind: type[ProviderError]
) -> None:
    running.front.meet(Way.STATUS, status=status)
    with pytest.raises(ProviderError) as raised:
        await prompt(server)
    assert type(raised.value) is kind


@pytest.mark.parametrize("way", [Way.LOST, Way.HALF, Way.UNHEARD])
async def test_without_an_answer_it_is_open_whether_a_job_was_taken(
    running: Running, server: Server, way: Way
) -> None:
    running.front.meet(way)
    with pytest.raises(SubmitLost):
        await prompt(server)


async def test_a_late_answer_is_none(running: Running, server: Server) -> None:
    running.front.meet(Way.SLOW, seconds=1.0, times=2)
    with pytest.raises(Unreachable, match="in time"):
        await server.remaining()
    with pytest.raises(SubmitLost, match="in time"):
        await prompt(server)


async def test_an_ended_job_is_found_by_its_own_entry(running: Running, server: Server) -> None:
    running.comfy.history[KEY] = {"prompt": [1, KEY, {"1": {}}, {}, []]}
    assert await server.find(KEY) == Item(KEY, 1.0, {"1": {}})
    running.comfy.history[KEY] = {"prompt": "who knows"}
    assert await server.find(KEY) == Item(KEY), "however little is told of it"
    assert ("GET", "/history") not in running.front.asked


async def test_a_long_queue_is_read_like_a_short_one(
    running: Running, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    running.comfy.queue = [(1.0, KEY, graph(), {}, [])]
    short = await server.queue()
    monkeypatch.setattr("providers.answer.LONG_BYTES", 0)
    monkeypatch.setattr("providers.answer.read", None)
    assert await server.queue() == short
    assert short.pending[0].id == KEY


async def test_a_file_too_large_is_refused(running: Running, server: Server) -> None:
    running.comfy.max_upload = 10
    with pytest.raises(Refused, match="larger than the server takes"):
        await server.upload(samples.picture(), "pedigree/x.png")


async def test_a_full_history_of_a_new_server_is_trusted(
    running: Running, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("providers.comfyui.server.LOOKED_BACK", 1)
    assert await server.find(KEY) == Gone(surely=True)
    running.comfy.history["x"] = {"prompt": [1, "x", {}, {}, []]}
    assert await server.find(KEY) == Gone(surely=True)


async def test_a_full_history_of_an_old_server_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("providers.comfyui.server.LOOKED_BACK", 1)
    with comfy(old=True) as running:
        server = Server(running.url, 0.5)
        assert await server.find(KEY) == Gone(surely=True)
        running.comfy.history["x"] = {"prompt": [1, "x", {}, {}, []]}
        assert await server.find(KEY) == Gone(surely=False)
        await server.close()
