"""Media on its way to a provider and back."""

from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import HttpUrl

from graph import asset, tombstone
from graph.activity import Input, Used
from graph.asset import NewAsset
from graph.edge import EdgeKind, MediaType
from graph.job import JobInput
from media.errors import MediaError
from media.intake import receive
from media.store import original_key
from providers.event import Output
from tests.media.samples import in_pieces, picture
from tests.media.server import body, serving, status
from tests.workers.refreshing import Here
from workers.material import InputGone, fetched, given
from workers.rooms import Rooms
from workers.upload import take_in

pytestmark = pytest.mark.anyio


async def stored(here: Here, data: bytes) -> asset.Asset:
    async with receive(in_pieces(data), here.rooms.data_dir, 10**6) as received:
        new = NewAsset(MediaType.IMAGE)
        world = here.world
        return (await take_in(here.rooms, world.actor, world.workspace, received, new))[0]


def wanted(one: asset.Asset, **known: str) -> JobInput:
    used = Used(one.id, EdgeKind.SOURCE_IMAGE, 0, "image", "p", "n", 0.5, 1.5, 3, 2.0)
    return JobInput(Input(used, one), known)


def reachable(rooms: Rooms, url: str | None) -> Rooms:
    public = HttpUrl(url) if url else None
    settings = rooms.settings.model_copy(update={"public_url": public})
    return Rooms(rooms.graph, rooms.store, rooms.feed, settings)


async def test_an_input_comes_with_its_bytes_and_all_that_was_said(here: Here) -> None:
    data = picture("PNG", (20, 10))
    one = await stored(here, data)
    found = await given(reachable(here.rooms, None), wanted(one, img_id="17"), needed=True)
    assert await found.media.read() == data
    assert await found.media.read() == data, "as often as it is wanted"
    media = found.media
    assert (media.media_type, media.mime, media.size) == ("IMAGE", "image/png", len(data))
    assert (media.width, media.height, media.sha256) == (20, 10, one.sha256)
    assert (found.parameter, found.prompt, found.name) == ("image", "p", "n")
    assert (found.start_seconds, found.end_seconds) == (0.5, 1.5)
    assert (found.frame, found.duration_seconds) == (3, 2.0)
    assert media.known == {"img_id": "17"}, "no address where nobody can reach us"


async def test_who_can_be_reached_gives_an_address_that_holds(here: Here) -> None:
    one = await stored(here, picture("PNG"))
    rooms = reachable(here.rooms, "https://pedigree.example.org/base/")
    found = await given(rooms, wanted(one, img_id="17"), needed=True)
    assert set(found.media.known) == {"url", "img_id"}
    address = urlsplit(found.media.known["url"])
    assert (address.scheme, address.netloc) == ("https", "pedigree.example.org")
    assert address.path.startswith("/base/")
    assert parse_qs(address.query)["type"] == ["image/png"]
    own = await given(rooms, wanted(one, url="https://there.example.org/17"), needed=True)
    assert own.media.known["url"] == "https://there.example.org/17", "its own is better known to it"


async def test_an_input_that_is_gone_is_said_by_name(here: Here) -> None:
    deleted, swept = await stored(here, picture("PNG")), await stored(here, picture("PNG"))
    world = here.world
    await tombstone.delete(here.graph, world.actor, world.workspace, [deleted.id])
    now = (await asset.get_many(here.graph, world.within, [deleted.id]))[deleted.id]
    await here.rooms.store.delete_all(swept.sha256 or "")
    for one in (now, swept):
        with pytest.raises(InputGone) as gone:
            await given(here.rooms, wanted(one), needed=True)
        assert one.id in str(gone.value)
        assert "image" in str(gone.value)


async def test_an_output_is_stored_from_wherever_it_comes(here: Here) -> None:
    data, other = picture("PNG"), picture("PNG")

    async def chunks() -> AsyncIterator[bytes]:
        yield other[:10]
        yield other[10:]

    own = here.rooms.settings.model_copy(update={"allow_private_fetch": frozenset({"127.0.0.1"})})
    rooms = Rooms(here.rooms.graph, here.rooms.store, here.rooms.feed, own)
    async with serving({"/x.png": body(data), "/no": status(404)}) as server:
        address = f"http://127.0.0.1:{server.port}"
        far = await fetched(rooms, Output(0, "IMAGE", f"{address}/x.png"))
        with pytest.raises(MediaError):
            await fetched(rooms, Output(0, "IMAGE", f"{address}/no"))
    near = await fetched(rooms, Output(1, "IMAGE", chunks))
    for media in (far, near):
        assert media.thumbnail
        assert await rooms.store.exists(original_key(media.sha256))
    assert far.sha256 != near.sha256

    async def damaged() -> AsyncIterator[bytes]:
        yield other[: len(other) // 2]

    with pytest.raises(MediaError):
        await fetched(rooms, Output(2, "IMAGE", damaged))


async def test_a_job_that_was_taken_may_do_without_it(here: Here) -> None:
    [one] = await here.world.images(1)
    found = await asset.get_many(here.world.graph, here.world.within, [one])
    given_all_the_same = await given(here.rooms, wanted(found[one]), needed=False)
    with pytest.raises(InputGone, match="was deleted before it was used"):
        await given_all_the_same.media.read()
