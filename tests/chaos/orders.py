"""What people order meanwhile, and what they may expect to come of it."""

import asyncio
import random
from dataclasses import dataclass, field

from graph.activity import outputs
from graph.actor import Actor
from graph.edge import EdgeKind, Operation
from graph.error import GraphError
from graph.generation import Generation
from graph.identifier import new_id
from tests.chaos.plugin import NAME
from workers import order
from workers.order import Given, Wish
from workers.rooms import Rooms

KINDS = {"image": EdgeKind.SOURCE_IMAGE, "styleReferences": EdgeKind.STYLE_REFERENCE}
MOST_AT_ONCE = 5
AGAIN_SECONDS = 0.5


@dataclass
class Orders:
    """`given` are the inputs of each generation that was acknowledged."""

    rooms: Rooms
    actor: Actor
    workspace: str
    chance: random.Random
    given: dict[str, tuple[Given, ...]] = field(default_factory=dict)
    refused: int = 0
    _known: list[str] = field(default_factory=list)

    async def place(self, total: int, seconds: float) -> None:
        """Places them one after the other, spread over some time."""
        while (left := total - len(self.given)) > 0:
            count = min(self.chance.randint(1, MOST_AT_ONCE), left)
            await self._place_one(await self._wish(count))
            await asyncio.sleep(seconds * count / total)

    async def _wish(self, count: int) -> Wish:
        inputs = await self._inputs()
        source = any(one.parameter == "image" for one in inputs)
        return Wish(
            NAME,
            Operation.IMAGE_TO_IMAGE if source else Operation.TEXT_TO_IMAGE,
            prompt=f"order {len(self.given)}",
            parameters={"count": self.chance.randint(1, 3)},
            inputs=inputs,
            count=count,
        )

    async def _inputs(self) -> tuple[Given, ...]:
        """Of every two orders, one is made from what came of another before."""
        made = await self._made() if self.given and self.chance.random() < 0.7 else []
        if not made:
            return ()
        source = [Given("image", made[0])] if self.chance.random() < 0.7 else []
        style = [Given("styleReferences", one) for one in made[len(source) :]]
        return tuple(source + style)

    async def _made(self) -> list[str]:
        """The outputs of a generation of before, or of another if it has none yet."""
        former = self.chance.choice(list(self.given))
        try:
            found = await outputs(self.rooms.graph, [self.workspace], [former])
        except GraphError:
            return self._known
        self._known = [one.id for one in found.get(former, [])] or self._known
        return self._known

    async def _place_one(self, wish: Wish) -> None:
        """As often as it takes, under one key."""
        once = new_id()
        while True:
            try:
                placed = await order.place(self.rooms, self.actor, self.workspace, wish, once=once)
            except GraphError:
                self.refused += 1
                await asyncio.sleep(AGAIN_SECONDS)
            else:
                self._note(wish, placed)
                return

    def _note(self, wish: Wish, placed: list[Generation]) -> None:
        self.given |= {one.id: wish.inputs for one in placed}
