"""Subjects: told of, changed, found and deleted."""

import asyncio
from typing import Any

import pytest

from graph import active, entry, style, subject
from graph.driver import Graph, Transaction
from graph.edge import MediaType
from graph.error import InvalidInput, NotFound
from graph.identifier import new_id, now
from graph.subject import Subject, SubjectKind, fields_of
from graph.trait import Part
from tests.graph.world import World, next_instant, world

pytestmark = pytest.mark.anyio

KNIGHT: dict[str, Any] = {
    "name": "Sir Aldous",
    "description": "A knight past his best.",
    "attributes": {"hair": "grey"},
    "parts": (Part("armour", "rusty plate"), Part("helmet")),
}
BARE = "CREATE (s:Subject {workspace: $home, id: $id, kind: 'ITEM', name: $name, createdBy: 'x', createdAt: $at, idempotencyKey: $id})"


async def made(
    home: World,
    name: str = "Marcus",
    kind: SubjectKind = SubjectKind.CHARACTER,
    **told: Any,
) -> Subject:
    return await subject.create(
        home.graph, home.actor, home.workspace, kind=kind, name=name, **told
    )


async def names(home: World, **asked: Any) -> list[str]:
    found = await subject.list_subjects(home.graph, home.workspace, **asked)
    return [one.name for one in found]


async def actions(home: World, target: str) -> list[str]:
    found = await entry.list_entries(home.graph, home.workspace, targets=[target])
    return [line.action for line in found]


async def test_all_that_is_told_is_kept(graph: Graph) -> None:
    home = await world(graph)
    one = await made(home, **KNIGHT)
    told = {name: getattr(one, name) for name in KNIGHT}
    assert told == KNIGHT
    assert (one.kind, one.created_by, one.deleted_at) == ("CHARACTER", home.actor.user, None)
    assert one.updated_at == one.created_at
    assert await subject.get_many(graph, home.within, [one.id]) == {one.id: one}
    assert await actions(home, one.id) == ["subject.create"]


async def test_the_same_key_makes_one_also_at_once(graph: Graph) -> None:
    home = await world(graph)
    found = await asyncio.gather(*(made(home, f"{n}", once="key") for n in range(5)))
    assert len({one.id for one in found}) == 1
    assert await actions(home, found[0].id) == ["subject.create"]


async def test_a_prompt_can_take_each_field(graph: Graph) -> None:
    one = await made(await world(graph), **KNIGHT, kind=SubjectKind.PRODUCT_VARIANT)
    assert fields_of(one) == {
        "name": "Sir Aldous",
        "description": "A knight past his best.",
        "kind": "product variant",
        "attributes.hair": "grey",
        "parts.armour": "rusty plate",
        "parts.helmet": "helmet",
    }


async def test_what_is_not_told_is_no_field(graph: Graph) -> None:
    assert fields_of(await made(await world(graph))) == {"name": "Marcus", "kind": "character"}


async def test_a_change_leaves_the_rest_as_it_is(graph: Graph) -> None:
    home = await world(graph)
    before = await made(home, **KNIGHT)
    await next_instant()
    after = await subject.update(
        graph,
        home.actor,
        home.workspace,
        before.id,
        changes={"description": None, "kind": SubjectKind.ITEM},
        attributes={"beard": "long"},
    )
    assert after.updated_at > before.updated_at
    assert (after.name, after.parts) == (before.name, before.parts)
    assert (after.description, after.kind) == (None, SubjectKind.ITEM)
    assert after.attributes == {"hair": "grey", "beard": "long"}
    assert await subject.get_many(graph, home.within, [before.id]) == {before.id: after}
    [told, _] = await entry.list_entries(graph, home.workspace, targets=[before.id])
    assert told.detail == '{"changed":["attributes","description","kind"]}'


async def test_attributes_set_at_once_by_many_are_all_kept(graph: Graph) -> None:
    home = await world(graph)
    one = await made(home)
    given = [{f"k{n}": "v"} for n in range(8)]
    await asyncio.gather(
        *(
            subject.update(graph, home.actor, home.workspace, one.id, changes={}, attributes=each)
            for each in given
        )
    )
    [found] = (await subject.get_many(graph, home.within, [one.id])).values()
    assert found.attributes.keys() == {f"k{n}" for n in range(8)}


