"""Streams for tests of imports, and short ways to bring them in."""

from collections.abc import AsyncIterator, Iterable
from typing import Any

import orjson

from graph import import_run, lineage
from graph.import_run import ImportProblem, ImportRun
from graph.lineage import Direction
from tests.graph.world import World
from workers import bulk


def asset(key: str, **told: Any) -> dict[str, Any]:
    return {"type": "asset", "key": key, "mediaType": "IMAGE", **told}


def edge(child: str, parent: str, **told: Any) -> dict[str, Any]:
    return {"type": "edge", "child": child, "parent": parent, "kind": "VARIANT_OF", **told}


def parent(key: str, **told: Any) -> dict[str, Any]:
    return {"parent": key, "kind": "VARIANT_OF", **told}


def text(lines: Iterable[dict[str, Any] | bytes]) -> bytes:
    """The stream of these lines; a line given as bytes is taken as it is."""
    written = (x if isinstance(x, bytes) else orjson.dumps(x) for x in lines)
    return b"".join(line + b"\n" for line in written)


FULL = asset(
    "full",
    mediaType="VIDEO",
    name="Knight at the gate",
    description="A knight waits.",
    tags=["knight", " gate "],
    prompt="a knight\nat a gate",
    negativePrompt="blurry",
    seed=2**63,
    model="v4",
    operation="IMAGE_TO_VIDEO",
    provider="pixverse",
    providerAssetId="17",
    remoteUrl="https://example.org/17.mp4",
    mimeType="video/mp4",
    sizeBytes=1234,
    width=640,
    height=360,
    durationSeconds=5,
    frameRate=24.5,
    sha256="ab" * 32,
    madeAt="2026-01-31T13:00:00+01:00",
    metadata={"shelf": [1, {"x": None}]},
    providerMetadata={"endpoint": "x"},
    providerUploads={"pixverse": {"img_id": "5", "media_id": "6"}},
)


async def in_pieces(data: bytes, size: int = 64 * 1024) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


async def bring_in(world: World, data: bytes, key: str = "test") -> ImportRun:
    run = await import_run.start(world.graph, world.actor, world.workspace, key)
    return await bulk.take_in(world.graph, world.actor, run, in_pieces(data))


async def problems(world: World, run: ImportRun) -> list[ImportProblem]:
    found = await import_run.problems(world.graph, world.within, [run.id], limit=10_000)
    return found.get(run.id, [])


NAMES = """
MATCH (a:Asset {workspace: $workspace})
RETURN a.name AS name, a.id AS id
"""
EDGES = """
MATCH (c:Asset {workspace: $workspace})-[e]->(p:Asset)
WHERE e.retractedAt IS NULL
RETURN c.name AS child, type(e) AS kind, e.sequence AS sequence, p.name AS parent
"""


async def ids(world: World) -> dict[str, str]:
    """The ids of all assets by their names."""
    rows = await world.graph.read(NAMES, workspace=world.workspace)
    assert len({row["name"] for row in rows}) == len(rows)
    return {row["name"]: row["id"] for row in rows}


async def edges(world: World) -> set[tuple[str, str, int, str]]:
    """All standing edges, by the names of their ends."""
    rows = await world.graph.read(EDGES, workspace=world.workspace)
    found = [(row["child"], row["kind"], row["sequence"], row["parent"]) for row in rows]
    assert len(set(found)) == len(found)
    return set(found)


async def ancestors(world: World, asset_id: str) -> set[str]:
    stream = lineage.stream_reach(world.graph, world.within, asset_id, direction=Direction.PARENTS)
    return {node.asset.name or "" async for node in stream}
