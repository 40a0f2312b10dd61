"""Imports end to end: what comes in, what is found, what is refused, and where it goes on."""

from typing import Any

import pytest

from graph import asset as graph_asset
from graph.asset import Asset, Media, MediaState, NewAsset
from graph.driver import Graph
from graph.edge import Evidence, MediaType, Operation
from graph.import_run import ImportState
from tests.graph.world import World, world
from tests.workers.importing import (
    FULL,
    asset,
    bring_in,
    edge,
    edges,
    ids,
    parent,
    problems,
    text,
)
from workers import bulk

pytestmark = pytest.mark.anyio


async def one(world: World, asset_id: str) -> Asset:
    found = await graph_asset.get(world.graph, world.within, asset_id)
    assert found
    return found


async def test_everything_told_of_an_asset_is_kept(graph: Graph) -> None:
    here = await world(graph)
    run = await bring_in(here, text([FULL]))
    assert await problems(here, run) == []
    assert (run.state, run.lines, run.assets_created) == (ImportState.COMPLETED, 1, 1)
    asset_id = (await ids(here))["Knight at the gate"]
    found = await one(here, asset_id)
    assert (found.media_type, found.operation) == (MediaType.VIDEO, Operation.IMAGE_TO_VIDEO)
    assert (found.prompt, found.negative_prompt) == ("a knight\nat a gate", "blurry")
    assert (found.seed, found.model, found.tags) == (str(2**63), "v4", ["knight", "gate"])
    assert (found.provider, found.provider_asset_id) == ("pixverse", "17")
    assert (found.width, found.height, found.size_bytes) == (640, 360, 1234)
    assert (found.duration_seconds, found.frame_rate) == (5.0, 24.5)
    assert (found.sha256, found.media_state) == ("ab" * 32, MediaState.REMOTE)
    assert found.made_at
    assert found.made_at.isoformat() == "2026-01-31T12:00:00+00:00"
    assert found.created_by == here.actor.user
    detail = (await graph_asset.details(graph, here.within, [asset_id]))[asset_id]
    assert detail.metadata == '{"shelf":[1,{"x":null}]}'
    assert detail.provider_uploads == {"pixverse": {"img_id": "5", "media_id": "6"}}


async def test_edges_come_inline_and_as_lines_by_key_and_by_id(graph: Graph) -> None:
    here = await world(graph)
    (old,) = await here.keep([NewAsset(MediaType.VIDEO, name="old")])
    told = parent(old, kind="SOURCE_VIDEO", sequence=2, parentStartSeconds=1, parentEndSeconds=2.5)
    lines = [
        asset("a", name="a"),
        asset("b", name="b", operation="UPSCALE", parents=[parent("a", kind="UPSCALED_FROM")]),
        asset("c", name="c", parents=[told | {"prompt": "on", "evidence": "EXTRACTED"}]),
        edge("c", "b", operation="COMPOSE", kind="COMPOSED_FROM"),
    ]
    run = await bring_in(here, text(lines))
    assert (run.assets_created, run.edges_created, run.problem_count) == (3, 3, 0)
    assert await edges(here) == {
        ("b", "UPSCALED_FROM", 0, "a"),
        ("c", "SOURCE_VIDEO", 2, "old"),
        ("c", "COMPOSED_FROM", 0, "b"),
    }
    named = await ids(here)
    found = await link_of(here, named["c"])
    assert found["SOURCE_VIDEO"].evidence is Evidence.EXTRACTED
    assert found["SOURCE_VIDEO"].parent_end_seconds == 2.5
    assert found["SOURCE_VIDEO"].operation is Operation.DERIVE
    assert found["SOURCE_VIDEO"].prompt == "on"
    assert found["COMPOSED_FROM"].operation is Operation.COMPOSE
    assert (await link_of(here, named["b"]))["UPSCALED_FROM"].operation is Operation.UPSCALE


async def link_of(world: World, asset_id: str) -> dict[str, Any]:
    from graph import lineage

    found = await lineage.parents(world.graph, world.within, [asset_id])
    return {relative.edge.kind: relative.edge for relative in found[asset_id]}


async def test_what_is_recorded_elsewhere_is_a_claim_here(graph: Graph) -> None:
    here = await world(graph)
    await bring_in(here, text([asset("a", name="a"), asset("b", name="b"), RECORDED]))
    found = await link_of(here, (await ids(here))["b"])
    assert found["VARIANT_OF"].evidence is Evidence.CLAIMED


