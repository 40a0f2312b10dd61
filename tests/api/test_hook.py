"""What services send us by themselves, over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from graph.identifier import new_id
from settings import Settings
from tests.api.conftest import People
from tests.providers.kling_server import FakeTask, new_task, old_task, webhook
from workers.workshop import Workshop, working

pytestmark = pytest.mark.anyio

HOOK = "/hooks/kling"


def told_of(key: str) -> list[dict[str, Any]]:
    """Kling's word that a job is done, in both designs of its API."""
    task = FakeTask("t1", "videos/text2video", {}, key, looks=3)
    new = FakeTask("t2", "text-to-video/kling-3.0", {}, key, looks=3)
    return [old_task(task, "https://k.example/"), new_task(new, "https://k.example/")]


async def test_a_signed_call_has_the_worker_that_waits_look(
    crew: People, makers: Starlette
) -> None:
    settings: Settings = makers.state.edge.settings
    async with working(settings, _never) as shop:
        await _heard(shop, crew.editor.http)
        for whole in told_of(key := new_id()):
            headers, body = webhook(whole)
            with shop.listening(key) as news, shop.listening(new_id()) as other:
                answer = await crew.editor.http.post(HOOK, content=body, headers=headers)
                assert (answer.status_code, answer.text) == (200, "ok")
                await asyncio.wait_for(news.wait(), 10)
                assert not other.is_set()


async def _never(due: object) -> None:
    raise AssertionError(f"{due} was to be run")


async def _heard(shop: Workshop, http: httpx.AsyncClient) -> None:
    """Returns once the workshop listens."""
    headers, body = webhook(told_of(key := new_id())[0])
    with shop.listening(key) as news:
        while not news.is_set():
            await http.post(HOOK, content=body, headers=headers)
            await asyncio.sleep(0.01)


async def test_what_is_not_signed_by_it_is_turned_away(crew: People) -> None:
    [whole, _] = told_of(new_id())
    headers, body = webhook(whole)
    for sent, content in (
        ({}, body),
        ({**headers, "Webhook-Signature": "v1,bm9uZQ=="}, body),
        (headers, body + b" "),
        (webhook(whole, late=3600)[0], body),
        (*webhook(["no", "object"]),),  # type: ignore[arg-type]
    ):
        answer = await crew.editor.http.post(HOOK, content=content, headers=sent)
        assert answer.status_code == 403, sent
        assert "not signed" in answer.text


@pytest.mark.parametrize("name", ["nobody", "local", "runway"])
async def test_who_sends_nothing_has_no_hook(crew: People, name: str) -> None:
    headers, body = webhook(told_of(new_id())[0])
    answer = await crew.editor.http.post(f"/hooks/{name}", content=body, headers=headers)
    assert answer.status_code == 404
    assert (await crew.editor.http.get(HOOK)).status_code == 405


async def test_without_a_secret_nobody_is_believed(http: httpx.AsyncClient) -> None:
    headers, body = webhook(told_of(new_id())[0])
    assert (await http.post(HOOK, content=body, headers=headers)).status_code == 403


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x"])
@pytest.mark.parametrize("whole", [True, False], ids=["told", "in pieces"])
async def test_too_much_is_not_taken_in(crew: People, kind: str, whole: bool) -> None:
    """Not as the upload that it says to be either: whoever sends it has shown no token."""
    piece, count = b"x" * 65_536, 64

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(count):
            yield piece

    content = piece * count if whole else pieces()
    answer = await crew.editor.http.post(HOOK, content=content, headers={"Content-Type": kind})
    assert answer.status_code == 413
