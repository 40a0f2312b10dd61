"""Activation, style references and galleries through HTTP."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, LiteralString

import pytest
from starlette.applications import Starlette

from graph.driver import Graph, Transaction
from tests.api.conftest import Client, People
from tests.api.frames import connected

pytestmark = pytest.mark.anyio

REFUSED = """
    __typename
    ... on InvalidInput { field }
    ... on NotFound { field }
    ... on Conflict { field hint }
    ... on NotAllowed { message }
"""
CAST = """
mutation {
  createSubject(input: {kind: CHARACTER, name: "Marcus"}) {
    ... on SubjectCreated { subject { id } }
  }
  a: createAsset(input: {mediaType: IMAGE, name: "a"}) { ... on AssetCreated { asset { id } } }
  b: createAsset(input: {mediaType: IMAGE, name: "b"}) { ... on AssetCreated { asset { id } } }
  c: createAsset(input: {mediaType: AUDIO, name: "c"}) { ... on AssetCreated { asset { id } } }
}
"""
ASSIGN = """
mutation ($ids: [ID!]!, $id: ID!, $slot: String) {
  assignSubject(input: {assetIds: $ids, subjectId: $id, slot: $slot}) { REFUSED }
}
""".replace("REFUSED", REFUSED)
SHOWN = "activeAssets { slot since by asset { name } } styleReference { name }"
ACTIVATE = """
mutation ($id: ID!, $slot: String!, $asset: ID) {
  setActiveAsset(input: {subjectId: $id, slot: $slot, assetId: $asset}) {
    ... on ActiveAssetSet { subject { SHOWN } } REFUSED
  }
}
""".replace("SHOWN", SHOWN).replace("REFUSED", REFUSED)
TWICE = """
mutation ($id: ID!, $a: ID!, $b: ID!) {
  one: setActiveAsset(input: {subjectId: $id, slot: "item", assetId: $a}) {
    ... on ActiveAssetSet { subject { active(slot: "item") { asset { name } } } }
  }
  two: setActiveAsset(input: {subjectId: $id, slot: "item", assetId: $b}) {
    ... on ActiveAssetSet { subject { active(slot: "item") { asset { name } } } }
  }
}
"""
STYLE = """
mutation ($id: ID!, $asset: ID) {
  setStyleReference(input: {subjectId: $id, assetId: $asset}) {
    ... on StyleReferenceSet { subject { SHOWN } } REFUSED
  }
}
""".replace("SHOWN", SHOWN).replace("REFUSED", REFUSED)
DELETE = """
mutation ($ids: [ID!]!) { deleteAssets(input: {ids: $ids}) { __typename } }
"""
PREVIEW = "query ($ids: [ID!]!) { deletionPreview(ids: $ids) { activeFor styleFor } }"
GALLERY = """
query ($id: ID!, $first: Int!, $after: String, $slot: String, $deleted: Boolean!) {
  node(id: $id) { ... on Subject {
    assetCount
    portrait: active(slot: "portrait") { asset { name subject { name } } }
    gallery(first: $first, after: $after, slot: $slot, includeDeleted: $deleted) {
      edges { slot activeIn isStyle node { name } }
      pageInfo { hasNextPage endCursor }
    }
  } }
}
"""
USES = """
query ($id: ID!, $after: String) {
  asset(id: $id) {
    subject { id }
    activeFor(first: 1, after: $after) {
      edges { node { slot by subject { id name } } } pageInfo { hasNextPage endCursor }
    }
  }
}
"""
EVERYTHING = """
query ($first: Int!) {
  subjects(first: $first) { edges { node {
    assetCount activeAssets { slot asset { id } } active(slot: "portrait") { slot }
    styleReference { id } gallery(first: 3) { edges { node { activeFor(first: 2) {
      edges { node { slot } } } } } }
  } } }
}
"""
WATCH = "subscription ($w: ID!) { assetChanged(workspace: $w) { happening assets { name } } }"


@dataclass(frozen=True)
class Cast:
    """A character, two pictures, and a sound."""

    editor: Client
    who: str
    a: str
    b: str
    sound: str

    async def show(self, slot: str, asset: str | None) -> Any:
        told = {"id": self.who, "slot": slot, "asset": asset}
        return (await self.editor.ask(ACTIVATE, **told))["setActiveAsset"]

    async def follow(self, asset: str | None) -> Any:
        answer = await self.editor.ask(STYLE, id=self.who, asset=asset)
        return answer["setStyleReference"]


@pytest.fixture
async def cast(people: People, graph: Graph) -> Cast:
    made = await people.editor.ask(CAST)
    who = made["createSubject"]["subject"]["id"]
    a, b, sound = (made[name]["asset"]["id"] for name in "abc")
    await graph.write(partial(_store, [a, b]))
    told = await people.editor.ask(ASSIGN, ids=[a, b], id=who, slot="portrait")
    assert told["assignSubject"]["__typename"] == "SubjectAssigned"
    return Cast(people.editor, who, a, b, sound)


async def _store(ids: Sequence[str], tx: Transaction) -> None:
    """Has the bytes of pictures be here."""
    text: LiteralString = "MATCH (a:Asset) WHERE a.id IN $ids SET a.mediaState = 'STORED'"
    await tx.run(text, ids=ids)


async def test_a_subject_shows_what_was_set(cast: Cast) -> None:
    await cast.show("portrait", cast.a)
    shown = (await cast.show("custom: tavern sign", cast.b))["subject"]["activeAssets"]
    assert [(one["slot"], one["asset"]["name"]) for one in shown] == [
        ("custom:tavern sign", "b"),
        ("portrait", "a"),
    ]
    assert {one["by"] for one in shown} == {cast.editor.user_id}
    left = (await cast.show("portrait", None))["subject"]["activeAssets"]
    assert [one["slot"] for one in left] == ["custom:tavern sign"]


async def test_each_of_two_changes_in_a_request_is_seen(cast: Cast) -> None:
    done = await cast.editor.ask(TWICE, id=cast.who, a=cast.a, b=cast.b)
    names = [done[each]["subject"]["active"]["asset"]["name"] for each in ("one", "two")]
    assert names == ["a", "b"]


async def test_a_style_is_followed_until_it_is_taken_away(cast: Cast) -> None:
    assert (await cast.follow(cast.a))["subject"]["styleReference"] == {"name": "a"}
    assert (await cast.follow(None))["subject"]["styleReference"] is None


async def test_a_picture_without_bytes_is_no_style(cast: Cast) -> None:
    bare = (await cast.editor.ask(CAST))["a"]["asset"]["id"]
    answer = await cast.follow(bare)
    assert (answer["__typename"], answer["field"]) == ("Conflict", "assetId")
    assert "upload" in answer["hint"]


async def test_what_does_not_fit_is_refused_by_name(cast: Cast, people: People) -> None:
    for answer, field in (
        (await cast.show("hat", cast.a), "slot"),
        (await cast.show("item", cast.sound), "assetId"),
        (await cast.follow(cast.sound), "assetId"),
        (await cast.show("item", cast.who), "assetId"),
    ):
        assert answer["field"] == field, answer
    asked = {"id": cast.who, "slot": "item", "asset": cast.a}
    for who, refusal in ((people.viewer, "NotAllowed"), (people.stranger, "NotFound")):
        answer = (await who.ask(ACTIVATE, **asked))["setActiveAsset"]
        assert answer["__typename"] == refusal
        answer = (await who.ask(STYLE, id=cast.who, asset=cast.a))["setStyleReference"]
        assert answer["__typename"] == refusal


async def test_a_gallery_tells_what_each_is_used_as(cast: Cast, people: People) -> None:
    await cast.show("portrait", cast.a)
    await cast.follow(cast.b)
    asked: dict[str, Any] = {"id": cast.who, "first": 1, "deleted": False}
    seen = []
    for _ in range(2):
        found = (await people.viewer.ask(GALLERY, **asked))["node"]
        page = found["gallery"]
        seen += page["edges"]
        asked["after"] = page["pageInfo"]["endCursor"]
    assert not page["pageInfo"]["hasNextPage"]
    assert seen == [
        {"slot": "portrait", "activeIn": [], "isStyle": True, "node": {"name": "b"}},
        {"slot": "portrait", "activeIn": ["portrait"], "isStyle": False, "node": {"name": "a"}},
    ]
    assert found["portrait"]["asset"] == {"name": "a", "subject": {"name": "Marcus"}}
    assert found["assetCount"] == 2
    await people.editor.ask(DELETE, ids=[cast.a])
    found = (await people.viewer.ask(GALLERY, id=cast.who, first=9, deleted=True))["node"]
    assert (found["assetCount"], found["portrait"]) == (1, None)
    assert [edge["activeIn"] for edge in found["gallery"]["edges"]] == [[], []]
    found = (await people.viewer.ask(GALLERY, id=cast.who, first=9, deleted=False, slot="item"))[
        "node"
    ]
    assert found["gallery"]["edges"] == []
    assert (await people.stranger.ask(GALLERY, **asked))["node"] is None


async def test_an_asset_tells_what_it_is_active_for(cast: Cast, people: People) -> None:
    for slot in ("sprite", "backdrop"):
        await cast.show(slot, cast.a)
    await cast.follow(cast.a)
    first = (await people.viewer.ask(USES, id=cast.a))["asset"]
    assert first["subject"] == {"id": cast.who}
    [edge] = first["activeFor"]["edges"]
    assert edge["node"] == {
        "slot": "backdrop",
        "by": cast.editor.user_id,
        "subject": {"id": cast.who, "name": "Marcus"},
    }
    after = first["activeFor"]["pageInfo"]["endCursor"]
    rest = (await people.viewer.ask(USES, id=cast.a, after=after))["asset"]["activeFor"]
    assert [edge["node"]["slot"] for edge in rest["edges"]] == ["sprite"]
    assert not rest["pageInfo"]["hasNextPage"]
    [missed] = (await people.viewer.ask(PREVIEW, ids=[cast.a]))["deletionPreview"]
    assert missed == {"activeFor": [cast.who], "styleFor": [cast.who]}


async def test_lists_cost_no_more_round_trips_for_more(
    cast: Cast, people: People, app: Starlette
) -> None:
    await cast.show("portrait", cast.a)
    await cast.follow(cast.b)
    for _ in range(3):
        made = await people.editor.ask(CAST)
        who = made["createSubject"]["subject"]["id"]
        await people.editor.ask(ASSIGN, ids=[made["a"]["asset"]["id"]], id=who)
    one, many = await _cost(people.viewer, app, 1), await _cost(people.viewer, app, 4)
    assert one == many
    assert one <= 8


async def _cost(who: Client, app: Starlette, first: int) -> int:
    """Round trips of the question; the least of three, as notes of last use come in between."""
    graph = app.state.edge.rooms.graph
    spent: list[int] = []
    for _ in range(3):
        before = graph.round_trips
        data = await who.ask(EVERYTHING, first=first)
        assert len(data["subjects"]["edges"]) == first
        spent.append(graph.round_trips - before)
    return min(spent)


async def test_whoever_watches_hears_of_both_assets(server: str, cast: Cast) -> None:
    async with connected(server) as socket:
        await socket.init(cast.editor)
        await socket.subscribe("1", WATCH, variables={"w": cast.editor.workspace})
        assert _event(await socket.receive())["happening"] == "ATTACHED"
        await cast.show("portrait", cast.a)
        await cast.show("portrait", cast.b)
        await cast.follow(cast.a)
        heard: list[str] = []
        while len(heard) < 4:
            event = _event(await socket.receive())
            assert event["happening"] != "MISSED"
            if event["happening"] == "UPDATED" and len(event["assets"]) == 1:
                heard.append(event["assets"][0]["name"])
    assert (heard[0], sorted(heard[1:3]), heard[3]) == ("a", ["a", "b"], "a")


def _event(told: dict[str, Any]) -> Any:
    assert "errors" not in told["payload"], told
    return told["payload"]["data"]["assetChanged"]
