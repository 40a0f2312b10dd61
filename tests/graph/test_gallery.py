"""Galleries: what is of a subject, newest first, counted, and read without a scan."""

import asyncio
from typing import Any

import pytest

from embedded.services import Services
from graph import active, entry, gallery, style, subject, tombstone
from graph.driver import Graph
from graph.edge import MediaType
from graph.gallery import Item
from graph.subject import SubjectKind
from tests.graph.plan import planner
from tests.graph.world import World, world

pytestmark = pytest.mark.anyio


async def cast(graph: Graph) -> tuple[World, str]:
    home = await world(graph)
    kind = SubjectKind.CHARACTER
    one = await subject.create(graph, home.actor, home.workspace, kind=kind, name="Marcus")
    return home, one.id


async def items(home: World, who: str, **asked: Any) -> list[Item]:
    return (await gallery.pages(home.graph, home.within, [who], **asked))[who]


async def ids(home: World, who: str, **asked: Any) -> list[str]:
    return [item.asset.id for item in await items(home, who, **asked)]


async def test_it_holds_what_is_of_the_subject_newest_first_in_pages(graph: Graph) -> None:
    home, who = await cast(graph)
    pictures = await home.images(8)
    await subject.assign(graph, home.actor, home.workspace, pictures[1:], who)
    seen: list[str] = []
    while page := await ids(home, who, before=seen[-1] if seen else None, limit=3):
        seen += page
    assert seen == pictures[:0:-1]


async def test_it_tells_what_each_is_used_as(graph: Graph) -> None:
    home, who = await cast(graph)
    other = (
        await subject.create(graph, home.actor, home.workspace, kind=SubjectKind.ITEM, name="Sword")
    ).id
    one, two = await home.pictures(2)
    at = (graph, home.actor, home.workspace)
    await subject.assign(*at, [one], who, "sprite")
    await subject.assign(*at, [two], who)
    for slot in ("portrait", "backdrop"):
        await active.set_active(*at, who, slot, one)
    await active.set_active(*at, other, "item", two)
    await style.set_style(*at, who, two)
    found = await items(home, who)
    assert [(i.asset.id, i.slot, i.active_in, i.is_style) for i in found] == [
        (two, None, [], True),
        (one, "sprite", ["backdrop", "portrait"], False),
    ]


async def test_filters_choose_by_slot_and_media_type(graph: Graph) -> None:
    home, who = await cast(graph)
    picture, clip, shown = await home.assets([MediaType.IMAGE, MediaType.VIDEO, MediaType.IMAGE])
    at = (graph, home.actor, home.workspace)
    await subject.assign(*at, [picture, clip], who, "portrait")
    await subject.assign(*at, [shown], who, "sprite")
    await active.set_active(*at, who, "portrait", shown)
    assert await ids(home, who, slot="portrait") == [shown, clip, picture]
    assert await ids(home, who, slot="sprite") == [shown]
    assert await ids(home, who, slot="item") == []
    assert await ids(home, who, media_types=[MediaType.VIDEO]) == [clip]
    assert await ids(home, who, slot="sprite", media_types=[MediaType.VIDEO]) == []


async def test_the_count_is_of_live_assets_whatever_happens_to_them(graph: Graph) -> None:
    home, who = await cast(graph)
    pictures = await home.images(6)
    at = (graph, home.actor, home.workspace)

    async def count() -> int:
        found = (await gallery.counts(graph, home.within, [who]))[who]
        assert found == len(await items(home, who))
        return found

    assert await count() == 0
    await subject.assign(*at, pictures, who)
    assert await count() == 6
    await tombstone.delete(*at, pictures[:2])
    await tombstone.delete(*at, pictures[:3])
    assert await count() == 3
    await subject.assign(*at, pictures, None)  # leaves the deleted ones where they are
    assert await count() == 0
    assert await ids(home, who, deleted=True) == pictures[2::-1]
    await subject.assign(*at, pictures[4:], who)
    assert await count() == 2


async def test_the_count_is_right_whoever_deletes_and_assigns_at_once(graph: Graph) -> None:
    home, who = await cast(graph)
    pictures = await home.images(10)
    at = (graph, home.actor, home.workspace)
    await subject.assign(*at, pictures[:5], who)
    await asyncio.gather(
        *(tombstone.delete(*at, pictures[2:7]) for _ in range(5)),
        *(subject.assign(*at, pictures[3:], who) for _ in range(3)),
    )
    found = await gallery.counts(graph, home.within, [who])
    assert found == {who: 5}
    assert await ids(home, who) == pictures[:6:-1] + pictures[1::-1]
    told = await entry.list_entries(graph, home.workspace, limit=100)
    assert sorted(e.target for e in told if e.action == "asset.delete") == pictures[2:7]


async def test_a_gallery_is_for_its_workspace_alone(graph: Graph) -> None:
    (home, who), (other, stranger) = await cast(graph), await cast(graph)
    [picture] = await home.images(1)
    await subject.assign(graph, home.actor, home.workspace, [picture], who)
    assert await gallery.pages(graph, other.within, [who]) == {}
    assert await gallery.counts(graph, other.within, [who]) == {}
    both = [home.workspace, other.workspace]
    before = graph.round_trips
    found = await gallery.pages(graph, both, [who, stranger])
    assert graph.round_trips - before == 1
    assert {number: len(page) for number, page in found.items()} == {who: 1, stranger: 0}


async def test_a_count_comes_from_the_store(services: Services) -> None:
    async with planner(services) as plans:
        text = gallery.COUNT.render()
        plan = await plans.explain(text, **dict.fromkeys(gallery.COUNT.parameters))
    assert not [o for o in plan.operators if "Expand" in o], plan.text()
    assert "getDegree" in plan.text()


@pytest.mark.parametrize("before", ["~", None])
async def test_a_page_costs_the_same_however_many_there_are(
    graph: Graph, services: Services, before: str | None
) -> None:
    home, who = await cast(graph)
    pictures = await home.images(1000)
    asked: dict[str, Any] = {"slot": None, "mediaTypes": None, "deleted": False, "limit": 21}
    asked["before"] = before or pictures[50]
    plans_seen = []
    async with planner(services) as plans:
        for part in (pictures[:100], pictures[100:]):
            await subject.assign(graph, home.actor, home.workspace, part, who)
            plan = await plans.profile(
                gallery.PAGE.render(), workspaces=home.within, ids=[who], **asked
            )
            plans_seen.append(plan)
            assert not {"Top", "PartialTop"} & set(plan.operators), plan.text()
    few, many = plans_seen
    # To walk all of them is 2,700 more.
    assert many.hits - few.hits < 500, few.text() + "\n\n" + many.text()
