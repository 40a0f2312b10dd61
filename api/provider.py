"""Providers as GraphQL shows them: what each can do, and whether it can be used now."""

from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated

import strawberry
from strawberry.scalars import JSON

from api import generation_enum as _enum  # noqa: F401  registers the enums
from api.context import Context, Info
from api.generation import CostType, cost_of
from api.live import cursor_of, watching
from api.live_event import After, LiveEvent
from api.pause import paused
from graph import provider
from graph.edge import EdgeKind, MediaType, Operation
from graph.generation import Price
from graph.identifier import now
from graph.provider import PLACE, Circuit, ProviderState
from providers.contract import Ability, Detail, InputRule, Plugin
from providers.registry import plugins
from workers.feed_event import Happening, Told

# Workers look at each provider far more often.
STALE = timedelta(seconds=90)
LOOK_SECONDS = 30.0


@strawberry.type(name="ProviderInput", description="An input that takes assets.")
class ProviderInputType:
    name: str = strawberry.field(description="What it is called as a `parameter` of an input.")
    kind: EdgeKind = strawberry.field(description="What an asset given to it is to the outputs.")
    media_types: list[MediaType] = strawberry.field(description="What assets it takes.")
    description: str = strawberry.field(description="What it is for.")
    least: int = strawberry.field(description="How many at least.")
    most: int = strawberry.field(description="How many at most.")
    details: list[Detail] = strawberry.field(description="What can be said along with each.")


@strawberry.type(name="ProviderAbility", description="An operation that a provider does.")
class ProviderAbilityType:
    operation: Operation = strawberry.field(description="What is done.")
    outputs: list[MediaType] = strawberry.field(
        description="What comes of it; of several, what it is given decides."
    )
    description: str = strawberry.field(description="What it does, in a sentence.")
    parameters: JSON = strawberry.field(
        description="The JSON Schema of its `parameters`, with defaults and bounds."
    )
    inputs: list[ProviderInputType] = strawberry.field(description="The assets it takes.")


@strawberry.type(name="Provider", description="A service that makes media.")
class ProviderType:
    name: str = strawberry.field(description="What it is called here.")
    title: str = strawberry.field(description="What people call it.")
    state: ProviderState = strawberry.field(description="Whether it can be used now.")
    message: str = strawberry.field(description="What that means, and what to do about it.")
    retry_in_seconds: float | None = strawberry.field(
        name="retryIn", description="Seconds until it is tried again, if it is not used now."
    )
    checked_at: datetime | None = strawberry.field(description="When a worker last looked at it.")
    balance: CostType | None = strawberry.field(
        description="What the account there had left then; null if the provider does not tell."
    )
    workflows: bool = strawberry.field(description="Whether it runs workflows.")
    abilities: list[ProviderAbilityType] = strawberry.field(
        description="What it can do; one that runs workflows does what they do."
    )


@strawberry.type(description="That providers can be used, or cannot any more.")
class ProviderStateChange(LiveEvent):
    providers: list[ProviderType] = strawberry.field(
        description="Those it is about; with ATTACHED and MISSED all."
    )


@dataclass(frozen=True)
class _Standing:
    """How a provider stands, for a person."""

    state: ProviderState
    message: str
    retry_at: datetime | None = None
    checked_at: datetime | None = None
    balance: Price | None = None


def _standing(plugin: Plugin, circuit: Circuit | None, *, configured: bool) -> _Standing:
    if not configured:
        return _Standing(ProviderState.NOT_CONFIGURED, plugin.setup)
    found = circuit or Circuit(plugin.name)
    if found.checked_at is None:
        told = "No worker looked at it yet. Start one: `pedigree worker`."
        return _Standing(ProviderState.DISCONNECTED, told)
    if found.checked_at + STALE < now():
        told = "No worker looks at it any more. Start one: `pedigree worker`."
        return _Standing(ProviderState.DISCONNECTED, told, None, found.checked_at, found.balance)
    return _Standing(found.state, found.message, found.retry_at, found.checked_at, found.balance)


def _provider(context: Context, plugin: Plugin, circuit: Circuit | None) -> ProviderType:
    standing = _standing(plugin, circuit, configured=plugin.name in context.rooms.providers)
    left = (standing.retry_at - now()).total_seconds() if standing.retry_at else None
    return ProviderType(
        name=plugin.name,
        title=plugin.title,
        state=standing.state,
        message=standing.message,
        retry_in_seconds=left if left is None else max(left, 0.0),
        checked_at=standing.checked_at,
        balance=cost_of(standing.balance),
        workflows=plugin.workflows,
        abilities=[_ability(one) for one in plugin.abilities],
    )


def _ability(ability: Ability) -> ProviderAbilityType:
    return ProviderAbilityType(
        operation=Operation(ability.operation),
        outputs=[MediaType(one) for one in (ability.output, *ability.also)],
        description=ability.description,
        parameters=JSON(ability.parameters),
        inputs=[_input(rule) for rule in ability.inputs],
    )


def _input(rule: InputRule) -> ProviderInputType:
    return ProviderInputType(
        name=rule.name,
        kind=EdgeKind(rule.kind),
        media_types=[MediaType(one) for one in rule.media_types],
        description=rule.description,
        least=rule.least,
        most=rule.most,
        details=sorted(rule.details),
    )


async def _all(context: Context, only: str | None = None) -> list[ProviderType]:
    circuits = await provider.get_many(context.graph, list(plugins()))
    return [
        _provider(context, plugin, circuits.get(name))
        for name, plugin in plugins().items()
        if only in (None, name)
    ]


@strawberry.type
class ProviderQuery:
    @strawberry.field(description="The services that make media, configured or not.")
    @staticmethod
    async def providers(info: Info) -> list[ProviderType]:
        return await _all(info.context)

    @strawberry.field(description="One of them by its name; null if there is none.")
    @staticmethod
    async def provider(
        info: Info,
        name: Annotated[str, strawberry.argument(description="Its name, such as `local`.")],
    ) -> ProviderType | None:
        return next(iter(await _all(info.context, name)), None)


@strawberry.type
class ProviderSubscription:
    @strawberry.subscription(
        description="Tells how all providers stand, and again of each that changes."
    )
    @staticmethod
    async def provider_state_changed(
        info: Info, after: After = None
    ) -> AsyncIterator[ProviderStateChange]:
        context, cursor = info.context, after or ""
        states: dict[str, ProviderState] = {}
        async with (
            watching(context, PLACE, after, shared=True) as events,
            aclosing(paused(events, LOOK_SECONDS)) as told_or_not,
        ):
            async for told in told_or_not:
                cursor = cursor_of(told) if told else cursor
                found = await _told(context, told, states)
                states |= {one.name: one.state for one in found}
                if found:
                    yield ProviderStateChange(
                        cursor=cursor,
                        at=told.event.at if told else now(),
                        happening=told.event.happening if told else Happening.PROVIDER,
                        providers=found,
                    )


async def _told(
    context: Context, told: Told | None, states: Mapping[str, ProviderState]
) -> list[ProviderType]:
    """Those that an event is about. Without one, those whose state is another than was told: that
    no worker looks at them any more is an event that nobody can tell of."""
    if told is None:
        return [one for one in await _all(context) if states.get(one.name) is not one.state]
    only = told.event.provider if told.event.happening is Happening.PROVIDER else None
    return await told.once(only, partial(_all, context, only))
