"""Orders: generations that are queued together, from one to ten thousand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graph import entry
from graph.activity import Used
from graph.actor import Actor
from graph.catalog import query
from graph.driver import Graph, Transaction
from graph.edge import Operation
from graph.error import AlreadyThere, NotFound
from graph.generation import URGENCIES, Generation, Urgency
from graph.identifier import canonical, new_id, now
from telemetry import tracing
from telemetry.request import REQUEST_ID

CREATE = query("order/create")
USE = query("order/use")
RUN_ON = query("order/run_on")
MAKE_FOR = query("order/make_for")
FOLLOW_ON = query("order/follow_on")
FIND_ONCE = query("order/find_once")
GENERATIONS_MAX = 10_000
WRITE_SECONDS = 60.0


@dataclass(frozen=True)
class NewGeneration:
    """One of those that are queued together: what differs between them."""

    parameters: Mapping[str, Any]
    place: str
    seed: str | None = None
    id: str = field(default_factory=new_id)


@dataclass(frozen=True)
class Order:
    """What generations queued together have in common."""

    provider: str
    operation: Operation
    name: str | None = None
    prompt: str | None = None
    model: str | None = None
    subject: str | None = None
    slot: str | None = None
    workflow: str | None = None
    urgency: Urgency = Urgency.NORMAL
    inputs: tuple[Used, ...] = ()
    retry_of: str | None = None
    rerun_of: str | None = None

    def properties(self) -> dict[str, object]:
        return {
            "operation": self.operation,
            "name": self.name,
            "prompt": self.prompt,
            "model": self.model,
            "subject": self.subject,
            "slot": self.slot,
            "workflow": self.workflow,
            "urgency": URGENCIES[self.urgency],
            "retryOf": self.retry_of,
            "rerunOf": self.rerun_of,
        }


def lane(provider: str, user: str) -> str:
    """The queue of a user at a provider."""
    return f"{provider}/{user}"


async def queue(
    graph: Graph,
    actor: Actor,
    workspace: str,
    order: Order,
    new: Sequence[NewGeneration],
    *,
    once: str | None = None,
) -> list[Generation]:
    """Queues generations, all or none; those of before for an idempotency key of before."""
    keys = [f"{once}#{index}" for index in range(len(new))] if once else []

    async def work(tx: Transaction) -> list[Generation]:
        found = await tx.run(FIND_ONCE, workspace=workspace, keys=keys) if keys else []
        if found:
            return [Generation.from_columns(row["generation"]) for row in found]
        return await add(tx, actor, workspace, order, new, keys=keys)

    try:
        return await graph.write(work, WRITE_SECONDS)
    except AlreadyThere:  # the other of two at once won between our look and our write
        return await graph.write(work, WRITE_SECONDS)


async def add(
    tx: Transaction,
    actor: Actor,
    workspace: str,
    order: Order,
    new: Sequence[NewGeneration],
    *,
    keys: Sequence[str] = (),
) -> list[Generation]:
    """The same in a transaction under way, without a look whether they are there."""
    common = {
        **order.properties(),
        "workspace": workspace,
        "request": REQUEST_ID.get(),
        "trace": tracing.carrier().get("traceparent"),
    }
    rows = [
        {
            **common,
            "id": one.id,
            "place": one.place,
            "seed": one.seed,
            "parameters": canonical(one.parameters),
            "idempotencyKey": keys[index] if keys else None,
        }
        for index, one in enumerate(new)
    ]
    ids = [one.id for one in new]
    made = await tx.run(
        CREATE,
        rows=[{name: value for name, value in row.items() if value is not None} for row in rows],
        lane=lane(order.provider, actor.user),
        provider=order.provider,
        user=actor.user,
        at=now(),
    )
    await _join(tx, workspace, order, ids)
    told: dict[str, object] = {"provider": order.provider, "operation": order.operation}
    told |= {"retryOf": order.retry_of} if order.retry_of else {}
    told |= {"rerunOf": order.rerun_of} if order.rerun_of else {}
    changes = [entry.Change("generation.queue", one, told) for one in ids]
    await entry.record_all(tx, actor, workspace, changes)
    return [Generation.from_columns(row["generation"]) for row in made]


async def _join(tx: Transaction, workspace: str, order: Order, ids: list[str]) -> None:
    """The edges to all that they are made from, run on and are for; refuses what is not there."""
    where = {"workspace": workspace, "ids": ids}
    if order.inputs:
        inputs = [{"asset": one.asset_id, "properties": one.properties()} for one in order.inputs]
        rows = await tx.run(USE, **where, inputs=inputs)
        if rows[0]["found"] != len(inputs) * len(ids):
            raise NotFound("inputs", "an asset is not there any more, or was deleted")
    for text, field_name, parameter, target in (
        (RUN_ON, "workflowId", "workflow", order.workflow),
        (MAKE_FOR, "subjectId", "subject", order.subject),
    ):
        if target:
            rows = await tx.run(text, **where, **{parameter: target})
            if rows[0]["found"] != len(ids):
                raise NotFound(field_name, f"there is no such {parameter}")
    for kind, former in (("RETRY_OF", order.retry_of), ("RERUN_OF", order.rerun_of)):
        if former:
            await tx.run(FOLLOW_ON.render(kind=kind), workspace=workspace, id=ids[0], former=former)
