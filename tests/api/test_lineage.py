"""Lineage over HTTP: in by linkAssets, out in every shape, and what it costs."""

import re
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from starlette.applications import Starlette

from tests.api.conftest import Client, People

pytestmark = pytest.mark.anyio

CREATE = """
mutation ($name: String, $type: MediaType!) {
  createAsset(input: {name: $name, mediaType: $type}) { ... on AssetCreated { asset { id } } }
}
"""
LINK = """
mutation ($edges: [LinkInput!]!) {
  linkAssets(input: {edges: $edges}) {
    __typename
    ... on AssetsLinked { edges { childId parentId kind operation sequence evidence } }
    ... on InvalidInput { field message hint }
    ... on Conflict { field message hint }
    ... on NotFound { field message }
    ... on LimitExceeded { limit asked allowed }
  }
}
"""
UNLINK = """
mutation ($edges: [UnlinkInput!]!) {
  unlinkAssets(input: {edges: $edges}) {
    __typename
    ... on AssetsUnlinked { edges { retractedAt } }
    ... on NotFound { field message }
  }
}
"""
AROUND = """
query ($id: ID!, $depth: Int!, $nodes: Int!, $way: Direction!, $asOf: DateTime) {
  asset(id: $id) {
    lineage(direction: $way, maxDepth: $depth, maxNodes: $nodes, asOf: $asOf) {
      rootId truncated cuts
      nodes { depth asset { id name } }
      edges { childId parentId kind operation sequence evidence createdAt }
    }
  }
}
"""
EVERYTHING = """
query ($first: Int!) {
  assets(first: $first, filter: {mediaTypes: [IMAGE]}) {
    edges { node {
      id metadata edgeCounts { parents children } subject { name }
      lineage(maxDepth: 2) { nodes { asset { id edgeCounts { parents } } } edges { kind } }
      parents { edges { node { id } } } children { edges { node { id } } }
      ancestors(first: 5) { edges { depth } } descendants(first: 5) { edges { depth } }
      impact { assets }
    } }
  }
}
"""


async def made(who: Client, name: str, type_: str = "IMAGE") -> str:
    told = (await who.ask(CREATE, name=name, type=type_))["createAsset"]
    assert "asset" in told, told
    return str(told["asset"]["id"])


def edge(child: str, parent: str, **more: Any) -> dict[str, Any]:
    kind = {"kind": "VARIANT_OF", "operation": "DERIVE"}
    return {"childId": child, "parentId": parent} | kind | more


async def chain(who: Client, length: int) -> list[str]:
    """Each was made from the one before it."""
    ids = [await made(who, f"link {i}") for i in range(length)]
    edges = [edge(child, parent) for parent, child in pairwise(ids)]
    linked = (await who.ask(LINK, edges=edges))["linkAssets"]
    assert linked["__typename"] == "AssetsLinked", linked
    return ids


async def around(who: Client, asset_id: str, **more: Any) -> Any:
    asked = {"id": asset_id, "depth": 1, "nodes": 50, "way": "BOTH"} | more
    data = await who.ask(AROUND, **asked)
    return data["asset"]["lineage"]


async def test_a_chain_is_walked_both_ways(people: People) -> None:
    ids = await chain(people.editor, 5)
    found = await around(people.viewer, ids[2])
    assert {n["asset"]["id"]: n["depth"] for n in found["nodes"]} == {
        ids[2]: 0,
        ids[1]: -1,
        ids[3]: 1,
    }
    assert found["truncated"]
    assert found["cuts"] == ["MAX_DEPTH"]
    whole = await around(people.viewer, ids[2], depth=20)
    assert [n["depth"] for n in whole["nodes"]] == [0, -1, 1, -2, 2] or not whole["truncated"]
    assert len(whole["edges"]) == 4
    assert {e["evidence"] for e in whole["edges"]} == {"CLAIMED"}
    up = await around(people.viewer, ids[2], depth=20, way="PARENTS")
    assert sorted(n["depth"] for n in up["nodes"]) == [-2, -1, 0]
    cut = await around(people.viewer, ids[2], depth=20, nodes=2)
    assert cut["cuts"] == ["MAX_NODES"]
    assert len(cut["nodes"]) == 2


async def test_refusals_name_what_is_wrong(people: People) -> None:
    ids = await chain(people.editor, 3)
    foreign = await made(people.stranger, "foreign")

    async def refused(*edges: Any) -> Any:
        return (await people.editor.ask(LINK, edges=list(edges)))["linkAssets"]

    loop = await refused(edge(ids[0], ids[2]))
    assert (loop["__typename"], loop["field"]) == ("Conflict", "edges.0.parentId")
    twice = await refused(edge(ids[1], ids[0]))
    assert (twice["__typename"], twice["field"]) == ("Conflict", "edges.0")
    other = await refused(edge(ids[1], ids[0], sequence=1), edge(ids[2], foreign))
    assert (other["__typename"], other["field"]) == ("NotFound", "edges.1.parentId")
    wrong = await refused(edge(ids[2], ids[0], kind="SOURCE_VIDEO"))
    assert (wrong["__typename"], wrong["field"]) == ("InvalidInput", "edges.0.kind")
    nothing = await refused()
    assert (nothing["__typename"], nothing["field"]) == ("InvalidInput", "edges")
    untouched = await around(people.viewer, ids[1])
    assert len(untouched["edges"]) == 2


