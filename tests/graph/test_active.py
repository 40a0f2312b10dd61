"""Active assets: one in each slot, live, and told of in the audit trail."""

import asyncio
import json

import pytest

from graph import active, entry, style, subject, tombstone
from graph.active import SLOTS_MAX, Active
from graph.driver import Graph
from graph.edge import MediaType
from graph.error import Conflict, InvalidInput, NotFound
from graph.identifier import new_id
from graph.subject import SubjectKind
from tests.graph.world import World, world

pytestmark = pytest.mark.anyio
EDGES = "MATCH (:Subject {id: $id})-[r:ACTIVE]->(a) RETURN r.slot AS slot, a.id AS asset"


async def cast(graph: Graph) -> tuple[World, str]:
    """A workspace with a character in it."""
    home = await world(graph)
    kind = SubjectKind.CHARACTER
    one = await subject.create(graph, home.actor, home.workspace, kind=kind, name="Marcus")
    return home, one.id


async def put(home: World, who: str, slot: str, picture: str | None) -> None:
    await active.set_active(home.graph, home.actor, home.workspace, who, slot, picture)


async def shown(home: World, who: str) -> list[Active]:
    return (await active.of_subjects(home.graph, home.within, [who]))[who]


async def slots(home: World, who: str) -> dict[str, str]:
    return {one.slot: one.asset.id for one in await shown(home, who)}


async def told(home: World, target: str) -> list[tuple[str, dict[str, object]]]:
    found = await entry.list_entries(home.graph, home.workspace, targets=[target])
    return [(line.action, json.loads(line.detail)) for line in found[::-1]]


async def test_each_slot_shows_what_was_set_last(graph: Graph) -> None:
    home, who = await cast(graph)
    one, two = await home.assets([MediaType.IMAGE, MediaType.VIDEO])
    await put(home, who, "portrait", one)
    await put(home, who, "custom:tavern sign", one)
    await put(home, who, "portrait", two)
    [sign, portrait] = await shown(home, who)
    assert (sign.slot, sign.asset.id, sign.by) == ("custom:tavern sign", one, home.actor.user)
    assert (portrait.slot, portrait.asset.id) == ("portrait", two)
    assert portrait.since > sign.since
    await put(home, who, "portrait", None)
    assert await slots(home, who) == {"custom:tavern sign": one}


async def test_every_change_is_told_of_the_subject_and_of_both_assets(graph: Graph) -> None:
    home, who = await cast(graph)
    one, two = await home.images(2)
    for picture in (one, one, two, None, None):
        await put(home, who, "item", picture)
    at = {"subject": who, "slot": "item"}
    assert await told(home, one) == [("asset.activate", at), ("asset.deactivate", at)]
    assert await told(home, two) == [("asset.activate", at), ("asset.deactivate", at)]
    assert [detail for action, detail in await told(home, who) if action == "subject.activate"] == [
        {"slot": "item", "asset": one, "before": None},
        {"slot": "item", "asset": two, "before": one},
        {"slot": "item", "asset": None, "before": two},
    ]


async def test_what_is_active_already_stays_as_it_is(graph: Graph) -> None:
    home, who = await cast(graph)
    [one] = await home.images(1)
    await put(home, who, "item", one)
    before = await shown(home, who)
    await put(home, who, "item", one)
    assert await shown(home, who) == before


async def test_however_many_set_a_slot_at_once_one_is_active(graph: Graph) -> None:
    home, who = await cast(graph)
    pictures = await home.images(12)
    await asyncio.gather(*(put(home, who, "portrait", each) for each in pictures))
    rows = await graph.read(EDGES, id=who)
    assert len(rows) == 1
    told_of = await told(home, who)
    last = [detail["asset"] for action, detail in told_of if action == "subject.activate"]
    assert len(last) == len(pictures)
    assert rows[0]["asset"] == last[-1]


async def test_what_is_deleted_while_it_is_set_is_not_active(graph: Graph) -> None:
    home, who = await cast(graph)
    for picture in await home.pictures(8):
        done = await asyncio.gather(
            put(home, who, "portrait", picture),
            style.set_style(graph, home.actor, home.workspace, who, picture),
            tombstone.delete(graph, home.actor, home.workspace, [picture]),
            return_exceptions=True,
        )
        assert all(isinstance(each, NotFound) for each in done[:2] if isinstance(each, Exception))
        assert not isinstance(done[2], BaseException)
        assert await shown(home, who) == []
        assert await style.of_subjects(graph, home.within, [who]) == {}


