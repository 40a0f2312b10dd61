"""Lineage read from stored metadata: what stands already, and which assets references lead to."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Self

from graph.asset import Asset
from graph.catalog import query
from graph.driver import Row
from graph.edge import ALL_KINDS, MediaType
from graph.lineage import Edge

STATE = query("extraction/state")
RESOLVE = query("extraction/resolve")

# Either a graph's `read` or a transaction's `run`: the same look before a change and within it.
Ask = Callable[..., Awaitable[list[Row]]]


@dataclass(frozen=True)
class State:
    """An asset, what its provider said, and its standing edges to parents."""

    asset: Asset
    provider_metadata: str | None
    standing: tuple[Edge, ...]

    @classmethod
    def from_record(cls, row: Row) -> Self:
        edges = (Edge.from_columns(columns) for columns in row["standing"])
        return cls(Asset.from_columns(row["asset"]), row["metadata"], tuple(edges))


@dataclass(frozen=True)
class Clue:
    """By what an asset can be known: a key of its provider uploads, the id its provider made it
    under, its address, its bytes."""

    upload: str | None = None
    provider: str | None = None
    made: str | None = None
    url: str | None = None
    sha256: str | None = None

    @property
    def names(self) -> list[str]:
        """What an asset made for this clue will answer to."""
        made = f"{self.provider}:{self.made}" if self.made else None
        return [name for name in (self.upload, made, self.url) if name]


class Rank(IntEnum):
    """How an asset answered to a clue, the surest first; as `extraction/resolve` counts."""

    UPLOAD = 1
    MADE = 2
    URL = 3
    BYTES = 4


@dataclass(frozen=True)
class Match:
    """An asset that answers to a clue."""

    id: str
    rank: Rank
    media_type: MediaType
    deleted: bool = False

    @classmethod
    def from_record(cls, row: Row) -> Self:
        return cls(row["id"], Rank(row["rank"]), MediaType(row["mediaType"]), row["deleted"])


async def states(ask: Ask, workspace: str, ids: Sequence[str]) -> dict[str, State]:
    """What a refresh of these assets starts from, in one round trip."""
    rows = await ask(STATE.render(kinds=ALL_KINDS), workspace=workspace, ids=list(ids))
    found = (State.from_record(row) for row in rows)
    return {state.asset.id: state for state in found}


async def resolve(ask: Ask, workspace: str, clues: Sequence[Clue]) -> dict[Clue, list[Match]]:
    """The assets that answer to each clue, in one round trip for all of them."""
    once = list(dict.fromkeys(clues))
    if not once:
        return {}
    rows = [{"index": index} | vars(clue) for index, clue in enumerate(once)]
    found: defaultdict[Clue, list[Match]] = defaultdict(list)
    for row in await ask(RESOLVE, workspace=workspace, rows=rows):
        found[once[row["index"]]].append(Match.from_record(row))
    return dict(found)
