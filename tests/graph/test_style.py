"""Style references: one picture for a subject, as long as it is there."""

import asyncio

import pytest

from graph import entry, style, subject, tombstone
from graph.driver import Graph
from graph.edge import MediaType
from graph.error import Conflict, InvalidInput, NotFound
from graph.subject import SubjectKind
from tests.graph.world import World, world

pytestmark = pytest.mark.anyio


async def cast(graph: Graph) -> tuple[World, str]:
    home = await world(graph)
    kind = SubjectKind.CHARACTER
    one = await subject.create(graph, home.actor, home.workspace, kind=kind, name="Marcus")
    return home, one.id


async def put(home: World, who: str, picture: str | None) -> None:
    await style.set_style(home.graph, home.actor, home.workspace, who, picture)


async def followed(home: World, who: str) -> str | None:
    found = (await style.of_subjects(home.graph, home.within, [who])).get(who)
    return found and found.id


async def test_what_is_set_last_is_followed(graph: Graph) -> None:
    home, who = await cast(graph)
    one, two = await home.pictures(2)
    assert await followed(home, who) is None
    for picture in (one, two, two, None, None):
        await put(home, who, picture)
        assert await followed(home, who) == picture
    found = await entry.list_entries(graph, home.workspace, targets=[one, two])
    assert [(line.action, line.target) for line in found[::-1]] == [
        ("asset.style", one),
        ("asset.unstyle", one),
        ("asset.style", two),
        ("asset.unstyle", two),
    ]
    told = await entry.list_entries(graph, home.workspace, targets=[who])
    assert [line.action for line in told] == ["subject.style"] * 3 + ["subject.create"]


async def test_however_many_set_it_at_once_one_is_followed(graph: Graph) -> None:
    home, who = await cast(graph)
    pictures = await home.pictures(8)
    await asyncio.gather(*(put(home, who, each) for each in pictures))
    rows = await graph.read("MATCH (:Subject {id: $id})-[r:STYLE]->() RETURN count(r) AS c", id=who)
    assert rows[0]["c"] == 1


async def test_only_a_live_picture_of_the_workspace_can_be_followed(graph: Graph) -> None:
    home, who = await cast(graph)
    other, stranger = await cast(graph)
    clip, bare = await home.assets([MediaType.VIDEO, MediaType.IMAGE])
    [gone], [foreign] = await home.pictures(1), await other.pictures(1)
    await put(home, who, gone)
    await tombstone.delete(graph, home.actor, home.workspace, [gone])
    assert await followed(home, who) is None
    with pytest.raises(InvalidInput, match="VIDEO"):
        await put(home, who, clip)
    with pytest.raises(Conflict, match="NONE") as lacking:
        await put(home, who, bare)
    assert (lacking.value.field, "upload" in (lacking.value.hint or "")) == ("assetId", True)
    for picture in (gone, foreign):
        with pytest.raises(NotFound):
            await put(home, who, picture)
    with pytest.raises(NotFound):
        await put(home, stranger, None)
    assert await style.of_subjects(graph, other.within, [who]) == {}