async def test_what_was_retracted_is_still_there_as_of_before(people: People) -> None:
    ids = await chain(people.editor, 2)
    before = datetime.now(UTC).isoformat()
    key = {"childId": ids[1], "parentId": ids[0], "kind": "VARIANT_OF"}
    gone = (await people.editor.ask(UNLINK, edges=[key]))["unlinkAssets"]
    assert gone["edges"][0]["retractedAt"]
    assert (await around(people.viewer, ids[1]))["edges"] == []
    assert len((await around(people.viewer, ids[1], asOf=before))["edges"]) == 1
    again = (await people.editor.ask(UNLINK, edges=[key]))["unlinkAssets"]
    assert again["__typename"] == "NotFound"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"depth": 0}, "INVALID_INPUT"),
        ({"depth": 21}, "LIMIT_EXCEEDED"),
        ({"nodes": 0}, "INVALID_INPUT"),
        ({"nodes": 5001}, "LIMIT_EXCEEDED"),
        ({"asOf": "2001-01-01T00:00:00Z"}, "NOT_FOUND"),
    ],
)
async def test_bounds_are_told(people: People, more: dict[str, Any], code: str) -> None:
    asset_id = await made(people.editor, "bounded")
    asked = {"id": asset_id, "depth": 1, "nodes": 50, "way": "BOTH"} | more
    answer = await people.viewer.answer(AROUND, **asked)
    assert answer["errors"][0]["extensions"]["code"] == code


SHOWN = "rootId cuts nodes { depth asset { name } } edges { childId parentId }"
SELECTIONS = [
    f"name lineage {{ {SHOWN} }}",
    f"lineage(direction: $way, maxDepth: 2) {{ {SHOWN} }} name",
    f"lineage(maxNodes: $nodes) {{ {SHOWN} }} id",
    f"lineage(maxDepth: 21) {{ {SHOWN} }} id",
    f"lineage(asOf: $asOf) {{ {SHOWN} }} id",
    f"lineage(filter: {{kinds: [$kind, MASK]}}) {{ {SHOWN} }} id",
    f"lineage(filter: $filter) {{ {SHOWN} }} id",
    f"id a: lineage {{ {SHOWN} }} b: lineage(maxDepth: 2) {{ {SHOWN} }}",
    f"id lineage @skip(if: $no) {{ {SHOWN} }}",
    f"id lineage @include(if: $no) {{ {SHOWN} }}",
]
ASKED: dict[str, tuple[str, Any]] = {
    "way": ("Direction!", "PARENTS"),
    "nodes": ("Int!", 0),
    "asOf": ("DateTime", "2001-01-01T00:00:00Z"),
    "kind": ("EdgeKind!", "SOURCE_IMAGE"),
    "filter": ("LineageFilter", {"kinds": ["VARIANT_OF"]}),
    "no": ("Boolean!", False),
}


@pytest.mark.parametrize("selection", SELECTIONS)
async def test_an_asset_that_comes_with_its_lineage_is_answered_as_ever(
    people: People, selection: str
) -> None:
    ids = [(await chain(people.editor, 3))[1], await made(people.stranger, "hidden"), "none"]

    used = {name: ASKED[name] for name in re.findall(r"\$(\w+)", selection)}
    declared = ", ".join(["$id: ID!", *(f"${name}: {type_}" for name, (type_, _) in used.items())])
    values = {name: value for name, (_, value) in used.items()}

    async def answers(fields: str) -> list[Any]:
        query = f"query ({declared}) {{ asset(id: $id) {{ {fields} }} }}"
        return [_told(await people.viewer.answer(query, id=id_, **values)) for id_ in ids]

    found = await answers(selection)
    assert found == await answers(f"... on Asset {{ {selection} }}")
    assert found[0][0]["asset"] or found[0][1][0][1] == ["asset", "lineage"], found


def _told(answer: Any) -> Any:
    errors = [(e["message"], e["path"], e["extensions"]) for e in answer.get("errors", ())]
    return answer["data"], errors


async def test_an_asset_comes_with_its_lineage_in_one_round_trip(
    people: People, app: Starlette
) -> None:
    asset_id = (await chain(people.editor, 2))[0]
    graph = app.state.edge.rooms.graph

    async def spent(query: str) -> int:
        """The least of three, as notes of last use come in between."""
        found: list[int] = []
        for _ in range(3):
            before = graph.round_trips
            await people.editor.ask(query)
            found.append(graph.round_trips - before)
        return min(found)

    nothing = await spent("{ __typename }")
    walk = (
        f"lineage(direction: PARENTS, maxDepth: 3, filter: {{kinds: [VARIANT_OF]}}) {{ {SHOWN} }}"
    )
    assert await spent(f'{{ asset(id: "{asset_id}") {{ name {walk} }} }}') - nothing == 1


async def test_the_number_of_round_trips_does_not_grow_with_the_answer(
    people: People, app: Starlette
) -> None:
    await chain(people.owner, 25)
    one, many = await _cost(people.owner, app, 1), await _cost(people.owner, app, 20)
    assert one == many
    assert one <= 13


async def _cost(who: Client, app: Starlette, first: int) -> int:
    """Round trips of the question; the least of three, as notes of last use come in between."""
    graph, spent = app.state.edge.rooms.graph, []
    for _ in range(3):
        before = graph.round_trips
        data = await who.ask(EVERYTHING, first=first)
        assert len(data["assets"]["edges"]) == first
        spent.append(graph.round_trips - before)
    return int(min(spent))
