"""Worlds for tests of the graph: a workspace of its own, and assets in it by the thousand."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import LiteralString

from graph import asset, link
from graph.actor import Actor
from graph.asset import Media, NewAsset
from graph.catalog import Query
from graph.driver import Graph, Transaction
from graph.edge import EdgeKind, MediaType, Operation
from graph.identifier import new_id, now
from graph.lineage import Edge
from graph.link import NewEdge
from tests.person import person, place
from tests.waiting import until

ROWS = 2000


@dataclass(frozen=True)
class World:
    """A workspace, its owner, and short ways to fill it."""

    graph: Graph
    actor: Actor
    workspace: str

    @property
    def within(self) -> list[str]:
        return [self.workspace]

    async def images(self, count: int) -> list[str]:
        return await self.assets([MediaType.IMAGE] * count)

    async def pictures(self, count: int) -> list[str]:
        """New images whose bytes are said to be here, each with its own."""
        hashes = [hashlib.sha256(new_id().encode()).hexdigest() for _ in range(count)]
        media = [Media(MediaType.IMAGE, "image/png", 10, sha256) for sha256 in hashes]
        return await self.keep([NewAsset(MediaType.IMAGE, media=each) for each in media])

    async def lose(self, asset_id: str) -> None:
        """The bytes of an asset are not here any more, whatever became of them."""

        async def work(tx: Transaction) -> None:
            text: LiteralString = "MATCH (a:Asset {id: $id}) SET a.mediaState = 'FAILED'"
            await tx.run(text, id=asset_id)

        await self.graph.write(work)

    async def assets(self, media: Sequence[MediaType]) -> list[str]:
        """New assets of these media types; their ids in the same order, which is that of time."""
        return await self.keep([NewAsset(each) for each in media])

    async def keep(self, new: Sequence[NewAsset]) -> list[str]:
        """Writes assets as they are, without audit entries: a world is there from the start."""
        rows = [asset.columns(each, self.workspace) for each in new]
        await self._write(asset.CREATE, rows, user=self.actor.user)
        return [each.id for each in new]

    async def lay(self, edges: Sequence[NewEdge]) -> None:
        """Writes edges of one kind as they are: no check, no audit, and so very many."""
        rows = [
            {"index": 0, "child": e.child_id, "parent": e.parent_id, "properties": e.properties()}
            for e in edges
        ]
        text = link.CREATE.render(kind=edges[0].kind)
        await self._write(text, rows, workspace=self.workspace)

    async def _write(
        self, text: Query | LiteralString, rows: list[dict[str, object]], **more: str
    ) -> None:
        for start in range(0, len(rows), ROWS):
            part = rows[start : start + ROWS]

            async def work(tx: Transaction, part: list[dict[str, object]] = part) -> None:
                await tx.run(text, rows=part, at=now(), **more)

            await self.graph.write(work)

    async def link(self, *edges: NewEdge) -> list[Edge]:
        return await link.link(self.graph, self.actor, self.within, edges)

    async def unlink(self, *edges: NewEdge) -> list[Edge]:
        return await link.unlink(self.graph, self.actor, self.within, [key(e) for e in edges])

    async def link_all(self, edges: Sequence[NewEdge]) -> None:
        """Any number of edges, as many at once as are allowed."""
        for start in range(0, len(edges), link.LINKS_MAX):
            await self.link(*edges[start : start + link.LINKS_MAX])


async def world(graph: Graph) -> World:
    """A new workspace of a new owner."""
    owner = await person(graph)
    return World(graph, owner, await place(graph, owner))


def new_sha256() -> str:
    """That of bytes which nobody has."""
    return 2 * new_id().replace("-", "")


def made_from(
    child: str, parent: str, kind: EdgeKind = EdgeKind.VARIANT_OF, sequence: int = 0
) -> NewEdge:
    """An edge between assets of any media."""
    return NewEdge(child, parent, kind, Operation.DERIVE, sequence)


def key(edge: NewEdge) -> link.EdgeKey:
    return link.EdgeKey(edge.child_id, edge.parent_id, edge.kind, edge.sequence)


def chain(ids: Sequence[str]) -> list[NewEdge]:
    """Each made from the one before it."""
    return [made_from(child, parent) for parent, child in pairwise(ids)]


async def next_instant() -> None:
    """Returns once the clock shows a later instant than now, so what follows is told apart."""
    start = now()

    async def later() -> bool:
        return now() > start

    await until(later)
