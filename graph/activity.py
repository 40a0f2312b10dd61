"""What generations were made from and what they gave: the edges around an activity."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from graph.asset import Asset
from graph.catalog import query
from graph.driver import Graph
from graph.edge import EdgeKind
from graph.generation import Generation

INPUTS = query("activity/inputs")
OUTPUTS = query("activity/outputs")
OF_ASSET = query("activity/of_asset")
FOLLOWERS = query("activity/followers")
FOLLOWERS_MAX = 20


@dataclass(frozen=True)
class Used:
    """An asset that a generation is made from. `parameter` is None where it is only lineage and
    nothing the provider gets; `only` limits it to the output of that index."""

    asset_id: str
    kind: EdgeKind
    sequence: int
    parameter: str | None = None
    prompt: str | None = None
    name: str | None = None
    start_seconds: float | None = None
    end_seconds: float | None = None
    frame: int | None = None
    duration_seconds: float | None = None
    only: int | None = None

    def properties(self) -> dict[str, object]:
        values = {**vars(self)}
        del values["asset_id"]
        return {name: value for name, value in values.items() if value is not None}

    @classmethod
    def from_properties(cls, asset_id: str, values: Mapping[str, Any]) -> Self:
        return cls(asset_id, **{**values, "kind": EdgeKind(values["kind"])})


@dataclass(frozen=True)
class Input:
    """What a generation is made from, as it is now."""

    used: Used
    asset: Asset


async def inputs(
    graph: Graph, workspaces: Sequence[str], ids: Sequence[str]
) -> dict[str, list[Input]]:
    """What each is made from, in the order of the inputs."""
    found: dict[str, list[Input]] = {}
    for row in await graph.read(INPUTS, workspaces=list(workspaces), ids=list(ids)):
        found.setdefault(row["id"], []).append(input_of(row["used"], row["asset"]))
    return found


def input_of(used: Mapping[str, Any], columns: Sequence[Any]) -> Input:
    asset = Asset.from_columns(columns)
    return Input(Used.from_properties(asset.id, used), asset)


async def outputs(
    graph: Graph, workspaces: Sequence[str], ids: Sequence[str]
) -> dict[str, list[Asset]]:
    """What each made, in the order of the outputs."""
    found: dict[str, list[Asset]] = {}
    for row in await graph.read(OUTPUTS, workspaces=list(workspaces), ids=list(ids)):
        found.setdefault(row["id"], []).append(Asset.from_columns(row["asset"]))
    return found


async def of_assets(
    graph: Graph, workspaces: Sequence[str], ids: Sequence[str]
) -> dict[str, Generation]:
    """The generation that made each asset, where one did."""
    rows = await graph.read(OF_ASSET, workspaces=list(workspaces), ids=list(ids))
    return {row["asset"]: Generation.from_columns(row["generation"]) for row in rows}


async def followers(
    graph: Graph, workspaces: Sequence[str], ids: Sequence[str]
) -> dict[str, list[Generation]]:
    """The generations that retry or repeat each, oldest first."""
    found: dict[str, list[Generation]] = {}
    where = {"workspaces": list(workspaces), "ids": list(ids)}
    for row in await graph.read(FOLLOWERS, **where, limit=FOLLOWERS_MAX):
        found.setdefault(row["former"], []).append(Generation.from_columns(row["generation"]))
    return found