async def test_attributes_can_be_taken_away_and_a_bad_one_changes_nothing(graph: Graph) -> None:
    home = await world(graph)
    one = await made(home, **KNIGHT)
    at = (graph, home.actor, home.workspace, one.id)
    with pytest.raises(InvalidInput):
        await subject.update(*at, changes={"name": "x"}, attributes={"age": 50})
    assert await names(home) == ["Sir Aldous"]
    assert (await subject.update(*at, changes={}, clear=True)).attributes == {}


async def test_words_and_kinds_find_subjects_newest_first(graph: Graph) -> None:
    home, other = await world(graph), await world(graph)
    await made(home, "Tavern", kind=SubjectKind.LOCATION, description="Where Marcus serves.")
    await made(home, "Marcus the bartender")
    await made(home, "Marble", kind=SubjectKind.ITEM)
    await made(other, "Marcus elsewhere")
    assert await names(home, search="MARC") == ["Marcus the bartender", "Tavern"]
    assert await names(home, search="mar bart") == ["Marcus the bartender"]
    assert await names(home, search="marc", kinds=[SubjectKind.LOCATION]) == ["Tavern"]
    kinds = [SubjectKind.LOCATION, SubjectKind.ITEM]
    assert await names(home, kinds=kinds) == ["Marble", "Tavern"]
    assert await names(home, search='"*:(') == ["Marble", "Marcus the bartender", "Tavern"]


async def test_variants_are_found_by_what_sets_them_apart(graph: Graph) -> None:
    home, kind = await world(graph), SubjectKind.PRODUCT_VARIANT
    await made(home, "Aurora", kind=SubjectKind.PRODUCT)
    for metal in ("brass", "copper"):
        parts = [Part("shade", f"A {metal} dome."), Part("foot")]
        told = {"product": "Aurora", "metal": metal}
        await made(home, f"Lamp, {metal}", kind=kind, attributes=told, parts=parts)
    assert await names(home, search="aurora") == ["Lamp, copper", "Lamp, brass", "Aurora"]
    assert await names(home, search="aurora copp") == ["Lamp, copper"]
    assert await names(home, search="foot", kinds=[kind]) == ["Lamp, copper", "Lamp, brass"]
    assert await names(home, search="name") == []


async def test_what_keeps_workspaces_apart_is_no_word(graph: Graph) -> None:
    home = await world(graph)
    await made(home, "Lamp")
    assert await names(home, search=home.workspace[:4]) == []


async def test_a_new_name_is_found_and_the_old_one_is_not(graph: Graph) -> None:
    home = await world(graph)
    one = await made(home, "Aldous")
    await subject.update(graph, home.actor, home.workspace, one.id, changes={"name": "Berengar"})
    assert await names(home, search="berengar") == ["Berengar"]
    assert await names(home, search="aldous") == []


@pytest.mark.parametrize("search", [None, "page"])
async def test_pages_hold_each_once(graph: Graph, search: str | None) -> None:
    home = await world(graph)
    ids = [(await made(home, f"page {n}")).id for n in range(7)]
    seen: list[str] = []
    while page := await subject.list_subjects(
        graph, home.workspace, search=search, before=seen[-1] if seen else None, limit=3
    ):
        seen += [one.id for one in page]
    assert seen == ids[::-1]


async def test_a_deleted_subject_is_known_by_its_id_alone(graph: Graph) -> None:
    home = await world(graph)
    one = await made(home, once="key")
    [picture] = await home.pictures(1)
    at = (graph, home.actor, home.workspace)
    await subject.assign(*at, [picture], one.id)
    await active.set_active(*at, one.id, "portrait", picture)
    await style.set_style(*at, one.id, picture)
    gone = await subject.delete(*at, one.id)
    assert gone.deleted_at
    assert await names(home) == await names(home, search="marcus") == []
    assert await subject.of_assets(graph, home.within, [picture]) == {picture: gone}
    assert (await active.of_subjects(graph, home.within, [one.id]))[one.id] == []
    assert await style.of_subjects(graph, home.within, [one.id]) == {}
    assert (await actions(home, one.id))[0] == "subject.delete"
    assert set((await actions(home, picture))[:2]) == {"asset.deactivate", "asset.unstyle"}
    assert (await made(home, once="key")).id != one.id


