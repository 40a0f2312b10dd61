"""Providers as all workers see them: whether each can be used now, and if not, when again."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from graph import entry
from graph.actor import Actor
from graph.catalog import query
from graph.driver import Graph, Transaction
from graph.generation import Price
from graph.identifier import maybe_instant, now

GET = query("provider/get")
LOCK = query("provider/lock")
SET = query("provider/set")
DUE = query("provider/due")
# Providers are of no workspace; their changes are told under this name.
PLACE = "providers"


class ProviderState(StrEnum):
    """Whether a provider can be used."""

    CONNECTED = "CONNECTED"
    DEGRADED = "DEGRADED"
    CIRCUIT_OPEN = "CIRCUIT_OPEN"
    DISCONNECTED = "DISCONNECTED"
    NOT_CONFIGURED = "NOT_CONFIGURED"


NAMES = {
    "balance_micros": "balanceMicros",
    "balance_unit": "balanceUnit",
    "open_until": "openUntil",
    "rest_until": "restUntil",
    "checked_at": "checkedAt",
}
USABLE = frozenset({ProviderState.CONNECTED, ProviderState.DEGRADED})


@dataclass(frozen=True)
class Circuit:
    """How a provider stands; fields stand in the order of `cypher/fragment/circuit.cypher`.

    `failures` counts those in a row, `opened` how often the circuit opened since it last held.
    `rest_until` is when it said it has room again."""

    name: str
    state: ProviderState = ProviderState.DISCONNECTED
    message: str = "It was not looked at yet."
    failures: int = 0
    opened: int = 0
    balance_micros: int | None = None
    balance_unit: str | None = None
    open_until: datetime | None = None
    rest_until: datetime | None = None
    checked_at: datetime | None = None

    @property
    def retry_at(self) -> datetime | None:
        """When it is tried again, if it is not used now."""
        return self.open_until or self.rest_until

    @property
    def balance(self) -> Price | None:
        """What the account had left when it was looked at, if the provider tells."""
        return Price.of(self.balance_micros, self.balance_unit)

    @property
    def usable(self) -> bool:
        return self.state in USABLE

    def rests(self, at: datetime) -> bool:
        return self.rest_until is not None and self.rest_until > at

    @classmethod
    def from_columns(cls, columns: Sequence[Any]) -> Self:
        name, state, *plain = columns[:-3]
        if state is None:
            return cls(name)
        return cls(name, ProviderState(state), *plain, *map(maybe_instant, columns[-3:]))

    def values(self) -> dict[str, object]:
        told = asdict(self)
        return {NAMES.get(name, name): value for name, value in told.items()}


async def get_many(graph: Graph, names: Sequence[str]) -> dict[str, Circuit]:
    """How these providers stand; one that no worker looked at yet is missing."""
    rows = await graph.read(GET, names=list(names))
    found = (Circuit.from_columns(row["circuit"]) for row in rows)
    return {one.name: one for one in found}


async def due(graph: Graph, names: Sequence[str], within: timedelta) -> list[str]:
    """Those that the caller is to look at now, and nobody else within the time."""

    async def work(tx: Transaction) -> list[str]:
        at = now()
        rows = await tx.run(DUE, names=list(names), at=at, until=at + within)
        return [row["name"] for row in rows]

    return await graph.write(work)


async def change(
    graph: Graph, actor: Actor, name: str, decide: Callable[[Circuit, datetime], Circuit]
) -> Circuit:
    """Has a provider stand as decided from how it stands; two that decide at once take turns."""

    async def work(tx: Transaction) -> Circuit:
        at = now()
        rows = await tx.run(LOCK, name=name, at=at)
        before = Circuit.from_columns(rows[0]["circuit"])
        after = decide(before, at)
        if after != before:
            again = {"checkAt": after.open_until} if after.open_until else {}
            await tx.run(SET, name=name, values={**after.values(), **again})
        if _told(after) != _told(before):
            detail = {"state": after.state, "message": after.message}
            await entry.record(tx, actor, "provider.state", name, workspace=PLACE, **detail)
        return after

    return await graph.write(work)


def _told(circuit: Circuit) -> tuple[Any, ...]:
    """What watchers are told of. The message of one that is well may be another at every look."""
    well = circuit.state is ProviderState.CONNECTED
    message = None if well else circuit.message
    return circuit.state, message, circuit.open_until, circuit.rest_until
