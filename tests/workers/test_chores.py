"""Chores on the real graph, store and loopback HTTP: fetching and removing bytes."""

import asyncio
import io
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from graph import asset, chore, tombstone
from graph.actor import Actor
from graph.asset import Asset, MediaState, NewAsset
from graph.driver import Graph
from graph.edge import MediaType
from graph.identifier import now
from media.intake import receive
from media.store import open_store, original_key
from settings import Settings
from tests.feeding import unheard
from tests.media.samples import in_pieces
from tests.media.server import body, serving, status
from tests.person import person, place
from workers import chores
from workers.rooms import Rooms
from workers.upload import take_in

pytestmark = pytest.mark.anyio


@pytest.fixture
def rooms(graph: Graph, config: Settings, tmp_path: Path) -> Rooms:
    hosts = frozenset({"127.0.0.1"})
    own = config.model_copy(update={"data_dir": tmp_path, "allow_private_fetch": hosts})
    return Rooms(graph, open_store(None, tmp_path), unheard(graph), own)


@pytest.fixture
async def owner(graph: Graph) -> Actor:
    return await person(graph)


@pytest.fixture
async def home(graph: Graph, owner: Actor) -> str:
    return await place(graph, owner)


def noise() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((40, 30), 80).save(out, "PNG")
    return out.getvalue()


async def wanted(rooms: Rooms, owner: Actor, home: str, url: str) -> Asset:
    new = NewAsset(MediaType.IMAGE, remote_url=url, media_state=MediaState.FETCHING)
    return (await asset.create(rooms.graph, owner, home, new))[0]


async def stored(rooms: Rooms, owner: Actor, home: str, data: bytes) -> Asset:
    async with receive(in_pieces(data), rooms.data_dir, 10**6) as received:
        return (await take_in(rooms, owner, home, received, NewAsset(MediaType.IMAGE)))[0]


async def state(rooms: Rooms, home: str, one: Asset) -> Asset:
    found = await asset.get(rooms.graph, [home], one.id)
    assert found
    return found


async def test_bytes_are_fetched(rooms: Rooms, owner: Actor, home: str) -> None:
    async with serving({"/a.png": body(noise())}) as server:
        one = await wanted(rooms, owner, home, f"http://127.0.0.1:{server.port}/a.png")
        assert await chores.run(rooms, f"fetch:{one.id}")
    found = await state(rooms, home, one)
    assert found.media_state is MediaState.STORED
    assert await rooms.store.exists(original_key(found.sha256 or ""))
    assert not await chores.run(rooms, f"fetch:{one.id}")


async def test_two_workers_fetch_once(rooms: Rooms, owner: Actor, home: str) -> None:
    async with serving({"/a.png": body(noise())}) as server:
        one = await wanted(rooms, owner, home, f"http://127.0.0.1:{server.port}/a.png")
        done = await asyncio.gather(*(chores.run(rooms, f"fetch:{one.id}") for _ in range(4)))
    assert sorted(done) == [False, False, False, True]
    assert len(server.requests) == 1


async def test_what_can_never_be_fetched_says_why(rooms: Rooms, owner: Actor, home: str) -> None:
    one = await wanted(rooms, owner, home, "http://10.0.0.1/a.png")
    await chores.run(rooms, f"fetch:{one.id}")
    found = await state(rooms, home, one)
    assert found.media_state is MediaState.FAILED
    assert "public internet" in (found.media_problem or "")


async def test_a_failing_host_is_tried_again_and_then_given_up(
    rooms: Rooms, owner: Actor, home: str
) -> None:
    async with serving({"/a.png": status(503)}) as server:
        one = await wanted(rooms, owner, home, f"http://127.0.0.1:{server.port}/a.png")
        for _ in range(chores.ATTEMPTS_MAX):
            assert (await state(rooms, home, one)).media_state is MediaState.FETCHING
            assert await chores.run(rooms, f"fetch:{one.id}")
    found = await state(rooms, home, one)
    assert found.media_state is MediaState.FAILED
    assert "503" in (found.media_problem or "")


async def test_a_dead_worker_leaves_its_chore_to_the_next(
    rooms: Rooms, owner: Actor, home: str
) -> None:
    async with serving({"/a.png": body(noise())}) as server:
        one = await wanted(rooms, owner, home, f"http://127.0.0.1:{server.port}/a.png")
        key = f"fetch:{one.id}"
        died = await chore.claim(rooms.graph, key, timedelta(seconds=0))
        assert died
        due = await chore.due(rooms.graph, again=timedelta(0), limit=1000)
        assert key in [each.key for each in due]
        assert await chores.run(rooms, key)
    assert (await state(rooms, home, one)).media_state is MediaState.STORED


async def test_deleted_bytes_go_unless_another_asset_has_them(
    rooms: Rooms, owner: Actor, home: str
) -> None:
    data, other_owner = noise(), await person(rooms.graph)
    elsewhere = await place(rooms.graph, other_owner)
    one = await stored(rooms, owner, home, data)
    two = await stored(rooms, other_owner, elsewhere, data)
    key, removal = original_key(one.sha256 or ""), f"remove:{one.sha256}"
    await tombstone.delete(rooms.graph, owner, home, [one.id])
    assert not await chores.run(rooms, removal)
    assert await rooms.store.exists(key)
    await tombstone.delete(rooms.graph, other_owner, elsewhere, [two.id])
    assert await chores.run(rooms, removal)
    assert not await rooms.store.exists(key)
    assert (await state(rooms, home, one)).media_state is MediaState.REMOVED


async def test_bytes_that_come_back_before_their_removal_stay(
    rooms: Rooms, owner: Actor, home: str
) -> None:
    data = noise()
    one = await stored(rooms, owner, home, data)
    await tombstone.delete(rooms.graph, owner, home, [one.id])
    two = await stored(rooms, owner, home, data)
    assert two.id != one.id
    assert not await chores.run(rooms, f"remove:{one.sha256}")
    assert await rooms.store.exists(original_key(one.sha256 or ""))


async def test_uploads_and_deletions_at_once_never_lose_bytes(
    rooms: Rooms, owner: Actor, home: str
) -> None:
    data = noise()

    async def come_and_go() -> None:
        one = await stored(rooms, owner, home, data)
        await tombstone.delete(rooms.graph, owner, home, [one.id])
        await chores.run(rooms, f"remove:{one.sha256}")

    results = await asyncio.gather(*(come_and_go() for _ in range(6)), return_exceptions=True)
    unexpected = [r for r in results if r and type(r).__name__ != "Unavailable"]
    assert not unexpected
    last = await _insist(rooms, owner, home, data)
    assert await rooms.store.exists(original_key(last.sha256 or ""))


async def _insist(rooms: Rooms, owner: Actor, home: str, data: bytes) -> Asset:
    """Uploads until no removal is in the way, as a client told to retry does."""
    for _ in range(50):
        try:
            return await stored(rooms, owner, home, data)
        except Exception as error:
            if type(error).__name__ != "Unavailable":
                raise
            await asyncio.sleep(0.05)
    raise AssertionError("a removal stayed in the way")


async def test_deleting_twice_changes_nothing_more(rooms: Rooms, owner: Actor, home: str) -> None:
    one = await stored(rooms, owner, home, noise())
    first = await tombstone.delete(rooms.graph, owner, home, [one.id])
    assert [a.id for a in first] == [one.id]
    assert await tombstone.delete(rooms.graph, owner, home, [one.id]) == []
    assert first[0]._replace(updated_at=now()).deleted_at is not None