async def test_deleting_empties_the_slots_and_says_so(graph: Graph) -> None:
    home, who = await cast(graph)
    one, two = await home.pictures(2)
    await put(home, who, "portrait", one)
    await put(home, who, "sprite", one)
    await put(home, who, "item", two)
    await style.set_style(graph, home.actor, home.workspace, who, one)
    [missed] = await tombstone.depends(graph, home.within, [one])
    assert (missed.active_for, missed.style_for) == ([who], [who])
    await tombstone.delete(graph, home.actor, home.workspace, [one])
    assert await slots(home, who) == {"item": two}
    actions = [action for action, _ in await told(home, one)]
    assert sorted(actions[-4:]) == [
        "asset.deactivate",
        "asset.deactivate",
        "asset.delete",
        "asset.unstyle",
    ]
    [missed] = await tombstone.depends(graph, home.within, [one])
    assert (missed.active_for, missed.style_for) == ([], [])


async def test_what_cannot_be_shown_is_refused(graph: Graph) -> None:
    home, who = await cast(graph)
    other, stranger = await cast(graph)
    [sound, gone] = await home.assets([MediaType.AUDIO, MediaType.IMAGE])
    [foreign] = await other.images(1)
    await tombstone.delete(graph, home.actor, home.workspace, [gone])
    with pytest.raises(InvalidInput, match="AUDIO"):
        await put(home, who, "portrait", sound)
    for picture in (gone, foreign, new_id()):
        with pytest.raises(NotFound) as refused:
            await put(home, who, "portrait", picture)
        assert refused.value.field == "assetId"
    for whom in (stranger, new_id()):
        with pytest.raises(NotFound) as refused:
            await put(home, whom, "portrait", None)
        assert refused.value.field == "subjectId"
    assert await shown(home, who) == []
    assert await active.of_subjects(graph, other.within, [who]) == {}


async def test_there_are_only_so_many_slots(graph: Graph) -> None:
    home, who = await cast(graph)
    one, two = await home.images(2)
    for number in range(SLOTS_MAX):
        await put(home, who, f"custom:{number}", one)
    with pytest.raises(Conflict) as refused:
        await put(home, who, "portrait", one)
    assert refused.value.field == "slot"
    await put(home, who, "custom:7", two)
    await put(home, who, "custom:0", None)
    await put(home, who, "portrait", one)
    assert len(await shown(home, who)) == SLOTS_MAX


async def test_an_asset_tells_what_it_is_active_for_in_pages(graph: Graph) -> None:
    home, who = await cast(graph)
    at = (graph, home.actor, home.workspace)
    later = (await subject.create(*at, kind=SubjectKind.ITEM, name="Sword")).id
    [picture] = await home.images(1)
    for whom, slot in ((who, "portrait"), (who, "item"), (later, "item"), (later, "backdrop")):
        await put(home, whom, slot, picture)
    seen: list[tuple[str, str]] = []
    while True:
        found = await active.of_assets(
            graph, home.within, [picture], after=seen[-1] if seen else None, limit=3
        )
        if not found[picture]:
            break
        seen += [(use.subject.id, use.slot) for use in found[picture]]
    assert seen == [(later, "backdrop"), (later, "item"), (who, "item"), (who, "portrait")]


async def test_many_subjects_are_one_round_trip(graph: Graph) -> None:
    home, who = await cast(graph)
    at = (graph, home.actor, home.workspace)
    ids = [(await subject.create(*at, kind=SubjectKind.ITEM, name="x")).id for _ in range(5)]
    [picture] = await home.images(1)
    for each in ids:
        await put(home, each, "item", picture)
    before = graph.round_trips
    found = await active.of_subjects(graph, home.within, [*ids, who])
    assert graph.round_trips - before == 1
    assert {number: len(each) for number, each in found.items()} == dict.fromkeys(ids, 1) | {who: 0}
