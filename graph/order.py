"""Orders: generations that are queued together, from one to ten thousand."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from graph import entry
from graph.activity import Used
from graph.actor import Actor
from graph.catalog import Query, query
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
TRIES = 5
Wanted = Mapping[str, Any] | None  # the other end of an edge, where there is one


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

    @property
    def again(self) -> bool:
        """Whether it makes once more what was ordered before."""
        return self.retry_of is not None or self.rerun_of is not None

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


@dataclass(frozen=True)
class Batch:
    """Generations of one order. With `once` they are queued once; `field` names the input at fault
    where something that they need is gone."""

    order: Order
    new: Sequence[NewGeneration]
    once: str | None = None
    field: str | None = None

    @property
    def ids(self) -> list[str]:
        return [one.id for one in self.new]

    @property
    def keys(self) -> list[str]:
        return [f"{self.once}#{index}" for index in range(len(self.new))] if self.once else []


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
    [made] = await queue_all(graph, actor, workspace, [Batch(order, new, once)])
    return made


async def queue_all(
    graph: Graph, actor: Actor, workspace: str, batches: Sequence[Batch]
) -> list[list[Generation]]:
    """The same of many orders, all or none; what each queued, now or before."""

    async def work(tx: Transaction) -> list[list[Generation]]:
        found = await _found(tx, workspace, batches)
        new = [index for index in range(len(batches)) if not found[index]]
        made = await add(tx, actor, workspace, [batches[index] for index in new]) if new else []
        return [found[index] or made[new.index(index)] for index in range(len(batches))]

    for _ in range(TRIES - 1):
        with suppress(AlreadyThere):  # another of two at once won between our look and our write
            return await graph.write(work, WRITE_SECONDS)
    return await graph.write(work, WRITE_SECONDS)


async def _found(
    tx: Transaction, workspace: str, batches: Sequence[Batch]
) -> list[list[Generation]]:
    """What the keys of each made before."""
    keys = [key for each in batches for key in each.keys]
    rows = await tx.run(FIND_ONCE, workspace=workspace, keys=keys) if keys else []
    made = {row["key"]: Generation.from_columns(row["generation"]) for row in rows}
    return [[made[key] for key in each.keys if key in made] for each in batches]


async def add(
    tx: Transaction, actor: Actor, workspace: str, batches: Sequence[Batch]
) -> list[list[Generation]]:
    """The same in a transaction under way, without a look whether they are there."""
    lanes = {lane(one.order.provider, actor.user): one.order.provider for one in batches}
    made = await tx.run(
        CREATE,
        rows=[row for one in batches for row in _rows(actor, workspace, one)],
        lanes=[{"key": key, "provider": lanes[key]} for key in sorted(lanes)],
        user=actor.user,
        at=now(),
    )
    await _join(tx, workspace, batches)
    changes = [change for one in batches for change in _changes(one)]
    await entry.record_all(tx, actor, workspace, changes)
    found = (Generation.from_columns(row["generation"]) for row in made)
    return [list(islice(found, len(one.new))) for one in batches]


def _rows(actor: Actor, workspace: str, batch: Batch) -> list[dict[str, object]]:
    """The properties of the generations, those apart that have no value."""
    common = {
        **batch.order.properties(),
        "provider": batch.order.provider,
        "lane": lane(batch.order.provider, actor.user),
        "workspace": workspace,
        "request": REQUEST_ID.get(),
        "trace": tracing.carrier().get("traceparent"),
    }
    known = {name: value for name, value in common.items() if value is not None}
    keys: Sequence[str | None] = batch.keys or [None] * len(batch.new)
    return [_row(known, one, key) for one, key in zip(batch.new, keys, strict=True)]


def _row(known: dict[str, object], new: NewGeneration, key: str | None) -> dict[str, object]:
    row = {**known, "id": new.id, "place": new.place, "parameters": canonical(new.parameters)}
    row |= {"seed": new.seed} if new.seed is not None else {}
    return row | ({"idempotencyKey": key} if key else {})


def _changes(batch: Batch) -> list[entry.Change]:
    order = batch.order
    told: dict[str, object] = {"provider": order.provider, "operation": order.operation}
    told |= {"retryOf": order.retry_of} if order.retry_of else {}
    told |= {"rerunOf": order.rerun_of} if order.rerun_of else {}
    return [entry.Change("generation.queue", one, told) for one in batch.ids]


def _uses(order: Order) -> Wanted:
    inputs = [{"asset": one.asset_id, "properties": one.properties()} for one in order.inputs]
    return {"inputs": inputs} if inputs else None


def _runs(order: Order) -> Wanted:
    return {"workflow": order.workflow} if order.workflow else None


def _is_for(order: Order) -> Wanted:
    return {"subject": order.subject, "again": order.again} if order.subject else None


EDGES: tuple[tuple[Query, Callable[[Order], Wanted], str, str], ...] = (
    (USE, _uses, "inputs", "an asset is not there any more, or was deleted"),
    (RUN_ON, _runs, "workflowId", "there is no such workflow"),
    (MAKE_FOR, _is_for, "subjectId", "there is no such subject"),
)


async def _join(tx: Transaction, workspace: str, batches: Sequence[Batch]) -> None:
    """The edges to all that they are made from, run on and are for; refuses what is not there."""
    for text, wanted, field_name, problem in EDGES:
        lacking = await _lacking(tx, text, workspace, batches, wanted)
        if lacking:
            raise NotFound(lacking.field or field_name, problem)
    retries = [{"id": one.ids[0], "former": one.order.retry_of} for one in batches]
    reruns = [{"id": one.ids[0], "former": one.order.rerun_of} for one in batches]
    for kind, found in (("RETRY_OF", retries), ("RERUN_OF", reruns)):
        rows = [row for row in found if row["former"]]
        if rows:
            await tx.run(FOLLOW_ON.render(kind=kind), workspace=workspace, rows=rows)


async def _lacking(
    tx: Transaction,
    text: Query,
    workspace: str,
    batches: Sequence[Batch],
    wanted: Callable[[Order], Wanted],
) -> Batch | None:
    """Joins each to what it wants; the first of which something is not there, if there is one."""
    wants = {index: want for index, one in enumerate(batches) if (want := wanted(one.order))}
    orders = [{**want, "index": index, "ids": batches[index].ids} for index, want in wants.items()]
    rows = await tx.run(text, workspace=workspace, orders=orders) if orders else []
    found = {row["index"]: row["found"] for row in rows}
    for index, want in wants.items():
        if found.get(index, 0) != len(batches[index].new) * len(want.get("inputs", "1")):
            return batches[index]
    return None
