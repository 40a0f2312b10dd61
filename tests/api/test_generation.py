"""Generations as they are listed, paged and found, at a price that does not grow with the list."""

import base64
import re
from collections.abc import Sequence
from typing import Any

import pytest
from starlette.applications import Starlette

from api.schema import schema
from graph.actor import Actor
from graph.driver import Graph
from tests.api.conftest import Client, People
from tests.api.making import (
    PICTURE,
    TOLD,
    ask,
    change,
    ended,
    got,
    made_by,
    pictured,
    queue,
    waiting,
)
from tests.api.test_generation_change_queue import SUBJECT
from tests.api.workflow_help import save
from tests.graph.ordering import Desk
from tests.graph.world import World
from tests.providers.comfyui_graphs import text_to_image
from workers.feed import Feed
from workers.rooms import opened

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("at_work")]

LIST = """
query ($filter: GenerationFilter, $first: Int! = 50, $after: String, $workspace: ID) {
  generations(filter: $filter, first: $first, after: $after, workspace: $workspace) {
    edges { cursor node { id } } pageInfo { hasNextPage endCursor }
  }
}
"""
WHOLE = """
query ($first: Int!) { generations(first: $first) { edges { node { ...Told preview } } } }
"""
PREVIEWS = """
{ generations(filter: { states: [RUNNING] }) { edges { node { id preview } } } }
"""
NODE = """
query ($id: ID!) { node(id: $id) { __typename id ... on Generation { state prompt } } }
"""


async def listed(who: Client, **filters: Any) -> list[str]:
    found = await ask(who, LIST, filter=filters or None)
    return [edge["node"]["id"] for edge in found["edges"]]