RECORDED = edge("b", "a", evidence="RECORDED")
GOOD = [asset("x", name="x"), asset("y", name="y", mediaType="VIDEO"), edge("y", "x")]
BAD = {
    "no JSON": (b'{"type": "asset"', None, "is no JSON"),
    "half a surrogate": (b'{"type":"asset","key":"\\ud800"}', None, "is no JSON"),
    "no UTF-8": (b'{"type":"asset","key":"\xff"}', None, "is no JSON"),
    "a list": (b"[]", "type", "must be"),
    "no type": ({"key": "k"}, "type", "must be"),
    "another type": ({"type": "thing"}, "type", "must be"),
    "no key": ({"type": "asset", "mediaType": "IMAGE"}, "key", "is missing"),
    "an empty key": (asset(" "), "key", "is missing"),
    "no media type": ({"type": "asset", "key": "k"}, "mediaType", "is missing"),
    "no such media type": (asset("k", mediaType="SMELL"), "mediaType", "must be one of IMAGE"),
    "an unknown field": (asset("k", colour="red"), "colour", "is none of the fields"),
    "a number for a name": (asset("k", name=5), "name", "must be text"),
    "a long name": (asset("k", name="n" * 201), "name", "201 characters"),
    "a control character": (asset("k", prompt="a\0b"), "prompt", "control characters"),
    "a fraction for a width": (asset("k", width=1.5), "width", "whole number"),
    "a truth for a height": (asset("k", height=True), "height", "whole number"),
    "a negative duration": (asset("k", durationSeconds=-1), "durationSeconds", "negative"),
    "a huge seed": (b'{"type":"asset","key":"k","mediaType":"IMAGE","seed":1e30}', "seed", "text"),
    "no hash": (asset("k", sha256="AB" * 32), "sha256", "hexadecimal"),
    "no address": (asset("k", remoteUrl="file:///etc/passwd"), "remoteUrl", "no http"),
    "no instant": (asset("k", madeAt="yesterday"), "madeAt", "ISO instant"),
    "no offset": (asset("k", madeAt="2026-01-31T12:00:00"), "madeAt", "offset"),
    "tags that are none": (asset("k", tags="a,b"), "tags", "list of texts"),
    "an empty tag": (asset("k", tags=["a", " "]), "tags.1", "is empty"),
    "a list of metadata": (asset("k", metadata=[1]), "metadata", "JSON object"),
    "deep metadata": (asset("k", metadata={"a": None}), "metadata", "cannot be kept"),
    "uploads that are none": (asset("k", providerUploads={"p": "1"}), "providerUploads", "object"),
    "an empty upload": (asset("k", providerUploads={"p": {"k": ""}}), "providerUploads.p", "empty"),
    "no list of parents": (asset("k", parents={}), "parents", "list"),
    "too many parents": (asset("k", parents=[{}] * 1001), "parents", "at most 1000"),
    "a key twice": (asset("x"), "key", "an earlier line"),
    "no child": ({"type": "edge", "parent": "x", "kind": "VARIANT_OF"}, "child", "is missing"),
    "no parent": ({"type": "edge", "child": "y", "kind": "VARIANT_OF"}, "parent", "is missing"),
    "no kind": ({"type": "edge", "child": "y", "parent": "x"}, "kind", "is missing"),
    "no such kind": (edge("y", "x", kind="FRIEND"), "kind", "must be one of SOURCE_IMAGE"),
    "an unknown child": (edge("z", "x"), "child", "no earlier line"),
    "an unknown parent": (edge("y", "z"), "parent", "no earlier line"),
    "an unknown id": (edge("y", "0" * 36), "parent", "no earlier line"),
    "media that do not fit": (edge("x", "y", kind="FIRST_FRAME"), "kind", "wants IMAGE"),
    "the same edge": (edge("y", "x"), "parent", "an earlier line has the same edge"),
    "itself": (edge("x", "x"), "parent", "its own parent"),
    "a loop": (edge("x", "y"), "parent", "close a loop"),
    "a negative sequence": (edge("y", "x", sequence=-1), "sequence", "whole number"),
    "an end before the start": (
        edge("y", "x", sequence=1, parentStartSeconds=2, parentEndSeconds=1),
        "parentEndSeconds",
        "before the start",
    ),
}
BAD["deep metadata"] = (
    b'{"type":"asset","key":"k","mediaType":"IMAGE","metadata":{"a":'
    + b"[" * 300
    + b"]" * 300
    + b"}}",
    "metadata",
    "cannot be kept",
)


