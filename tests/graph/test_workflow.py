"""Versions of workflows: one current per slot, whoever saves at once."""

import asyncio
from typing import Any

import pytest

from graph import entry, workflow
from graph.driver import Graph
from graph.error import InvalidInput, NotFound
from graph.identifier import new_id
from graph.workflow import (
    JSON_MAX,
    PromptMapping,
    PromptSource,
    StyleMode,
    StyleReference,
    Workflow,
    WorkflowRules,
)
from tests.graph.world import World, world
from tests.person import person, place

pytestmark = pytest.mark.anyio

RULES = WorkflowRules(
    (PromptMapping("6.text", PromptSource.TEMPLATE, "{description}, portrait"),),
    {"3.steps": 30, "3.cfg": 7.5, "3.seed": 2**64 - 1},
    StyleReference(StyleMode.POINTED, "30.image"),
)


def nodes(text: str = "a fox") -> dict[str, Any]:
    return {"6": {"class_type": "CLIPTextEncode", "inputs": {"text": text, "clip": ["4", 1]}}}


async def saved(here: World, text: str, **more: Any) -> Workflow:
    values = {"slot": "portrait", "name": "Portraits", "nodes": nodes(text), **more}
    return await workflow.save(here.graph, here.actor, here.workspace, **values)


async def versions(here: World, slot: str = "portrait") -> list[tuple[int, bool]]:
    found = await workflow.versions(here.graph, here.workspace, slot)
    return [(one.version, one.current) for one in found]


async def test_what_is_saved_is_what_is_read(graph: Graph) -> None:
    here = await world(graph)
    made = await saved(here, "ein Fuchs 🦊 \x00", rules=RULES)
    assert (made.slot, made.version, made.name, made.current) == ("portrait", 1, "Portraits", True)
    assert (made.created_by, made.workspace_id) == (here.actor.user, here.workspace)
    assert await workflow.get_many(graph, [here.workspace], [made.id]) == {made.id: made}
    found = (await workflow.contents(graph, [here.workspace], [made.id]))[made.id]
    assert (found.graph, found.rules) == (nodes("ein Fuchs 🦊 \x00"), RULES)
    assert made.size == len(found.json.encode())


async def test_a_new_version_is_current_and_the_old_one_can_be_again(graph: Graph) -> None:
    here = await world(graph)
    first, second = await saved(here, "one"), await saved(here, "two")
    assert await versions(here) == [(2, True), (1, False)]
    chosen = await workflow.choose(graph, here.actor, here.workspace, first.id)
    assert (chosen.id, chosen.current) == (first.id, True)
    assert await versions(here) == [(2, False), (1, True)]
    assert (await saved(here, "three")).version == 3
    assert await versions(here) == [(3, True), (2, False), (1, False)]
    told = await entry.list_entries(graph, here.workspace, limit=4)
    assert [(line.action, line.target) for line in told][1:] == [
        ("workflow.choose", first.id),
        ("workflow.save", second.id),
        ("workflow.save", first.id),
    ]


async def test_the_same_again_is_no_new_version(graph: Graph) -> None:
    here = await world(graph)
    first = await saved(here, "one", rules=RULES)
    assert await saved(here, "one", rules=RULES) == first
    assert (await workflow.choose(graph, here.actor, here.workspace, first.id)) == first
    assert (await saved(here, "one")).version == 2
    assert (await saved(here, "one", name="Faces")).version == 3
    assert len(await entry.list_entries(graph, here.workspace, limit=10)) == 1 + 3


async def test_what_an_older_version_says_is_a_new_version(graph: Graph) -> None:
    here = await world(graph)
    await saved(here, "one")
    await saved(here, "two")
    assert (await saved(here, "one")).version == 3


async def test_a_key_saves_once_even_when_another_came_between(graph: Graph) -> None:
    here, once = await world(graph), new_id()
    first = await saved(here, "one", once=once)
    await saved(here, "two")
    again = await saved(here, "one", once=once)
    assert (again.id, again.current) == (first.id, False)
    assert await versions(here) == [(2, True), (1, False)]


