"""Worlds for tests of the graph: a workspace of its own, and assets in it by the thousand."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from graph import asset, link
from graph.actor import Actor
from graph.asset import NewAsset
from graph.driver import Graph, Transaction
from graph.edge import EdgeKind, MediaType, Operation
from graph.identifier import now
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

    async def assets(self, media: Sequence[MediaType]) -> list[str]:
        """New assets of these media types; their ids in the same order, which is that of time."""
        return await self.keep([NewAsset(each) for each in media])

    async def keep(self, new: Sequence[NewAsset]) -> list[str]:
        """Writes assets as they are, without audit entries: a world is there from the start."""
        for start in range(0, len(new), ROWS):
            rows = [asset.columns(each, self.workspace) for each in new[start : start + ROWS]]
            await self.graph.write(self._writing(rows).run)
        return [each.id for each in new]

    def _writing(self, rows: list[dict[str, object]]) -> "_Writing":
        return _Writing(rows, self.actor.user)

    async def link(self, *edges: NewEdge) -> list[Edge]:
        return await link.link(self.graph, self.actor, self.within, edges)

    async def unlink(self, *edges: NewEdge) -> list[Edge]:
        return await link.unlink(self.graph, self.actor, self.within, [key(e) for e in edges])

    async def link_all(self, edges: Sequence[NewEdge]) -> None:
        """Any number of edges, as many at once as are allowed."""
        for start in range(0, len(edges), link.LINKS_MAX):
            await self.link(*edges[start : start + link.LINKS_MAX])


@dataclass(frozen=True)
class _Writing:
    rows: list[dict[str, object]]
    user: str

    async def run(self, tx: Transaction) -> None:
        await tx.run(asset.CREATE, rows=self.rows, at=now(), user=self.user)


async def world(graph: Graph) -> World:
    """A new workspace of a new owner."""
    owner = await person(graph)
    return World(graph, owner, await place(graph, owner))


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
