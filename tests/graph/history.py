"""Random lineages with a past, written once to the graph and kept beside it as plain Python."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random

from graph import tombstone
from graph.asset import Media, NewAsset
from graph.driver import Graph
from graph.edge import CATALOGUE, EdgeKind, Evidence, MediaType, Operation
from graph.identifier import now
from graph.link import NewEdge
from tests.graph.world import World, new_sha256, next_instant, world

STEPS = 3
NODES_MAX = 40


@dataclass(frozen=True)
class Fact:
    """An edge, the step it was linked in and the one it was retracted in."""

    edge: NewEdge
    born: int
    died: int

    def stands(self, step: int) -> bool:
        return self.born <= step < self.died


@dataclass(frozen=True)
class History:
    """What was written; `instants[step]` is when that step was over, the last of all is now,
    and `instants[-1]`, step -1, is before the first edge."""

    world: World
    assets: dict[str, NewAsset]
    deleted: set[str]
    facts: list[Fact]
    instants: dict[int, datetime]

    @property
    def ids(self) -> list[str]:
        return list(self.assets)

    def edges(self, step: int = STEPS - 1) -> list[NewEdge]:
        """The edges that stood at a step."""
        return [fact.edge for fact in self.facts if fact.stands(step)]


async def history(graph: Graph, random: Random) -> History:
    """A new random lineage in a workspace of its own."""
    made = await world(graph)
    assets = {new.id: new for new in map(_asset, [random] * random.randint(2, NODES_MAX))}
    await made.keep(list(assets.values()))
    facts = _facts(random, list(assets.values()))
    instants = {-1: now()}
    for step in range(STEPS):
        await next_instant()
        for change, edges in (
            (made.unlink, [fact.edge for fact in facts if fact.died == step]),
            (made.link, [fact.edge for fact in facts if fact.born == step]),
        ):
            if edges:
                await change(*edges)
        instants[step] = now()
    deleted = set(random.sample(list(assets), len(assets) // 5))
    if deleted:
        await tombstone.delete(graph, made.actor, made.workspace, list(deleted))
    return History(made, assets, deleted, facts, instants)


def _asset(random: Random) -> NewAsset:
    media = random.choice([MediaType.IMAGE, MediaType.IMAGE, MediaType.VIDEO, MediaType.AUDIO])
    size = random.randrange(1, 2**40)
    return NewAsset(
        media,
        operation=random.choice([None, *Operation]),
        media=random.choice([None, Media(media, "application/octet-stream", size, new_sha256())]),
    )


def _facts(random: Random, assets: Sequence[NewAsset]) -> list[Fact]:
    """Edges from later assets to earlier ones, so none closes a loop; some pairs are joined
    twice, and some edges are linked again after they were retracted."""
    facts: dict[tuple[object, ...], Fact] = {}
    reach = random.choice([3, 8, len(assets)])
    for _ in range(random.randint(0, 3 * len(assets))):
        child = random.randrange(1, len(assets))
        parent = random.randrange(max(0, child - reach), child)
        for _ in range(random.choice([1, 1, 1, 2, 3])):
            edge = _edge(random, assets[child], assets[parent])
            born = random.randrange(STEPS)
            died = random.choice([STEPS, STEPS, random.randrange(born + 1, STEPS + 1)])
            key = (edge.child_id, edge.parent_id, edge.kind, edge.sequence)
            for fact in (Fact(edge, born, died), Fact(edge, died, STEPS)):
                if fact.born < STEPS and random.random() < 0.8:
                    facts.setdefault((*key, fact.born == born), fact)
    return _apart(list(facts.values()))


def _edge(random: Random, child: NewAsset, parent: NewAsset) -> NewEdge:
    fitting = [
        kind
        for kind, row in CATALOGUE.items()
        if child.media_type in row.child and parent.media_type in row.parent
    ]
    return NewEdge(
        child.id,
        parent.id,
        random.choice(fitting),
        random.choice(list(Operation)),
        random.randrange(3),
        random.choice(list(Evidence)),
    )


def _apart(facts: list[Fact]) -> list[Fact]:
    """Without those that would stand beside an equal one."""
    kept: list[Fact] = []
    for fact in sorted(facts, key=lambda f: f.born):
        twins = (k for k in kept if _key(k.edge) == _key(fact.edge))
        if all(twin.died <= fact.born for twin in twins):
            kept.append(fact)
    return kept


def _key(edge: NewEdge) -> tuple[str, str, EdgeKind, int]:
    return (edge.child_id, edge.parent_id, edge.kind, edge.sequence)