async def test_slots_have_versions_of_their_own(graph: Graph) -> None:
    here = await world(graph)
    slots = ["portrait", "backdrop", "custom:tavern sign"]
    for slot in slots:
        await saved(here, "one", slot=slot)
    await saved(here, "two", slot="backdrop")
    found = await workflow.current(graph, here.workspace)
    assert [(one.slot, one.version) for one in found] == [
        ("backdrop", 2),
        ("custom:tavern sign", 1),
        ("portrait", 1),
    ]


async def test_pages(graph: Graph) -> None:
    here = await world(graph)
    for number in range(5):
        await saved(here, str(number))
        await saved(here, "x", slot=f"custom:{number}")
    page = await workflow.versions(graph, here.workspace, "portrait", before=4, limit=2)
    assert [one.version for one in page] == [3, 2]
    slots = await workflow.current(graph, here.workspace, after="custom:2", limit=2)
    assert [one.slot for one in slots] == ["custom:3", "custom:4"]


async def test_many_at_once_are_a_version_each_and_one_is_current(graph: Graph) -> None:
    here = await world(graph)
    made = await asyncio.gather(*(saved(here, str(number)) for number in range(12)))
    assert sorted(one.version for one in made) == list(range(1, 13))
    assert await versions(here) == [(12, True), *((number, False) for number in range(11, 0, -1))]


async def test_one_thing_saved_many_times_at_once_is_one_version(graph: Graph) -> None:
    here = await world(graph)
    made = await asyncio.gather(*(saved(here, "one") for _ in range(8)))
    assert {one.id for one in made} == {made[0].id}
    assert await versions(here) == [(1, True)]


async def test_choosing_and_saving_at_once_leaves_one_current(graph: Graph) -> None:
    here = await world(graph)
    made = [await saved(here, str(number)) for number in range(4)]
    await asyncio.gather(
        *(workflow.choose(graph, here.actor, here.workspace, one.id) for one in made),
        *(saved(here, f"new {number}") for number in range(4)),
    )
    found = await versions(here)
    assert [version for version, _ in found] == list(range(8, 0, -1))
    assert sum(current for _, current in found) == 1


async def test_another_workspace_sees_and_changes_nothing(graph: Graph) -> None:
    here, stranger = await world(graph), await person(graph)
    home = await place(graph, stranger)
    made = await saved(here, "one")
    assert await workflow.get_many(graph, [home], [made.id]) == {}
    assert await workflow.contents(graph, [home], [made.id]) == {}
    assert await workflow.current(graph, home) == []
    with pytest.raises(NotFound) as refused:
        await workflow.choose(graph, stranger, home, made.id)
    assert refused.value.field == "workflowId"


async def test_there_must_be_a_workspace(graph: Graph) -> None:
    here = await world(graph)
    with pytest.raises(NotFound, match="workspace"):
        await workflow.save(graph, here.actor, new_id(), slot="item", name="Items", nodes=nodes())


def deep() -> dict[str, Any]:
    value: Any = []
    for _ in range(100_000):
        value = [value]
    return {"6": value}


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("slot", {"slot": "hat"}),
        ("slot", {"slot": "custom:"}),
        ("name", {"name": " "}),
        ("json", {"nodes": nodes("x" * JSON_MAX)}),
        ("json", {"nodes": nodes("\ud800")}),
        ("json", {"nodes": deep()}),
        ("lockedInputs", {"rules": WorkflowRules(locked={"6.text": "x" * JSON_MAX})}),
    ],
)
async def test_what_cannot_be_kept_is_refused(
    graph: Graph, field: str, values: dict[str, Any]
) -> None:
    here = await world(graph)
    with pytest.raises(InvalidInput) as refused:
        await saved(here, "one", **values)
    assert refused.value.field == field
    assert await workflow.current(graph, here.workspace) == []
