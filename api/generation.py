"""Generations as GraphQL shows them."""

import base64
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Self

import orjson
import strawberry
from strawberry.dataloader import DataLoader
from strawberry.scalars import JSON

from api import generation_enum as _enum  # noqa: F401  registers the enums
from api.context import Context, Info
from api.node import Node
from api.page import After, Connection, First, connection, from_cursor, page_size, to_cursor
from api.search import WorkspaceArgument
from api.subject import SubjectType
from api.workflow import WorkflowType
from graph import activity, dispatch, generation, subject, workflow
from graph.activity import Input
from graph.asset import Asset
from graph.edge import EdgeKind, Operation
from graph.generation import Detail, Failure, Generation, GenerationState, Price, Urgency
from graph.role import Permission
from graph.subject import Subject
from graph.workflow import Workflow
from planning.dispatch import position

if TYPE_CHECKING:
    from api.asset import AssetType

LazyAsset = Annotated["AssetType", strawberry.lazy("api.asset")]
Root = strawberry.Parent[Generation]


@strawberry.type(name="Cost", description="An amount, and what it is counted in.")
class CostType:
    amount: Decimal = strawberry.field(description="How much.")
    unit: str = strawberry.field(description="Of what: `USD`, or the provider's own `credits`.")


@strawberry.type(name="GenerationInput", description="What a generation is made from.")
class InputType:
    asset: LazyAsset = strawberry.field(description="The asset.")
    kind: EdgeKind = strawberry.field(description="What it is to the outputs.")
    sequence: int = strawberry.field(description="Order among the inputs, from 0.")
    parameter: str | None = strawberry.field(
        description="The input it was given for; null where it is lineage alone."
    )
    prompt: str | None = strawberry.field(description="The words that went with it.")
    name: str | None = strawberry.field(description="What the prompt calls it.")
    start_seconds: float | None = strawberry.field(description="From where in it.")
    end_seconds: float | None = strawberry.field(description="To where in it.")
    frame: int | None = strawberry.field(description="Which frame of it.")
    duration_seconds: float | None = strawberry.field(description="For how long.")

    @classmethod
    def of(cls, found: Input) -> Self:
        told = {name: getattr(found.used, name) for name in cls.__annotations__ if name != "asset"}
        return cls(asset=found.asset, **told)  # type: ignore[arg-type]


async def _detail(root: Generation, info: Info) -> Detail | None:
    return await info.context.loaders.of(generation.details).load(root.id)


def _json(text: str | None) -> JSON | None:
    return JSON(orjson.loads(text)) if text else None


async def _one(info: Info, number: str | None) -> Generation | None:
    loader = info.context.loaders.of(generation.get_many)
    return await loader.load(number) if number else None


def positions(context: Context) -> DataLoader[str, int | None]:
    """How many begin before each of those that wait."""
    return context.loaders.alike("position", partial(_positions, context))


async def _positions(context: Context, ids: Sequence[str]) -> dict[str, int]:
    # Whoever is told of an event may read its workspace, and there is nothing else in it.
    within = [context.told.event.workspace] if context.told else context.readable
    found = await dispatch.ahead(context.graph, within, ids)
    return {number: position(ahead) for number, ahead in found.items()}