@pytest.mark.parametrize("name", BAD)
async def test_a_bad_line_is_told_and_the_rest_kept(graph: Graph, name: str) -> None:
    line, field, message = BAD[name]
    here = await world(graph)
    run = await bring_in(here, text([*GOOD, line, asset("last", name="last")]))  # type: ignore[list-item]
    (problem,) = await problems(here, run)
    assert (problem.line, problem.field) == (4, field)
    assert message in problem.message
    assert (run.state, run.lines, run.problem_count) == (ImportState.COMPLETED, 5, 1)
    assert set(await ids(here)) == {"x", "y", "last"}
    assert await edges(here) == {("y", "VARIANT_OF", 0, "x")}


async def test_a_bad_parent_leaves_the_asset_and_the_other_parents(graph: Graph) -> None:
    here = await world(graph)
    bad = [{}, "x", parent("nobody"), parent("x", kind="PAUSED_FRAME"), parent("k"), parent("x")]
    run = await bring_in(here, text([asset("x", name="x"), asset("k", name="k", parents=bad)]))
    told = {(p.line, p.field, p.code) for p in await problems(here, run)}
    assert told == {
        (2, "parents.0.parent", "INVALID_INPUT"),
        (2, "parents.1", "INVALID_INPUT"),
        (2, "parents.2.parent", "NOT_FOUND"),
        (2, "parents.3.kind", "INVALID_INPUT"),
        (2, "parents.4.parent", "INVALID_INPUT"),
    }
    assert await edges(here) == {("k", "VARIANT_OF", 0, "x")}


async def test_edges_name_earlier_lines_wherever_batches_end(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [edge("b", "a"), asset("a", name="a"), asset("b", name="b", parents=[parent("c")])]
    lines.append(asset("c", name="c"))
    for most in (1, 2, 3, 4, 100):
        monkeypatch.setattr(bulk, "LINES_MAX", most)
        here = await world(graph)
        run = await bring_in(here, text(lines))
        assert [p.line for p in await problems(here, run)] == [1, 3]
        assert run.assets_created == 3


async def test_a_refused_asset_takes_its_edges_with_it(graph: Graph) -> None:
    here = await world(graph)
    taken = {"comfyui": {"file": "output/a.png"}}
    lines = [
        asset("a", name="a", providerUploads=taken),
        asset("b", name="b", providerUploads=taken, parents=[parent("a")]),
        asset("c", name="c", parents=[parent("b")]),
    ]
    run = await bring_in(here, text(lines))
    told = [(p.line, p.field, p.code) for p in await problems(here, run)]
    assert told == [(2, "providerUploads", "CONFLICT"), (3, "parents.0.parent", "NOT_FOUND")]
    assert set(await ids(here)) == {"a", "c"}


async def test_what_is_there_is_found_and_can_be_linked(graph: Graph) -> None:
    here = await world(graph)
    media = Media(MediaType.IMAGE, "image/png", 5, "cd" * 32)
    known = await here.keep(
        [
            NewAsset(MediaType.IMAGE, name="reference", provider="p", provider_asset_id="1"),
            NewAsset(MediaType.IMAGE, name="bytes", media=media),
            NewAsset(MediaType.IMAGE, name="id"),
        ]
    )
    lines = [
        asset("r", provider="p", providerAssetId="1"),
        asset("b", sha256="cd" * 32),
        asset(known[2]),
        asset("new", name="new", remoteUrl="https://example.org/new"),
        asset("again", remoteUrl="https://example.org/new", parents=[parent("r")]),
        edge("again", "b"),
        edge("new", known[2]),
    ]
    run = await bring_in(here, text(lines))
    assert await problems(here, run) == []
    assert (run.assets_created, run.assets_found, run.edges_created) == (1, 4, 3)
    reached = {("new", "VARIANT_OF", 0, name) for name in ("reference", "bytes", "id")}
    assert await edges(here) == reached
