"""Changes of workflows: new versions, and which of them is current."""

from typing import Annotated

import anyio.to_thread
import strawberry
from strawberry.scalars import JSON

from api.context import Info
from api.error import Conflict, InvalidInput, LimitExceeded, NotAllowed, NotFound, Unavailable
from api.workflow import SLOT, VALUE, WorkflowType
from graph import error as graph_error
from graph import text, workflow
from graph.role import Permission
from graph.slot import checked_slot
from graph.workflow import PromptMapping, PromptSource, StyleMode, StyleReference, WorkflowRules
from workers.workflow import checked, read


@strawberry.input(description="What the text of an input is to be made of.")
class PromptMappingInput:
    input: str = strawberry.field(description="The input: `node.input`; it must take a text.")
    source: PromptSource = strawberry.field(description="Where the text comes from.")
    value: str = strawberry.field(description=VALUE)


@strawberry.input(description="An input that nothing may override.")
class LockedInputInput:
    input: str = strawberry.field(description="The input: `node.input`.")
    value: JSON | None = strawberry.field(
        default=strawberry.UNSET,
        description="What is always sent; left out, what stands in the workflow.",
    )


@strawberry.input(description="Where a workflow takes a style reference.")
class StyleReferenceInput:
    mode: StyleMode = strawberry.field(description="How its input is found.")
    input: str | None = strawberry.field(
        default=None, description="With `POINTED`: the input of media that takes it, `node.input`."
    )


@strawberry.input(description="A version of a slot's workflow.")
class SaveWorkflowInput:
    slot: str = strawberry.field(description=SLOT)
    name: str = strawberry.field(description="What people call it.")
    json: JSON = strawberry.field(
        description="The file that ComfyUI writes by Workflow > Export (API): its object, or its "
        "text as it is."
    )
    prompt_mappings: list[PromptMappingInput] = strawberry.field(
        default_factory=list, description="What the texts of its inputs are made of."
    )
    locked_inputs: list[LockedInputInput] = strawberry.field(
        default_factory=list, description="The inputs that nothing may override."
    )
    style_reference: StyleReferenceInput | None = strawberry.field(
        default=None, description="Where it takes a style reference; found by itself, if left out."
    )
    workspace: strawberry.ID | None = strawberry.field(
        default=None, description="Which workspace; may be left out by members of one only."
    )
    idempotency_key: str | None = strawberry.field(
        default=None, description="Sent twice, the same key gives the same version, saved once."
    )


@strawberry.input(description="Which version its slot is generated with.")
class SetCurrentWorkflowInput:
    workflow_id: strawberry.ID = strawberry.field(description="The version.")


@strawberry.type(description="The workflow is there.")
class WorkflowSaved:
    workflow: WorkflowType = strawberry.field(
        description="The new version; the current one, if it says the same already."
    )


@strawberry.type(description="The version is current.")
class CurrentWorkflowSet:
    workflow: WorkflowType = strawberry.field(description="The version.")


Refusals = InvalidInput | NotFound | NotAllowed | Conflict | LimitExceeded | Unavailable
SaveWorkflowResult = Annotated[WorkflowSaved | Refusals, strawberry.union("SaveWorkflowResult")]
SetCurrentWorkflowResult = Annotated[
    CurrentWorkflowSet | Refusals, strawberry.union("SetCurrentWorkflowResult")
]


@strawberry.type
class WorkflowMutation:
    @strawberry.mutation(
        description="Saves a version of a slot's workflow, which is current from now on. What says "
        "the same as the current one makes no new version."
    )
    @staticmethod
    async def save_workflow(
        info: Info,
        input: SaveWorkflowInput,  # noqa: A002
    ) -> SaveWorkflowResult:
        context = info.context
        home = context.workspace(input.workspace, Permission.WRITE)
        slot, name = checked_slot(input.slot), text.checked_name(input.name)
        nodes = read(input.json)
        rules, bare = _rules(input)
        made = await workflow.save(
            context.graph,
            context.actor,
            home,
            slot=slot,
            name=name,
            nodes=nodes,
            rules=await anyio.to_thread.run_sync(checked, nodes, rules, bare),
            once=text.text("idempotencyKey", input.idempotency_key, text.ID_MAX),
        )
        return WorkflowSaved(workflow=made)  # type: ignore[arg-type]

    @strawberry.mutation(description="Makes a version the one that its slot is generated with.")
    @staticmethod
    async def set_current_workflow(
        info: Info,
        input: SetCurrentWorkflowInput,  # noqa: A002
    ) -> SetCurrentWorkflowResult:
        context = info.context
        found = await context.loaders.of(workflow.get_many).load(input.workflow_id)
        if found is None:
            raise graph_error.NotFound("workflowId", "there is no such workflow")
        context.require(Permission.WRITE, found.workspace_id)
        chosen = await workflow.choose(
            context.graph, context.actor, found.workspace_id, input.workflow_id
        )
        return CurrentWorkflowSet(workflow=chosen)  # type: ignore[arg-type]


def _rules(told: SaveWorkflowInput) -> tuple[WorkflowRules, list[str]]:
    """The rules, and the inputs that are locked as they stand."""
    style = told.style_reference
    names = [one.input for one in told.locked_inputs]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise graph_error.InvalidInput(f"lockedInputs.{twice}", "is locked twice")
    rules = WorkflowRules(
        tuple(PromptMapping(one.input, one.source, one.value) for one in told.prompt_mappings),
        {o.input: o.value for o in told.locked_inputs if o.value is not strawberry.UNSET},
        StyleReference(style.mode, style.input) if style else StyleReference(),
    )
    return rules, [o.input for o in told.locked_inputs if o.value is strawberry.UNSET]
