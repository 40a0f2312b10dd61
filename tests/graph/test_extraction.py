"""What answers to a clue, and what a refresh starts from, each in one round trip."""

import pytest

from graph import asset, extraction, tombstone
from graph.asset import Media, NewAsset
from graph.driver import Graph
from graph.edge import EdgeKind, MediaType
from graph.extraction import Clue, Match, Rank
from graph.identifier import new_id
from tests.graph.world import World, made_from, new_sha256, world

pytestmark = pytest.mark.anyio

IMAGE, VIDEO = MediaType.IMAGE, MediaType.VIDEO


async def keep(made: World, new: NewAsset) -> str:
    return (await asset.create(made.graph, made.actor, made.workspace, new))[0].id


async def known_in_every_way(made: World, sha256: str) -> list[str]:
    held = {"pixverse": {"img_id": "11"}}
    media = Media(IMAGE, "image/png", 1, sha256)
    ways = [
        NewAsset(IMAGE, provider_uploads=held),
        NewAsset(VIDEO, provider="kling", provider_asset_id="7"),
        NewAsset(IMAGE, remote_url="https://e.org/a"),
        NewAsset(IMAGE, media=media),
    ]
    return [await keep(made, new) for new in ways]


async def test_each_clue_leads_to_what_it_names(graph: Graph) -> None:
    made, sha256 = await world(graph), new_sha256()
    upload, made_by, url, same_bytes = await known_in_every_way(made, sha256)
    clues = {
        Clue(upload="pixverse:img_id:11"): [Match(upload, Rank.UPLOAD, IMAGE)],
        Clue(provider="kling", made="7"): [Match(made_by, Rank.MADE, VIDEO)],
        Clue(url="https://e.org/a"): [Match(url, Rank.URL, IMAGE)],
        Clue(sha256=sha256): [Match(same_bytes, Rank.BYTES, IMAGE)],
    }
    before = graph.round_trips
    found = await extraction.resolve(graph.read, made.workspace, [*clues, *clues])
    assert graph.round_trips - before == 1
    assert found == clues


async def test_what_names_nothing_leads_nowhere(graph: Graph) -> None:
    made, sha256 = await world(graph), new_sha256()
    await known_in_every_way(made, sha256)
    await made.assets([IMAGE, VIDEO])
    nothing = [
        Clue(),
        Clue(upload="pixverse:media_id:11"),
        Clue(upload="kling:img_id:11"),
        Clue(provider="pixverse", made="7"),
        Clue(made="7"),
        Clue(provider="kling"),
        Clue(url="https://e.org/A"),
        Clue(sha256=new_sha256()),
    ]
    assert await extraction.resolve(graph.read, made.workspace, nothing) == {}
    assert await extraction.resolve(graph.read, made.workspace, []) == {}


async def test_nothing_is_found_in_another_workspace(graph: Graph) -> None:
    made, other, sha256 = await world(graph), await world(graph), new_sha256()
    await known_in_every_way(made, sha256)
    every = Clue("pixverse:img_id:11", "kling", "7", "https://e.org/a", sha256)
    assert await extraction.resolve(graph.read, other.workspace, [every]) == {}
    (matches,) = (await extraction.resolve(graph.read, made.workspace, [every])).values()
    assert sorted(match.rank for match in matches) == list(Rank)


async def test_a_deleted_asset_still_answers_and_says_so(graph: Graph) -> None:
    made, sha256 = await world(graph), new_sha256()
    ids = await known_in_every_way(made, sha256)
    await tombstone.delete(graph, made.actor, made.workspace, ids)
    every = Clue("pixverse:img_id:11", "kling", "7", "https://e.org/a", sha256)
    (matches,) = (await extraction.resolve(graph.read, made.workspace, [every])).values()
    assert {match.id for match in matches if match.deleted} == set(ids)


async def test_of_very_many_equals_only_some_are_looked_at(graph: Graph) -> None:
    made, sha256 = await world(graph), new_sha256()
    crowd = [NewAsset(IMAGE, provider="p", provider_asset_id=str(n)) for n in range(30)]
    ids = await made.keep(crowd)
    for asset_id in ids:
        media = Media(IMAGE, "image/png", 1, sha256)
        await asset.fill(graph, made.actor, made.workspace, asset_id, media)
    clue = Clue(sha256=sha256)
    found = (await extraction.resolve(graph.read, made.workspace, [clue]))[clue]
    assert {match.id for match in found} == set(sorted(ids)[:10])


async def test_a_state_tells_metadata_and_the_edges_that_stand(graph: Graph) -> None:
    made = await world(graph)
    told = NewAsset(VIDEO, provider="pixverse", provider_metadata={"raw": [1]})
    child, (one, two, three) = await keep(made, told), await made.images(3)
    edges = [made_from(child, one), made_from(child, two, EdgeKind.COMPOSED_FROM)]
    standing = await made.link(*edges)
    await made.link(made_from(three, child))
    await made.unlink(edges[0])
    before = graph.round_trips
    found = await extraction.states(graph.read, made.workspace, [child, one, new_id()])
    assert graph.round_trips - before == 1
    assert found.keys() == {child, one}
    assert found[child].provider_metadata == '{"raw":[1]}'
    assert found[child].standing == (standing[1],)
    assert found[child].asset == await asset.get(graph, made.within, child)
    assert (found[one].provider_metadata, found[one].standing) == (None, ())
    assert await extraction.states(graph.read, (await world(graph)).workspace, [child]) == {}