async def test_everything_given_of_a_filter_must_hold(crew: People) -> None:
    subject = (await ask(crew.editor, SUBJECT))["subject"]["id"]
    [plain] = await waiting(crew.editor)
    [hers] = await waiting(crew.editor, subjectId=subject, slot="portrait")
    [his] = await waiting(crew.owner, subjectId=subject, slot="item")
    [local] = await ended(crew.editor, await pictured(crew.editor))
    [off] = await waiting(crew.editor)
    await change(crew.editor, "cancelGenerations", ids=[off])
    every = [off, local["id"], his, hers, plain]
    cases: list[tuple[dict[str, Any], list[str]]] = [
        ({}, every),
        ({"states": ["QUEUED"]}, [his, hers, plain]),
        ({"states": ["COMPLETED", "CANCELLED"]}, [off, local["id"]]),
        ({"states": []}, every),
        ({"providers": ["local"]}, [local["id"]]),
        ({"providers": ["kling", "local"]}, every),
        ({"providers": ["runway"]}, []),
        ({"subject": subject}, [his, hers]),
        ({"subject": subject, "slot": "portrait"}, [hers]),
        ({"slot": "item"}, [his]),
        ({"user": crew.owner.user_id}, [his]),
        ({"user": crew.owner.user_id, "providers": ["local"]}, []),
    ]
    for filters, wanted in cases:
        assert await listed(crew.viewer, **filters) == wanted, filters
    await change(crew.editor, "clearGenerations", ids=[off])
    assert await listed(crew.viewer) == every[1:]
    assert await listed(crew.viewer, cleared=True) == every
    answer = await crew.stranger.answer(LIST, workspace=crew.editor.workspace)
    assert answer["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    assert await listed(crew.stranger) == []


async def test_pages_go_on_where_the_last_one_ended(crew: People) -> None:
    made = await waiting(crew.editor, 5)
    found: list[str] = []
    after, more = None, True
    while more:
        page = await ask(crew.viewer, LIST, first=2, after=after)
        found += [edge["node"]["id"] for edge in page["edges"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert found == made[::-1], "the newest first"
    answer = await crew.viewer.answer(LIST, after="no cursor")
    assert "after" in str(answer["errors"][0])


async def test_one_is_found_by_its_id_by_those_who_may(crew: People) -> None:
    [number] = await waiting(crew.editor)
    assert await ask(crew.viewer, NODE, id=number) == {
        "__typename": "Generation",
        "id": number,
        "state": "QUEUED",
        "prompt": "a harbour",
    }
    assert (await got(crew.auditor, number))["id"] == number
    assert await ask(crew.stranger, NODE, id=number) is None
    assert await got(crew.stranger, number) is None


async def test_an_asset_tells_what_made_it(crew: People) -> None:
    one = await made_by(
        crew.editor, provider="local", operation="TEXT_TO_IMAGE", prompt="x", parameters=PICTURE
    )
    asked = "query ($id: ID!) { asset(id: $id) { prompt seed generation { ...Told } } }"
    told = await ask(crew.viewer, asked, id=one["outputs"][0]["id"])
    [output] = told["generation"]["outputs"]
    # A link is signed anew each time.
    output["thumbnail"] = one["outputs"][0]["thumbnail"]
    assert told == {"prompt": "x", "seed": one["seed"], "generation": one}


async def test_a_list_costs_no_more_round_trips_for_more(crew: People, makers: Starlette) -> None:
    """With all there is to ask for of each, and all of it there."""
    subject = (await ask(crew.editor, SUBJECT))["subject"]["id"]
    text = {"prompt": "x", "parameters": PICTURE, "subjectId": subject, "slot": "item"}
    first = await ended(crew.editor, await pictured(crew.editor, count=3, **text))
    again = [
        (await queue(crew.editor, "rerunGeneration", id=one["id"], prompt="y"))[0] for one in first
    ]
    await ended(crew.editor, again)
    version = (await save(crew.editor, json=text_to_image()))["id"]
    await queue(crew.editor, "generate", workflowId=version, subjectId=subject, count=3)
    few, many = await cost(crew.viewer, makers, 5), await cost(crew.viewer, makers, 9)
    assert few == many
    assert many <= 12


async def cost(who: Client, app: Starlette, first: int) -> int:
    """Round trips of the list; the least of three, as notes of last use come in between."""
    graph = app.state.edge.rooms.graph
    spent: list[int] = []
    for _ in range(3):
        before = graph.round_trips
        found = await ask(who, WHOLE, first=first)
        assert len(found["edges"]) == first
        spent.append(graph.round_trips - before)
    return min(spent)


async def test_previews_of_a_list_are_fetched_at_once(
    crew: People, makers: Starlette, graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    home, actor = crew.editor.workspace, Actor(crew.editor.user_id, None, "test")
    at = Desk(World(graph, actor, home))
    await at.stands()
    running = [one.id for one in await at.queue(3)]
    await at.begin(limit=3)
    shown = Feed.shown

    async def counting(feed: Feed, generations: Sequence[str]) -> dict[str, tuple[str, bytes]]:
        asked.append(len(generations))
        return await shown(feed, generations)

    monkeypatch.setattr(Feed, "shown", counting)
    async with opened(makers.state.edge.settings) as rooms:
        for one in running[:2]:
            await rooms.feed.show(one, "image/png", one.encode())
    found = await ask(crew.viewer, PREVIEWS)
    told = {edge["node"]["id"]: edge["node"]["preview"] for edge in found["edges"]}
    for one in running[:2]:
        data = base64.b64encode(one.encode()).decode()
        assert told[one] == f"data:image/png;base64,{data}"
    assert told[running[2]] is None
    assert asked == [3]


def test_every_field_is_asked_for() -> None:
    """So that the price of a new one is looked at too."""
    fields = set(schema._schema.type_map["Generation"].fields)  # type: ignore[attr-defined]
    plain = {"createdAt", "updatedAt", "notBefore", "stage", "providerJob", "providerAnswer"}
    assert {name for name in fields - plain if not re.search(rf"\b{name}\b", WHOLE + TOLD)} == set()
