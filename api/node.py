"""Anything by its id alone. Every id is a UUIDv7 of its own, so it is global as it is."""

from typing import Any

import strawberry

from api.context import Info
from graph import entry, generation, import_run, node, subject, token, user, workflow, workspace
from graph.role import Permission


@strawberry.interface(description="Anything that has an id of its own.")
class Node:
    id: strawberry.ID = strawberry.field(description="The id; the same everywhere.")


@strawberry.type
class NodeQuery:
    @strawberry.field(
        description="Anything by its id; null if there is none that you may see.",
        graphql_type=Node | None,
    )
    @staticmethod
    async def node(info: Info, id: strawberry.ID) -> Any:  # noqa: A002, PLR0911  one line a type
        context, loaders = info.context, info.context.loaders
        match await node.type_of(context.graph, context.readable, id):
            case "Asset":
                return await loaders.asset.load(id)
            case "Subject":
                return await loaders.of(subject.get_many).load(id)
            case "ImportRun":
                return await loaders.of(import_run.get_many).load(id)
            case "Workflow":
                return await loaders.of(workflow.get_many).load(id)
            case "Generation":
                return await loaders.of(generation.get_many).load(id)
            case "Workspace":
                return await loaders.of(workspace.get_many).load(id)
            case "User":
                return await loaders.of(user.get_many, viewer=context.viewer.user_id).load(id)
            case "Token":
                return await loaders.of(token.get_many, user=context.viewer.user_id).load(id)
            case "Entry":
                audited = context.viewer.workspaces(Permission.AUDIT)
                return (await entry.get_many(context.graph, audited, [id])).get(id)
        return None
