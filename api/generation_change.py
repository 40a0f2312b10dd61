"""Generations asked for and changed, as GraphQL takes it."""

from typing import Annotated, Any

import strawberry
from strawberry.scalars import JSON

from api import generation_enum as _enum  # noqa: F401  registers the enums
from api.context import Info
from api.error import (
    Conflict,
    InvalidInput,
    LimitExceeded,
    LimitExceededError,
    NotAllowed,
    NotFound,
    Unavailable,
)
from api.generation import GenerationType
from api.subject import changeable
from graph import error as graph_error
from graph import generation, queue, text
from graph.edge import EdgeKind, Operation
from graph.generation import Generation, Urgency
from graph.role import Permission
from graph.slot import checked_slot
from planning.place import between
from workers import again, order, quick
from workers.order import Given, Wish
from workers.workflow import PROVIDER

INPUTS_MAX = 100
PARAMETERS = "What else to set, by name; `providers` tells what there is, and what is left out gets its default. For a workflow `node.input` names what it overrides."


@strawberry.input(description="An asset to make something from.")
class AssetInput:
    parameter: str = strawberry.field(
        description="What it is given for, such as `image` or `styleReferences`; `providers` tells. For a workflow `node.input`."
    )
    asset_id: strawberry.ID = strawberry.field(description="The asset.")
    prompt: str | None = strawberry.field(default=None, description="Words that go with it.")
    name: str | None = strawberry.field(default=None, description="What the prompt calls it.")
    start_seconds: float | None = strawberry.field(default=None, description="From where in it.")
    end_seconds: float | None = strawberry.field(default=None, description="To where in it.")
    frame: int | None = strawberry.field(default=None, description="Which frame of it.")
    duration_seconds: float | None = strawberry.field(default=None, description="For how long.")


@strawberry.input(description="What all that asks for generations may say.")
class Asked:
    prompt: str | None = strawberry.field(default=None, description="The words to make it from.")
    count: int = strawberry.field(
        default=1,
        description="How often, each with a seed of its own; one given counts on from there.",
    )
    urgency: Urgency = strawberry.field(default=Urgency.NORMAL, description="How urgent it is.")
    idempotency_key: str | None = strawberry.field(
        default=None, description="Sent twice, the same key gives the same generations."
    )


@strawberry.input(description="What to make: an operation of a provider, or a workflow.")
class GenerateInput(Asked):
    provider: str | None = strawberry.field(
        default=None,
        description="Which provider, such as `local`; left out, the one that runs workflows.",
    )
    operation: Operation | None = strawberry.field(
        default=None, description="What to do; may be left out with a workflow."
    )
    workflow_id: strawberry.ID | None = strawberry.field(
        default=None, description="The version of a workflow to run."
    )
    parameters: JSON | None = strawberry.field(default=None, description=PARAMETERS)
    inputs: list[AssetInput] = strawberry.field(
        default_factory=list, description=f"What to make it from; at most {INPUTS_MAX}."
    )
    name: str | None = strawberry.field(default=None, description="What to call the outputs.")
    subject_id: strawberry.ID | None = strawberry.field(
        default=None, description="What it is for: outputs are of it, workflows take its fields."
    )
    slot: str | None = strawberry.field(
        default=None, description="What for: `portrait`, `sprite`, `backdrop`, `item`, `custom:…`."
    )
    workspace: strawberry.ID | None = strawberry.field(
        default=None, description="Which workspace; may be left out by members of one only."
    )


@strawberry.input(description="A subject, a slot, a count, and go.")
class QuickGenerateInput(Asked):
    subject_id: strawberry.ID = strawberry.field(description="Whom or what to show.")
    slot: str = strawberry.field(
        description="As what; the slot's current workflow is run, or the built-in provider."
    )


@strawberry.input(description="An asset to make variations of.")
class CreateVariationInput(Asked):
    asset_id: strawberry.ID = strawberry.field(description="The asset they take after.")
    provider: str | None = strawberry.field(
        default=None, description="By which provider; left out, the asset's own, or the built-in."
    )
    workflow_id: strawberry.ID | None = strawberry.field(
        default=None, description="By a workflow that takes a picture."
    )
    parameters: JSON | None = strawberry.field(default=None, description=PARAMETERS)


@strawberry.input(description="A generation to make once more.")
class RerunGenerationInput:
    id: strawberry.ID = strawberry.field(description="One that was completed.")
    parameters: JSON | None = strawberry.field(
        default=None, description="What to change; with nothing changed it is the very same again."
    )
    prompt: str | None = strawberry.field(default=None, description="Other words.")
    kind: EdgeKind | None = strawberry.field(
        default=None,
        description="What the new outputs are to the old: VARIANT_OF or REVISION_OF. Left out, revisions if anything changes.",
    )
    idempotency_key: str | None = strawberry.field(
        default=None, description="Sent twice, the same key gives the same generation."
    )


