"""Subscriptions over WebSocket on the real servers: attach, follow, resume, and who may."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis
from starlette.applications import Starlette

from api.app import create_app
from api.page import to_cursor
from api.subscription import WATCHED_MAX
from embedded.services import Services
from graph import workspace
from graph.actor import Actor
from graph.driver import Graph
from graph.identifier import new_id
from tests.api.conftest import Client, People, gather, serving
from tests.api.frames import Socket, connected
from tests.workers.importing import asset, edge, text

pytestmark = pytest.mark.anyio

ASSETS = """subscription($ids: [ID!], $after: String, $workspace: ID) {
  assetChanged(workspace: $workspace, ids: $ids, after: $after) {
    cursor at happening importId assets { id name edgeCounts { parents } }
  }
}"""
LINEAGE = """subscription($id: ID!, $after: String, $maxDepth: Int! = 3) {
  lineageChanged(id: $id, maxDepth: $maxDepth, after: $after) {
    cursor happening lineage { nodes { depth asset { id name } } edges { childId parentId } }
  }
}"""
CREATE = """mutation($input: CreateAssetInput!) {
  createAsset(input: $input) {
    __typename ... on AssetCreated { asset { id } } ... on Refusal { message }
  }
}"""
LINK = """mutation($input: LinkAssetsInput!) {
  linkAssets(input: $input) { __typename ... on Refusal { message } }
}"""


class Watch:
    """A subscription that runs."""

    def __init__(self, socket: Socket) -> None:
        self._socket = socket

    async def message(self) -> dict[str, Any]:
        return await self._socket.receive()

    async def next(self) -> dict[str, Any]:
        """What the next event tells, without the name of the field."""
        message = await self._socket.receive()
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        [value] = message["payload"]["data"].values()
        assert isinstance(value, dict)
        return value

    async def refused(self) -> dict[str, Any]:
        message = await self._socket.receive()
        assert message["type"] == "error", message
        [error] = message["payload"]
        assert isinstance(error, dict)
        return error


@asynccontextmanager
async def watching(
    server: str, client: Client, query: str, **variables: Any
) -> AsyncIterator[Watch]:
    async with connected(server) as socket:
        await socket.init(client)
        await socket.subscribe("1", query, variables=variables)
        yield Watch(socket)


@pytest.fixture
async def own(graph: Graph, http: httpx.AsyncClient) -> People:
    """People whose workspace nobody else changes."""
    return await gather(graph, http)


async def create(client: Client, name: str) -> str:
    made = (await client.ask(CREATE, input={"mediaType": "IMAGE", "name": name}))["createAsset"]
    assert made["__typename"] == "AssetCreated", made
    return str(made["asset"]["id"])


async def link(client: Client, child: str, parent: str) -> None:
    edge = {"childId": child, "parentId": parent, "kind": "SOURCE_IMAGE", "operation": "RESTYLE"}
    made = (await client.ask(LINK, input={"edges": [edge]}))["linkAssets"]
    assert "message" not in made, made


async def test_changes_follow_the_state(server: str, own: People) -> None:
    async with watching(server, own.viewer, ASSETS) as watch:
        first = await watch.next()
        assert (first["happening"], first["assets"]) == ("ATTACHED", [])
        child, parent = await create(own.editor, "child"), await create(own.editor, "parent")
        for made, name in ((child, "child"), (parent, "parent")):
            event = await watch.next()
            assert event["happening"] == "CREATED"
            assert event["assets"] == [{"id": made, "name": name, "edgeCounts": {"parents": 0}}]
        await link(own.editor, child, parent)
        event = await watch.next()
        assert event["happening"] == "LINKED"
        parents = {each["id"]: each["edgeCounts"]["parents"] for each in event["assets"]}
        assert parents == {child: 1, parent: 0}


async def test_only_the_assets_that_are_named(server: str, own: People) -> None:
    first, second = await create(own.editor, "first"), await create(own.editor, "second")
    async with watching(server, own.viewer, ASSETS, ids=[second]) as watch:
        state = await watch.next()
        assert [each["id"] for each in state["assets"]] == [second]
        third = await create(own.editor, "third")
        await link(own.editor, third, first)
        await link(own.editor, third, second)
        event = await watch.next()
        assert (event["happening"], [a["id"] for a in event["assets"]]) == ("LINKED", [second])


async def test_resuming_over_another_connection(server: str, own: People) -> None:
    async with watching(server, own.viewer, ASSETS) as watch:
        seen = await watch.next()
        await create(own.editor, "seen")
        seen = await watch.next()
    missed = [await create(own.editor, str(n)) for n in range(3)]
    async with watching(server, own.auditor, ASSETS, after=seen["cursor"]) as watch:
        assert [(await watch.next())["assets"][0]["id"] for _ in missed] == missed
        last = await create(own.editor, "last")
        assert (await watch.next())["assets"][0]["id"] == last


async def test_a_gap_is_said(server: str, own: People, services: Services) -> None:
    async with watching(server, own.viewer, ASSETS) as watch:
        seen = await watch.next()
    async with Redis.from_url(services.redis_url) as redis:
        await redis.delete(f"pedigree:feed:{own.viewer.workspace}")
    async with watching(server, own.viewer, ASSETS, after=seen["cursor"]) as watch:
        gap = await watch.next()
        assert gap["happening"] == "MISSED"
        made = await create(own.editor, "after")
        assert (await watch.next())["assets"][0]["id"] == made
    async with watching(server, own.viewer, ASSETS, after=gap["cursor"]) as watch:
        assert (await watch.next())["assets"][0]["id"] == made


@pytest.mark.parametrize("after", ["nonsense", "W10", "WyJhIiwxXQ"])
async def test_a_cursor_that_is_none(server: str, own: People, after: str) -> None:
    async with watching(server, own.viewer, ASSETS, after=after) as watch:
        error = await watch.refused()
    assert (error["extensions"]["code"], error["extensions"]["field"]) == ("INVALID_INPUT", "after")


async def test_a_cursor_that_redis_would_not_take(server: str, own: People) -> None:
    """It has the shape of one, but was not made by us: it is not known."""
    for place in ("$", "-", "1-x", "9" * 40):
        after = to_cursor(place, "event")
        async with watching(server, own.viewer, ASSETS, after=after) as watch:
            assert (await watch.next())["happening"] == "MISSED"


async def test_nobody_sees_another_workspace(server: str, own: People) -> None:
    made = await create(own.editor, "secret")
    for query, variables in (
        (ASSETS, {"ids": [made]}),
        (ASSETS, {"workspace": own.owner.workspace}),
        (LINEAGE, {"id": made}),
    ):
        async with watching(server, own.stranger, query, **variables) as watch:
            assert (await watch.refused())["extensions"]["code"] == "NOT_FOUND"
    async with watching(server, own.stranger, ASSETS) as watch:
        assert (await watch.next())["happening"] == "ATTACHED"
        await create(own.editor, "another")
        mine = await create(own.stranger, "mine")
        assert [a["id"] for a in (await watch.next())["assets"]] == [mine]


@pytest.mark.parametrize(
    ("variables", "field"),
    [({"ids": []}, "ids"), ({"ids": ["x"]}, "ids.0"), ({"ids": ["x"] * 300}, "ids.0")],
)
async def test_bad_input_is_refused(
    server: str, own: People, variables: dict[str, Any], field: str
) -> None:
    async with watching(server, own.viewer, ASSETS, **variables) as watch:
        assert (await watch.refused())["extensions"]["field"] == field


async def test_too_many_assets_are_refused(server: str, own: People) -> None:
    names = [f"x{n}" for n in range(WATCHED_MAX + 1)]
    async with watching(server, own.viewer, ASSETS, ids=names) as watch:
        told = (await watch.refused())["extensions"]
    assert (told["limit"], told["asked"], told["allowed"]) == ("ids", WATCHED_MAX + 1, WATCHED_MAX)


async def test_lineage_is_told_whenever_it_changes(server: str, own: People) -> None:
    top, middle, bottom = [await create(own.editor, name) for name in ("top", "middle", "bottom")]
    async with watching(server, own.viewer, LINEAGE, id=bottom) as watch:
        state = await watch.next()
        assert (state["happening"], names(state)) == ("ATTACHED", {"bottom"})
        await link(own.editor, middle, top)  # touches nothing that is seen yet
        await link(own.editor, bottom, middle)
        event = await watch.next()
        assert (event["happening"], names(event)) == ("LINKED", {"top", "middle", "bottom"})
        further = await create(own.editor, "further")
        await link(own.editor, top, further)
        event = await watch.next()
        assert names(event) == {"top", "middle", "bottom", "further"}
        edges = {(e["childId"], e["parentId"]) for e in event["lineage"]["edges"]}
        assert edges == {(bottom, middle), (middle, top), (top, further)}


async def test_lineage_resumes(server: str, own: People) -> None:
    top, bottom = await create(own.editor, "top"), await create(own.editor, "bottom")
    async with watching(server, own.viewer, LINEAGE, id=bottom) as watch:
        state = await watch.next()
    await create(own.editor, "of no concern")
    await link(own.editor, bottom, top)
    async with watching(server, own.viewer, LINEAGE, id=bottom, after=state["cursor"]) as watch:
        event = await watch.next()
    assert (event["happening"], names(event)) == ("LINKED", {"top", "bottom"})


async def test_a_gap_is_said_of_lineage_too(server: str, own: People, services: Services) -> None:
    """Also where the lineage is what it was: something else of it may have changed."""
    made = await create(own.editor, "made")
    async with watching(server, own.viewer, LINEAGE, id=made) as watch:
        state = await watch.next()
    async with Redis.from_url(services.redis_url) as redis:
        await redis.delete(f"pedigree:feed:{own.viewer.workspace}")
    async with watching(server, own.viewer, LINEAGE, id=made, after=state["cursor"]) as watch:
        gap = await watch.next()
    assert (gap["happening"], gap["lineage"]) == ("MISSED", state["lineage"])


def names(event: dict[str, Any]) -> set[str]:
    return {node["asset"]["name"] for node in event["lineage"]["nodes"]}


async def test_an_import_is_told(server: str, own: People) -> None:
    bottom = await create(own.editor, "bottom")
    lines = text([asset("top", name="top"), edge(bottom, "top")])
    async with (
        watching(server, own.viewer, ASSETS) as assets,
        watching(server, own.viewer, LINEAGE, id=bottom) as lineage,
    ):
        await assets.next()
        await lineage.next()
        query = {"key": new_id()}
        headers = own.editor.headers
        answer = await own.editor.http.put("/import", content=lines, params=query, headers=headers)
        run = answer.json()["id"]
        event = await assets.next()
        assert (event["happening"], event["importId"], event["assets"]) == ("IMPORTED", run, [])
        assert names(await lineage.next()) == {"top", "bottom"}


async def test_who_leaves_the_workspace_is_told_no_more(
    app: Starlette, graph: Graph, own: People
) -> None:
    settings = app.state.edge.settings.model_copy(update={"token_check_seconds": 0.05})
    with serving(create_app(settings)) as impatient:
        async with watching(impatient, own.viewer, ASSETS) as watch:
            await watch.next()
            owner = Actor(own.owner.user_id, None, new_id())
            await workspace.remove_member(graph, owner, own.owner.workspace, own.viewer.user_id)
            message = await told_no_more(watch, own.editor)
    assert message["extensions"]["code"] == "NOT_FOUND"


async def told_no_more(watch: Watch, editor: Client) -> dict[str, Any]:
    """Changes things until the one who watches is told why that is no longer theirs."""
    async with asyncio.timeout(20):
        while True:
            await create(editor, "more")
            message = await watch.message()
            if message["type"] == "error":
                return dict(message["payload"][0])