@strawberry.type(
    name="Generation", description="Something a provider was asked to make, and what came of it."
)
class GenerationType(Node):
    workspace_id: strawberry.ID = strawberry.field(description="The workspace it is in.")
    provider: str = strawberry.field(description="The service that makes it.")
    operation: Operation = strawberry.field(description="What is done.")
    state: GenerationState = strawberry.field(description="Where it is.")
    name: str | None = strawberry.field(description="What people call it, and its outputs.")
    prompt: str | None = strawberry.field(description="The words it is made from.")
    seed: str | None = strawberry.field(description="The seed, as text.")
    model: str | None = strawberry.field(description="The model.")
    slot: str | None = strawberry.field(description="What its outputs are to be used as.")
    urgency: Urgency = strawberry.field(description="How urgent it is.")
    attempt: int = strawberry.field(description="How often a provider took it.")
    progress: float | None = strawberry.field(description="How much of it is done, 0 to 1.")
    stage: str | None = strawberry.field(description="What is being done right now.")
    failure: Failure | None = strawberry.field(description="Why it failed, if it did.")
    problem: str | None = strawberry.field(
        description="What went wrong, for a person; also while it waits to be tried again."
    )
    provider_job: str | None = strawberry.field(description="The provider's number of it.")
    created_by: strawberry.ID = strawberry.field(description="The user who asked for it.")
    created_at: datetime = strawberry.field(description="When.")
    updated_at: datetime = strawberry.field(description="When it last changed.")
    started_at: datetime | None = strawberry.field(description="When a worker began with it.")
    ended_at: datetime | None = strawberry.field(description="When it ended.")
    not_before: datetime | None = strawberry.field(
        description="When it is tried again at the earliest."
    )
    cancel_asked_at: datetime | None = strawberry.field(description="When it was called off.")
    cleared_at: datetime | None = strawberry.field(description="When it was put away.")
    quoted: CostType | None = strawberry.field(
        description="What the provider said it would cost.", graphql_type=CostType | None
    )
    billed: CostType | None = strawberry.field(
        description="What it cost, as far as the provider told.", graphql_type=CostType | None
    )

    @classmethod
    def is_type_of(cls, value: Any, info: Any) -> bool:  # noqa: ARG003
        return isinstance(value, Generation)

    @strawberry.field(
        description="How many begin before it at its provider, as things stand, from 0; null unless it waits. Each user has a turn; the more urgent are before all."
    )
    @staticmethod
    async def position(root: Root, info: Info) -> int | None:
        waits = root.state is GenerationState.QUEUED
        return await positions(info.context).load(root.id) if waits else None

    @strawberry.field(
        description="How it looks so far, as a `data:` address of a small picture; null if its provider shows nothing."
    )
    @staticmethod
    async def preview(root: Root, info: Info) -> str | None:
        if root.state is not GenerationState.RUNNING:
            return None
        loader = info.context.loaders.alike("preview", info.context.rooms.feed.shown)
        shown = await loader.load(root.id)
        return f"data:{shown[0]};base64,{base64.b64encode(shown[1]).decode()}" if shown else None

    @strawberry.field(description="What it is made from, in order.")
    @staticmethod
    async def inputs(root: Root, info: Info) -> list[InputType]:
        found = await info.context.loaders.of(activity.inputs).load(root.id) or []
        return [InputType.of(one) for one in found]

    @strawberry.field(description="What it made, in order.", graphql_type=list[LazyAsset])
    @staticmethod
    async def outputs(root: Root, info: Info) -> list[Asset]:
        return await info.context.loaders.of(activity.outputs).load(root.id) or []

    @strawberry.field(description="What it is for.", graphql_type=SubjectType | None)
    @staticmethod
    async def subject(root: Root, info: Info) -> Subject | None:
        loader = info.context.loaders.of(subject.get_many)
        return await loader.load(root.subject_id) if root.subject_id else None

    @strawberry.field(
        description="The version of a workflow that it runs.", graphql_type=WorkflowType | None
    )
    @staticmethod
    async def workflow(root: Root, info: Info) -> Workflow | None:
        loader = info.context.loaders.of(workflow.get_many)
        return await loader.load(root.workflow_id) if root.workflow_id else None

    @strawberry.field(
        description="The generation that it retries.",
        graphql_type=Annotated["GenerationType", strawberry.lazy("api.generation")] | None,
    )
    @staticmethod
    async def retry_of(root: Root, info: Info) -> Generation | None:
        return await _one(info, root.retry_of_id)

    @strawberry.field(
        description="The generation that it repeats.",
        graphql_type=Annotated["GenerationType", strawberry.lazy("api.generation")] | None,
    )
    @staticmethod
    async def rerun_of(root: Root, info: Info) -> Generation | None:
        return await _one(info, root.rerun_of_id)

    @strawberry.field(
        description=f"Those that retry or repeat it, oldest first; at most {activity.FOLLOWERS_MAX}.",
        graphql_type=list[Annotated["GenerationType", strawberry.lazy("api.generation")]],
    )
    @staticmethod
    async def followers(root: Root, info: Info) -> list[Generation]:
        return await info.context.loaders.of(activity.followers).load(root.id) or []

    @strawberry.field(
        description="What was asked for, with all that was left out filled in; of a workflow what was set in it, as `node.input`."
    )
    @staticmethod
    async def parameters(root: Root, info: Info) -> JSON | None:
        found = await _detail(root, info)
        return _json(found.parameters) if found else None

    @strawberry.field(
        description="The models that took part: `name`, and the `hash` of the file if it was told."
    )
    @staticmethod
    async def models(root: Root, info: Info) -> JSON | None:
        found = await _detail(root, info)
        return _json(found.models) if found else None

    @strawberry.field(description="What was sent to the provider, without bytes and secrets.")
    @staticmethod
    async def provider_request(root: Root, info: Info) -> JSON | None:
        found = await _detail(root, info)
        return _json(found.request) if found else None

    @strawberry.field(description="What the provider said at the end.")
    @staticmethod
    async def provider_answer(root: Root, info: Info) -> JSON | None:
        found = await _detail(root, info)
        return _json(found.answer) if found else None


def cost_of(price: Price | None) -> CostType | None:
    return CostType(amount=price.amount, unit=price.unit) if price else None


@strawberry.input(description="Which generations; everything given must hold.")
class GenerationFilter:
    states: list[GenerationState] | None = strawberry.field(
        default=None, description="In one of these states."
    )
    providers: list[str] | None = strawberry.field(
        default=None, description="By one of these providers."
    )
    subject: strawberry.ID | None = strawberry.field(default=None, description="For this subject.")
    slot: str | None = strawberry.field(default=None, description="For this slot.")
    user: strawberry.ID | None = strawberry.field(
        default=None, description="Asked for by this user."
    )
    cleared: bool = strawberry.field(
        default=False, description="Show those that were put away too."
    )


@strawberry.type
class GenerationQuery:
    @strawberry.field(
        description="A generation by its id; null if there is none that you may see.",
        graphql_type=GenerationType | None,
    )
    @staticmethod
    async def generation(info: Info, id: strawberry.ID) -> Generation | None:  # noqa: A002
        return await _one(info, id)

    @strawberry.field(
        description="The generations of a workspace, newest first.",
        graphql_type=Connection[GenerationType],
    )
    @staticmethod
    async def generations(
        info: Info,
        filter: Annotated[  # noqa: A002
            GenerationFilter | None,
            strawberry.argument(description="Which; all that were not put away, if left out."),
        ] = None,
        first: First = 50,
        after: After = None,
        workspace: WorkspaceArgument = None,
    ) -> Connection[Generation]:
        home = info.context.workspace(workspace, Permission.READ)
        size = page_size(first)
        key = from_cursor(after, str)
        criteria = generation.Criteria(**vars(filter)) if filter else generation.Criteria()
        found = await generation.list_generations(
            info.context.graph, home, criteria, before=key[0] if key else None, limit=size + 1
        )
        return connection(found, size, after, lambda one: to_cursor(one.id))