@strawberry.input(description="Generations by their ids.")
class GenerationsInput:
    ids: list[strawberry.ID] = strawberry.field(description="Which, all of one workspace.")


@strawberry.input(description="How urgent generations that wait are to be.")
class SetUrgencyInput(GenerationsInput):
    urgency: Urgency = strawberry.field(description="How urgent.")


@strawberry.input(description="A generation to stand elsewhere in its queue.")
class MoveGenerationInput:
    id: strawberry.ID = strawberry.field(description="One that waits.")
    beside_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="Before which other of the same user, provider and urgency; left out, first.",
    )
    after: bool = strawberry.field(default=False, description="After it rather than before.")


@strawberry.type(description="The generations, which now wait for their turn.")
class GenerationsQueued:
    generations: list[GenerationType] = strawberry.field(description="In the order they begin.")


@strawberry.type(description="The generations as they are now.")
class GenerationsChanged:
    generations: list[GenerationType] = strawberry.field(description="In the given order.")


Refusals = InvalidInput | NotFound | NotAllowed | Conflict | LimitExceeded | Unavailable
GenerateResult = Annotated[GenerationsQueued | Refusals, strawberry.union("GenerateResult")]
ChangeResult = Annotated[GenerationsChanged | Refusals, strawberry.union("ChangeGenerationsResult")]


def _parameters(given: JSON | None) -> dict[str, Any]:
    return text.metadata("parameters", given)


def _provider(asked: GenerateInput) -> str:
    if asked.provider is None and asked.workflow_id is None:
        raise graph_error.InvalidInput(
            "provider",
            "say who is to make it, or name a workflow",
            "`local` is always there; `providers` tells of all",
        )
    return asked.provider or PROVIDER


def _inputs(given: list[AssetInput]) -> tuple[Given, ...]:
    if len(given) > INPUTS_MAX:
        raise LimitExceededError("inputs", len(given), INPUTS_MAX)
    return tuple(
        Given(
            **{
                **vars(one),
                "prompt": text.text(f"inputs.{index}.prompt", one.prompt),
                "name": text.text(f"inputs.{index}.name", one.name, text.TAG_MAX),
            }
        )
        for index, one in enumerate(given)
    )


def wish_of(given: GenerateInput) -> Wish:
    """What is asked for, its texts checked."""
    return Wish(
        provider=_provider(given),
        operation=given.operation,
        workflow=given.workflow_id,
        prompt=text.text("prompt", given.prompt),
        parameters=_parameters(given.parameters),
        inputs=_inputs(given.inputs),
        count=given.count,
        name=text.text("name", given.name, text.NAME_MAX),
        subject=given.subject_id,
        slot=checked_slot(given.slot) if given.slot is not None else None,
        urgency=given.urgency,
    )


def _once(given: str | None) -> str | None:
    return text.text("idempotencyKey", given, text.ID_MAX)


def _queued(made: list[Generation]) -> GenerationsQueued:
    return GenerationsQueued(generations=made)  # type: ignore[arg-type]


async def _home(info: Info, ids: list[strawberry.ID], field: str = "ids") -> str:
    """The workspace of generations that may be changed."""
    if len(ids) > queue.IDS_MAX:
        raise LimitExceededError(field, len(ids), queue.IDS_MAX)
    found = await info.context.loaders.of(generation.get_many).load_many(list(ids))
    homes = set()
    for index, one in enumerate(found):
        if one is None:
            name = f"{field}.{index}" if field == "ids" else field
            raise graph_error.NotFound(name, "there is no such generation")
        info.context.require(Permission.WRITE, one.workspace_id)
        homes.add(one.workspace_id)
    if len(homes) != 1:
        raise graph_error.InvalidInput(
            field, "name at least one generation, and all of one workspace"
        )
    return homes.pop()


