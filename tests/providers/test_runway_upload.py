"""How inputs get to Runway."""

import hashlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import httpx
import pytest

from providers.contract import Input, Media
from providers.error import Denied, Refused, Unreachable
from providers.http import Http
from providers.runway.upload import KEPT_SECONDS, LEAST_BYTES, Uploads
from tests.media.samples import in_pieces
from tests.providers import samples
from tests.providers.misbehaving import Misbehaving, Way, serving
from tests.providers.runway_server import KEY, RunwayServer

pytestmark = pytest.mark.anyio
CLIP = Input("video", samples.clip(24))


class Desk:
    """Uploads to a server, and a clock of its own."""

    def __init__(self, base: str, server: RunwayServer, front: Misbehaving) -> None:
        headers = {"Authorization": f"Bearer {KEY}", "X-Runway-Version": "2024-11-06"}
        self.server, self.front, self.now = server, front, 0.0
        self.http, self.store = Http("Runway", base, lambda: headers), Http("the store", base)
        self.uploads = Uploads(self.http, self.store, lambda: self.now)

    def asked(self) -> int:
        return self.front.asked.count(("POST", "/v1/uploads"))


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[str, RunwayServer, Misbehaving]]:
    server = RunwayServer()
    front = Misbehaving(server.app())
    with serving(front) as base:
        server.base = base
        yield base, server, front


@pytest.fixture
async def desk(served: tuple[str, RunwayServer, Misbehaving]) -> AsyncIterator[Desk]:
    served[2].asked.clear()
    made = Desk(*served)
    yield made
    await made.http.close()
    await made.store.close()
    assert not made.server.problems


async def test_a_file_arrives_whole_and_without_our_key(desk: Desk) -> None:
    uri = await desk.uploads.uri(CLIP)
    assert uri.startswith("runway://")
    assert desk.server.uploads[uri] == await CLIP.media.read()


async def test_a_file_is_never_held_whole(desk: Desk) -> None:
    """It goes out piece by piece as it comes in."""
    pieces = 0

    async def opened() -> AsyncIterator[bytes]:
        nonlocal pieces
        for _ in range(64):
            pieces += 1
            yield b"x" * 65536

    size = 64 * 65536
    sha256 = hashlib.sha256(b"x" * size).hexdigest()
    uri = await desk.uploads.uri(Input("video", Media("VIDEO", "video/mp4", size, sha256, opened)))
    assert pieces == 64
    assert len(desk.server.uploads[uri] or b"") == size


async def test_what_is_too_small_for_the_store_goes_along(desk: Desk) -> None:
    tiny = samples.media(b"x" * (LEAST_BYTES - 1), "image/png")
    uri = await desk.uploads.uri(Input("image", tiny))
    assert uri.startswith("data:image/png;base64,eHh4")
    assert desk.asked() == 0


async def test_the_smallest_file_is_uploaded(desk: Desk) -> None:
    small = samples.media(b"x" * LEAST_BYTES, "image/png")
    assert (await desk.uploads.uri(Input("image", small))).startswith("runway://")


async def test_a_file_is_uploaded_once_as_long_as_it_is_good(desk: Desk) -> None:
    first = await desk.uploads.uri(CLIP)
    desk.now = KEPT_SECONDS
    assert await desk.uploads.uri(replace(CLIP, parameter="references")) == first
    assert desk.asked() == 1
    desk.now += 1
    assert await desk.uploads.uri(CLIP) != first
    assert desk.asked() == 2


async def test_what_is_forgotten_is_uploaded_anew(desk: Desk) -> None:
    first = await desk.uploads.uri(CLIP)
    desk.uploads.forget(CLIP)
    assert await desk.uploads.uri(CLIP) != first


async def test_what_is_too_large_is_not_sent(desk: Desk) -> None:
    huge = replace(CLIP, media=replace(CLIP.media, size=200_000_001))
    with pytest.raises(Refused) as raised:
        await desk.uploads.uri(huge)
    assert raised.value.field == "video"
    assert desk.asked() == 0


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, Refused), (413, Refused), (403, Unreachable), (429, Unreachable), (503, Unreachable)],
)
async def test_the_store_does_not_take_it(desk: Desk, status: int, error: type[Exception]) -> None:
    desk.front.meet(Way.STATUS, path="/store/.*", status=status)
    with pytest.raises(error) as raised:
        await desk.uploads.uri(CLIP)
    assert str(status) in str(raised.value)
    assert getattr(raised.value, "field", None) == ("video" if error is Refused else None)
    assert (await desk.uploads.uri(CLIP)).startswith("runway://"), "it is not taken as done"


@pytest.mark.parametrize("path", ["/v1/uploads", "/store/.*"])
@pytest.mark.parametrize("way", [Way.UNHEARD, Way.LOST])
async def test_a_broken_upload_is_none(desk: Desk, way: Way, path: str) -> None:
    desk.front.meet(way, path=path)
    with pytest.raises(Unreachable):
        await desk.uploads.uri(CLIP)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, b"{}", Unreachable),
        (200, b'{"uploadUrl": 3, "fields": {}, "runwayUri": "runway://x"}', Unreachable),
        (200, b"<html>", Unreachable),
        (401, b'{"error": "The API key is not valid"}', Denied),
        (500, b"{}", Unreachable),
    ],
)
async def test_no_place_to_upload_to(
    desk: Desk, status: int, body: bytes, error: type[Exception]
) -> None:
    desk.front.meet(Way.STATUS, path="/v1/uploads", status=status, body=body)
    with pytest.raises(error):
        await desk.uploads.uri(CLIP)


@pytest.mark.parametrize("url", ["http://a.example/x", "//a.example/x", "/store/u1", "ftp://x", ""])
async def test_over_https_nothing_is_uploaded_without_it(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    """Whoever is in between would get to see it."""
    http, store = Http("Runway", "https://127.0.0.1:1"), Http("the store", "https://127.0.0.1:1")
    place = {"uploadUrl": url, "fields": {}, "runwayUri": "runway://x"}

    async def called(*_: object, **__: object) -> httpx.Response:
        return httpx.Response(200, json=place)

    monkeypatch.setattr(Http, "call", called)
    with pytest.raises(Unreachable, match="place to upload to"):
        await Uploads(http, store).uri(CLIP)
    place["uploadUrl"] = "HTTPS://a.example/x"
    assert await Uploads(http, store).uri(CLIP) == "runway://x"


@pytest.mark.parametrize("more", [10, -10])
async def test_a_file_of_another_size_than_said_is_no_upload(desk: Desk, more: int) -> None:
    media = replace(CLIP.media, size=1000 + more, open=lambda: in_pieces(b"x" * 1000))
    with pytest.raises(Unreachable):
        await desk.uploads.uri(replace(CLIP, media=media))
    assert (await desk.uploads.uri(CLIP)).startswith("runway://")
