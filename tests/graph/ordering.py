"""Orders for tests of the graph: a provider of a test's own, whose queue nobody else is in."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from typing import Any, LiteralString

from graph import asset, dispatch, ending, entry, generation, job, order, provider, queue
from graph.actor import Actor
from graph.asset import Asset, Media, NewAsset
from graph.chore import Due
from graph.driver import Graph, Transaction
from graph.edge import MediaType, Operation
from graph.ending import Completion, LeaseLost
from graph.generation import Failure, Generation
from graph.identifier import new_id, now
from graph.job import Accepted, Job
from graph.order import NewGeneration, Order
from graph.output import Output
from graph.provider import Circuit, ProviderState
from planning.dispatch import choose
from planning.place import first_place
from tests.graph.world import World, world

LEASE = timedelta(seconds=20)
OVER = timedelta(milliseconds=-1)


@dataclass(frozen=True)
class Desk:
    """A workspace, and a provider that is connected, at which its members order."""

    world: World
    provider: str = field(default_factory=lambda: f"desk-{new_id()}")

    @property
    def graph(self) -> Graph:
        return self.world.graph

    def order(self, **more: Any) -> Order:
        return replace(Order(self.provider, Operation.TEXT_TO_IMAGE), **more)

    async def queue(
        self, count: int = 1, *, by: Actor | None = None, once: str | None = None, **more: Any
    ) -> list[Generation]:
        actor, home = by or self.world.actor, self.world.workspace
        return await order.queue(
            self.graph, actor, home, self.order(**more), fresh(count), once=once
        )

    async def one(self, **more: Any) -> Generation:
        [made] = await self.queue(**more)
        return made

    async def begin(self, limit: int = 1, lease: timedelta = LEASE) -> list[Due]:
        actor = Actor("dispatch", None, new_id())
        return await dispatch.start(self.graph, actor, self.provider, choose, limit, lease)

    async def claimed(self, length: timedelta = LEASE, **more: Any) -> Job:
        """A job of a new generation that runs."""
        asked = await self.one(**more)
        await self.begin(limit=1000)
        return await self.claim(asked.id, length)

    async def claim(self, number: str, length: timedelta = LEASE) -> Job:
        found = await self.try_claim(number, length)
        assert found
        return found

    async def try_claim(self, number: str, length: timedelta = LEASE) -> Job | None:
        return (await job.claim(self.graph, [(number, new_id())], length)).get(number)

    async def accept(self, held: Job, number: str, **more: Any) -> bool:
        """Whether it is to be cancelled."""
        taken = Accepted(self.world.actor, held.generation, number, **more)
        return (await job.accept(self.graph, [taken]))[held.generation.id]

    def done(self, held: Job, *outputs: Output) -> Completion:
        return Completion(self.world.actor, held, outputs)

    async def complete(self, held: Job, *outputs: Output) -> list[Asset]:
        """What it made, in the order given."""
        [kept] = await ending.complete(self.graph, [self.done(held, *outputs)])
        if not kept:
            raise LeaseLost
        ids = [one.asset.id for one in outputs]
        found = await asset.get_many(self.graph, self.world.within, ids)
        return [found[one] for one in ids]

    async def fail(self, held: Job, failure: Failure = Failure.REFUSED) -> None:
        await ending.fail(self.graph, self.world.actor, held, failure, "no", code="E1")

    async def stop(self, held: Job) -> None:
        await ending.cancelled(self.graph, self.world.actor, held, None)

    async def requeue(self, held: Job, **more: Any) -> None:
        values = {"not_before": now(), "problem": "again", "failures": 1, **more}
        await ending.requeue(self.graph, self.world.actor, held, **values)

    async def call_off(self, *ids: str) -> None:
        await queue.cancel(self.graph, self.world.actor, self.world.workspace, ids)

    async def actions(self, number: str) -> list[str]:
        """What was told of it, in its order."""
        told = await entry.list_entries(self.graph, self.world.workspace, targets=[number])
        return [line.action for line in told[::-1]]

    async def now(self, number: str) -> Generation:
        return (await self.many([number]))[0]

    async def many(self, ids: Sequence[str]) -> list[Generation]:
        found = await generation.get_many(self.graph, self.world.within, ids)
        return [found[one] for one in ids]

    async def raw(self, number: str) -> Mapping[str, Any]:
        """Everything that stands of it."""
        text = "MATCH (g:Generation {id: $id}) RETURN properties(g) AS all"
        rows = await self.graph.read(text, id=number)
        return dict(rows[0]["all"])

    async def stands(self, **how: Any) -> Circuit:
        """Has the provider stand in some way."""
        told = Circuit(
            self.provider, **{"state": ProviderState.CONNECTED, "checked_at": now(), **how}
        )
        return await provider.change(self.graph, self.world.actor, self.provider, lambda *_: told)

    async def run(self, text: LiteralString, **parameters: Any) -> None:
        async def work(tx: Transaction) -> None:
            await tx.run(text, **parameters)

        await self.graph.write(work)


async def desk(graph: Graph) -> Desk:
    made = Desk(await world(graph))
    await made.stands()
    return made


def fresh(count: int) -> list[NewGeneration]:
    ids = sorted(new_id() for _ in range(count))
    return [NewGeneration({"prompt": "a fox"}, first_place(one), "7", one) for one in ids]


def stored(letter: str = "a", media_type: MediaType = MediaType.IMAGE) -> Media:
    """Media of these bytes, as their hash goes."""
    sha256 = hashlib.sha256(letter.encode()).hexdigest()
    return Media(media_type, "image/png", 10, sha256)


def made(index: int = 0, letter: str = "a", **more: Any) -> Output:
    """An output, of whatever bytes."""
    media = stored(letter, more.pop("media_type", MediaType.IMAGE))
    uploads = more.pop("uploads", {})
    return Output(index, NewAsset(media.media_type, media=media, **more), uploads)


async def outcomes(*work: Any) -> tuple[list[Any], list[BaseException]]:
    """All at once: what came of those that went well, and the errors of the others."""
    found = await asyncio.gather(*work, return_exceptions=True)
    return (
        [one for one in found if not isinstance(one, BaseException)],
        [one for one in found if isinstance(one, BaseException)],
    )


def bare(generation: Generation | None = None, **more: Any) -> Job:
    """A job that stands nowhere; what is not said of it is None."""
    values: dict[str, Any] = dict.fromkeys(each.name for each in fields(Job))
    return Job(**{**values, "generation": generation, "failures": 0, "inputs": (), **more})
