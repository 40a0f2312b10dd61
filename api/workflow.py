"""Workflows as GraphQL shows them."""

from datetime import datetime
from typing import Annotated, Any

import anyio.to_thread
import strawberry
from strawberry.scalars import JSON

from api.context import Info
from api.enum import describe
from api.node import Node
from api.page import After, Connection, First, connection, from_cursor, page_size, to_cursor
from api.search import WorkspaceArgument
from api.workflow_analysis import WorkflowAnalysis, shown
from graph import error as graph_error
from graph import workflow
from graph.role import Permission
from graph.workflow import Content, PromptMapping, PromptSource, StyleMode, StyleReference, Workflow
from workers.workflow import analysis_of

describe(
    PromptSource,
    "Where the text of an input comes from.",
    {
        PromptSource.SUBJECT: "From a field of the subject, as it is there.",
        PromptSource.STATIC: "It is always the same.",
        PromptSource.TEMPLATE: "From a template with fields in braces, as in "
        "`{description}, portrait`.",
    },
)
describe(
    StyleMode,
    "How the input that takes a style reference is found.",
    {
        StyleMode.AUTO: "By itself: the picture that an IPAdapter takes its style from.",
        StyleMode.POINTED: "It is named.",
        StyleMode.NONE: "The workflow takes none.",
    },
)
SLOT = "What it is used for: `portrait`, `sprite`, `backdrop`, `item`, or `custom:` with a name."
VALUE = (
    "The field, the text itself, or the template. Fields are `name`, `description`, `kind`, "
    "`attributes.<key>` and `parts.<name>` of the subject, and `prompt`, the words of the request. "
    "In a template `{{` and `}}` stand for braces."
)


@strawberry.type(name="PromptMapping", description="What the text of an input is made of.")
class PromptMappingType:
    input: str = strawberry.field(description="The input: `node.input`.")
    source: PromptSource = strawberry.field(description="Where the text comes from.")
    value: str = strawberry.field(description=VALUE)


@strawberry.type(description="An input that nothing may override.")
class LockedInput:
    input: str = strawberry.field(description="The input: `node.input`.")
    value: JSON | None = strawberry.field(description="What is always sent.")


@strawberry.type(name="StyleReference", description="Where a workflow takes a style reference.")
class StyleReferenceType:
    mode: StyleMode = strawberry.field(description="How its input is found.")
    input: str | None = strawberry.field(description="The input that was pointed at: `node.input`.")


async def content(root: Workflow, info: Info) -> Content:
    """All that a workflow says."""
    found = await info.context.loaders.of(workflow.contents).load(root.id)
    if found is None:
        raise graph_error.NotFound("id", "there is no such workflow")
    return found


@strawberry.type(
    name="Workflow", description="A graph of nodes that ComfyUI runs; a version of its slot's."
)
class WorkflowType(Node):
    workspace_id: strawberry.ID = strawberry.field(description="The workspace it is in.")
    slot: str = strawberry.field(description=SLOT)
    version: int = strawberry.field(description="Its number among the versions of the slot.")
    name: str = strawberry.field(description="What people call it.")
    current: bool = strawberry.field(description="Whether its slot is generated with it.")
    size: int = strawberry.field(name="sizeBytes", description="Size of its JSON in bytes.")
    created_by: strawberry.ID = strawberry.field(description="The user who saved it.")
    created_at: datetime = strawberry.field(description="When it was saved.")

    @classmethod
    def is_type_of(cls, value: Any, info: Any) -> bool:  # noqa: ARG003
        return isinstance(value, Workflow)

    @strawberry.field(description="Its nodes by id, in ComfyUI's API format.")
    @staticmethod
    async def json(root: strawberry.Parent[Workflow], info: Info) -> JSON:
        return JSON((await content(root, info)).graph)

    @strawberry.field(description="What it can be given and makes.")
    @staticmethod
    async def analysis(root: strawberry.Parent[Workflow], info: Info) -> WorkflowAnalysis:
        found = await content(root, info)
        return shown(await anyio.to_thread.run_sync(analysis_of, found.json))

    @strawberry.field(
        description="What the texts of its inputs are made of.",
        graphql_type=list[PromptMappingType],
    )
    @staticmethod
    async def prompt_mappings(
        root: strawberry.Parent[Workflow], info: Info
    ) -> tuple[PromptMapping, ...]:
        return (await content(root, info)).rules.prompts

    @strawberry.field(description="The inputs that nothing may override.")
    @staticmethod
    async def locked_inputs(root: strawberry.Parent[Workflow], info: Info) -> list[LockedInput]:
        locked = (await content(root, info)).rules.locked
        return [
            LockedInput(input=key, value=None if value is None else JSON(value))
            for key, value in locked.items()
        ]

    @strawberry.field(
        description="Where it takes a style reference.", graphql_type=StyleReferenceType
    )
    @staticmethod
    async def style_reference(root: strawberry.Parent[Workflow], info: Info) -> StyleReference:
        return (await content(root, info)).rules.style


@strawberry.type
class WorkflowQuery:
    @strawberry.field(
        description="A workflow by its id; null if there is none that you may see.",
        graphql_type=WorkflowType | None,
    )
    @staticmethod
    async def workflow(info: Info, id: strawberry.ID) -> Workflow | None:  # noqa: A002
        return await info.context.loaders.of(workflow.get_many).load(id)

    @strawberry.field(
        description="The current workflow of every slot, by slot; or, with a slot, all of its "
        "versions, newest first.",
        graphql_type=Connection[WorkflowType],
    )
    @staticmethod
    async def workflows(
        info: Info,
        slot: Annotated[
            str | None, strawberry.argument(description="Only the versions of this slot.")
        ] = None,
        first: First = 50,
        after: After = None,
        workspace: WorkspaceArgument = None,
    ) -> Connection[Workflow]:
        home = info.context.workspace(workspace, Permission.READ)
        size = page_size(first)
        if slot is None:
            key = from_cursor(after, str)
            found = await workflow.current(
                info.context.graph, home, after=key[0] if key else None, limit=size + 1
            )
            return connection(found, size, after, lambda one: to_cursor(one.slot))
        key = from_cursor(after, int)
        found = await workflow.versions(
            info.context.graph, home, slot, before=key[0] if key else None, limit=size + 1
        )
        return connection(found, size, after, lambda one: to_cursor(one.version))