@strawberry.type
class GenerationMutation:
    @strawberry.mutation(description="Asks a provider to make something, once or many times.")
    @staticmethod
    async def generate(info: Info, input: GenerateInput) -> GenerateResult:  # noqa: A002
        context = info.context
        workspace = context.workspace(input.workspace, Permission.WRITE)
        wish = Wish(
            provider=_provider(input),
            operation=input.operation,
            workflow=input.workflow_id,
            prompt=text.text("prompt", input.prompt),
            parameters=_parameters(input.parameters),
            inputs=_inputs(input.inputs),
            count=input.count,
            name=text.text("name", input.name, text.NAME_MAX),
            subject=input.subject_id,
            slot=checked_slot(input.slot) if input.slot is not None else None,
            urgency=input.urgency,
        )
        once = _once(input.idempotency_key)
        return _queued(await order.place(context.rooms, context.actor, workspace, wish, once=once))

    @strawberry.mutation(description="Makes pictures of a subject for a slot.")
    @staticmethod
    async def quick_generate(info: Info, input: QuickGenerateInput) -> GenerateResult:  # noqa: A002
        context = info.context
        found = await changeable(info, "subjectId", input.subject_id)
        made = await quick.generate(
            context.rooms,
            context.actor,
            found.workspace_id,
            found.id,
            checked_slot(input.slot),
            count=input.count,
            prompt=text.text("prompt", input.prompt),
            urgency=input.urgency,
            once=_once(input.idempotency_key),
        )
        return _queued(made)

    @strawberry.mutation(
        description="Makes variations of an asset: generations with it as their reference."
    )
    @staticmethod
    async def create_variation(
        info: Info,
        input: CreateVariationInput,  # noqa: A002
    ) -> GenerateResult:
        context = info.context
        found = await context.assets({"assetId": input.asset_id}, Permission.WRITE)
        wish = Wish(
            provider=input.provider or "",
            workflow=input.workflow_id,
            prompt=text.text("prompt", input.prompt),
            parameters=_parameters(input.parameters),
            count=input.count,
            urgency=input.urgency,
        )
        once = _once(input.idempotency_key)
        made = await again.vary(context.rooms, context.actor, found["assetId"], wish, once=once)
        return _queued(made)

    @strawberry.mutation(
        description="Makes once more what a generation made, exactly or with changes."
    )
    @staticmethod
    async def rerun_generation(
        info: Info,
        input: RerunGenerationInput,  # noqa: A002
    ) -> GenerateResult:
        context = info.context
        if input.kind not in (None, EdgeKind.VARIANT_OF, EdgeKind.REVISION_OF):
            raise graph_error.InvalidInput("kind", "must be VARIANT_OF or REVISION_OF")
        await _home(info, [input.id], "id")
        former = await context.loaders.of(generation.get_many).load(input.id)
        assert former
        made = await again.rerun(
            context.rooms,
            context.actor,
            former,
            changes=_parameters(input.parameters),
            prompt=text.text("prompt", input.prompt),
            kind=input.kind,
            once=_once(input.idempotency_key),
        )
        return _queued(made)

    @strawberry.mutation(
        description="Queues anew what failed, was called off or is unknown, as it was. Asked twice, the same retry is told."
    )
    @staticmethod
    async def retry_generations(info: Info, input: GenerationsInput) -> GenerateResult:  # noqa: A002
        context, home = info.context, await _home(info, input.ids)
        return _queued(await again.retry(context.rooms, context.actor, home, input.ids))

    @strawberry.mutation(
        description="Calls generations off: those that wait at once, those that run within seconds, at the provider too if it can."
    )
    @staticmethod
    async def cancel_generations(info: Info, input: GenerationsInput) -> ChangeResult:  # noqa: A002
        context, home = info.context, await _home(info, input.ids)
        changed = await queue.cancel(context.graph, context.actor, home, input.ids)
        return GenerationsChanged(generations=changed)  # type: ignore[arg-type]

    @strawberry.mutation(description="Puts generations that have ended away from the list.")
    @staticmethod
    async def clear_generations(info: Info, input: GenerationsInput) -> ChangeResult:  # noqa: A002
        context, home = info.context, await _home(info, input.ids)
        changed = await queue.clear(context.graph, context.actor, home, input.ids)
        return GenerationsChanged(generations=changed)  # type: ignore[arg-type]

    @strawberry.mutation(description="Says how urgent generations that wait are.")
    @staticmethod
    async def set_urgency(info: Info, input: SetUrgencyInput) -> ChangeResult:  # noqa: A002
        context, home = info.context, await _home(info, input.ids)
        changed = await queue.urge(context.graph, context.actor, home, input.ids, input.urgency)
        return GenerationsChanged(generations=changed)  # type: ignore[arg-type]

    @strawberry.mutation(description="Moves a generation that waits within its queue.")
    @staticmethod
    async def move_generation(info: Info, input: MoveGenerationInput) -> ChangeResult:  # noqa: A002
        context, home = info.context, await _home(info, [input.id], "id")
        moved = await queue.move(
            context.graph,
            context.actor,
            home,
            input.id,
            input.beside_id,
            between,
            after=input.after,
        )
        return GenerationsChanged(generations=[moved])  # type: ignore[list-item]