async def test_a_deleted_subject_is_given_nothing(graph: Graph) -> None:
    home = await world(graph)
    one, [picture] = await made(home), await home.images(1)
    at = (graph, home.actor, home.workspace)
    await subject.delete(*at, one.id)
    for refused in (
        subject.assign(*at, [picture], one.id),
        subject.update(*at, one.id, changes={"name": "x"}),
        subject.delete(*at, one.id),
        active.set_active(*at, one.id, "portrait", picture),
        style.set_style(*at, one.id, picture),
    ):
        with pytest.raises(NotFound):
            await refused
    assert (await actions(home, one.id))[0] == "subject.delete"


async def test_of_what_is_said_last_counts_and_the_slot_goes_with_it(graph: Graph) -> None:
    home = await world(graph)
    one, two = await made(home), await made(home)
    at = (graph, home.actor, home.workspace)
    pictures = await home.images(3)
    await subject.assign(*at, pictures, one.id, "sprite")
    await subject.assign(*at, pictures[:2], two.id)
    await subject.assign(*at, pictures[:1], None)
    found = await subject.of_assets(graph, home.within, pictures)
    assert {number: one.id for number, one in found.items()} == {
        pictures[1]: two.id,
        pictures[2]: one.id,
    }
    assert await actions(home, pictures[0]) == ["asset.assign"] * 3


async def test_an_asset_that_many_assign_at_once_is_of_one(graph: Graph) -> None:
    home = await world(graph)
    many, [picture] = [await made(home) for _ in range(6)], await home.images(1)
    await asyncio.gather(
        *(subject.assign(graph, home.actor, home.workspace, [picture], one.id) for one in many)
    )
    rows = await graph.read("MATCH (:Asset {id: $id})-[o:OF]->() RETURN count(o) AS c", id=picture)
    assert rows[0]["c"] == 1


async def test_nobody_reaches_another_workspace(graph: Graph) -> None:
    home, other = await world(graph), await world(graph)
    mine, [picture] = await made(home), await other.images(1)
    assert await subject.get_many(graph, other.within, [mine.id]) == {}
    for refused in (
        subject.assign(graph, other.actor, other.workspace, [picture], mine.id),
        subject.update(graph, other.actor, other.workspace, mine.id, changes={"name": "x"}),
        subject.delete(graph, other.actor, other.workspace, mine.id),
    ):
        with pytest.raises(NotFound):
            await refused
    await subject.assign(graph, home.actor, home.workspace, [picture], mine.id)
    assert await subject.of_assets(graph, [home.workspace, other.workspace], [picture]) == {}


async def test_a_subject_from_before_reads_as_any(graph: Graph) -> None:
    home, number = await world(graph), new_id()

    async def work(tx: Transaction) -> None:
        await tx.run(BARE, home=home.workspace, id=number, name="Old", at=now())

    await graph.write(work)
    [old] = (await subject.get_many(graph, home.within, [number])).values()
    assert (old.attributes, old.parts, old.updated_at) == ({}, (), old.created_at)
    at = (graph, home.actor, home.workspace)
    await subject.update(*at, number, changes={"name": "Older"})
    assert await names(home, search="older") == ["Older"]


async def test_put_assets_tells_which_are_live(graph: Graph) -> None:
    home = await world(graph)
    one, [picture] = await made(home), await home.assets([MediaType.VIDEO])

    async def work(tx: Transaction) -> list[str]:
        return await subject.put_assets(tx, home.workspace, [picture, new_id()], one.id, "backdrop")

    assert await graph.write(work) == [picture]
