"""Imports as GraphQL shows and takes them."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any

import strawberry
from strawberry.file_uploads import Upload

from api.context import Info
from api.enum import describe
from api.error import Conflict, InvalidInput, LimitExceeded, NotAllowed, NotFound, Unavailable
from api.node import Node
from api.page import After, Connection, First, connection, from_cursor, page_size, to_cursor
from api.scalar import Long
from api.search import WorkspaceArgument
from api.upload import in_chunks
from graph import error as graph_error
from graph import import_run, text
from graph.import_run import ImportProblem, ImportRun, ImportState
from graph.role import Permission
from workers import bulk

describe(
    ImportState,
    "Where an import is.",
    {
        ImportState.RUNNING: "Its end has not come yet; it may wait for the rest to be sent.",
        ImportState.COMPLETED: "It is in to its end. More can be appended to it.",
        ImportState.FAILED: "It stopped; sent again, it goes on from where it is.",
    },
)


@strawberry.type(name="ImportProblem", description="Why a line, or a part of it, was not taken in.")
class ImportProblemType:
    line: int = strawberry.field(description="Which line, from 1.")
    field: str | None = strawberry.field(
        description="Where in the line, such as `parents.0.kind`; null for the line as such."
    )
    code: str = strawberry.field(description="`INVALID_INPUT`, `NOT_FOUND` or `CONFLICT`.")
    message: str = strawberry.field(description="What is wrong, for a person.")


@strawberry.type(
    name="ImportRun", description="A stream of lines on its way in: assets and edges in bulk."
)
class ImportRunType(Node):
    workspace_id: strawberry.ID = strawberry.field(description="The workspace it goes into.")
    key: str = strawberry.field(description="Its client's own name; sent again, it goes on.")
    name: str | None = strawberry.field(description="The name of its file, if it is one.")
    state: ImportState = strawberry.field(description="Where it is.")
    lines: Long = strawberry.field(description="How many lines are in for good.")
    bytes: Long = strawberry.field(description="How many bytes; it goes on from there.")
    size: Long | None = strawberry.field(description="How many bytes it has, as far as known.")
    progress: float | None = strawberry.field(description="How much is in, 0 to 1, if known.")
    assets_created: Long = strawberry.field(description="How many assets were new.")
    assets_found: Long = strawberry.field(description="How many were there already.")
    edges_created: Long = strawberry.field(description="How many edges were new.")
    edges_found: Long = strawberry.field(description="How many stood before it began.")
    problem_count: Long = strawberry.field(description="How many problems it met in all.")
    failure: str | None = strawberry.field(description="Why it stopped, if it failed.")
    created_by: strawberry.ID = strawberry.field(description="The user who began it.")
    created_at: datetime = strawberry.field(description="When it was begun.")
    updated_at: datetime = strawberry.field(description="When it last went on.")

    @classmethod
    def is_type_of(cls, value: Any, info: Any) -> bool:  # noqa: ARG003
        return isinstance(value, ImportRun)

    @strawberry.field(
        description="The problems met, in the order of the lines; of very many, the first 10,000.",
        graphql_type=Connection[ImportProblemType],
    )
    @staticmethod
    async def problems(
        root: strawberry.Parent[ImportRun], info: Info, first: First = 50, after: After = None
    ) -> Connection[ImportProblem]:
        size = page_size(first)
        key = from_cursor(after, int)
        loader = info.context.loaders.of(
            import_run.problems, after=key[0] if key else 0, limit=size + 1
        )
        found = await loader.load(root.id) or []
        return connection(found, size, after, lambda one: to_cursor(one.number))


@strawberry.input(description="Lines to import: a file, or a key to send them to by `PUT /import`.")
class ImportAssetsInput:
    workspace: strawberry.ID | None = strawberry.field(
        default=None, description="Which workspace; may be left out by members of one only."
    )
    file: Upload | None = strawberry.field(
        default=None,
        description="NDJSON, a line for each asset or edge. Left out, the import is only begun.",
    )
    key: str | None = strawberry.field(
        default=None,
        description="A name of your own: sent again with it, the import goes on, and nothing is "
        "doubled. Left out, the file itself is the name.",
    )


@strawberry.type(description="The import was taken in to its end, or begun if no file came.")
class AssetsImported:
    run: ImportRunType = strawberry.field(description="The import, and what came of it.")


Refusals = InvalidInput | NotFound | NotAllowed | Conflict | LimitExceeded | Unavailable
ImportAssetsResult = Annotated[AssetsImported | Refusals, strawberry.union("ImportAssetsResult")]


@strawberry.type
class ImportQuery:
    @strawberry.field(
        description="An import by its id; null if there is none that you may see.",
        graphql_type=ImportRunType | None,
    )
    @staticmethod
    async def import_run(info: Info, id: strawberry.ID) -> ImportRun | None:  # noqa: A002
        return await info.context.loaders.of(import_run.get_many).load(id)

    @strawberry.field(
        description="The imports of a workspace, newest first.",
        graphql_type=Connection[ImportRunType],
    )
    @staticmethod
    async def import_runs(
        info: Info, first: First = 50, after: After = None, workspace: WorkspaceArgument = None
    ) -> Connection[ImportRun]:
        home = info.context.workspace(workspace, Permission.READ)
        size = page_size(first)
        key = from_cursor(after, str)
        found = await import_run.list_runs(
            info.context.graph, home, before=key[0] if key else None, limit=size + 1
        )
        return connection(found, size, after, lambda run: to_cursor(run.id))


@strawberry.type
class ImportMutation:
    @strawberry.mutation(
        description="Brings in assets and edges in bulk. Bad lines are told, the rest is kept. "
        "Send the file as a multipart request with the header `X-Pedigree-Client`; a big one is "
        "better sent as the body of `PUT /import`."
    )
    @staticmethod
    async def import_assets(info: Info, input: ImportAssetsInput) -> ImportAssetsResult:  # noqa: A002
        context = info.context
        workspace = context.workspace(input.workspace, Permission.WRITE)
        key = text.text("key", input.key, text.ID_MAX)
        if input.file is None:
            if key is None:
                raise graph_error.InvalidInput("key", "is needed where no file is sent")
            run = await import_run.start(context.graph, context.actor, workspace, key)
        else:
            run = await _begin(info, workspace, key, input.file)
            run = await bulk.take_in(context.graph, context.actor, run, _whole(input.file))
        return AssetsImported(run=run)  # type: ignore[arg-type]


async def _begin(info: Info, workspace: str, key: str | None, file: Any) -> ImportRun:
    name = text.text("file", file.filename, text.NAME_MAX)
    head = await file.read(bulk.HEAD_BYTES)
    return await import_run.start(
        info.context.graph,
        info.context.actor,
        workspace,
        key or bulk.key_of_file(name or "", file.size, head),
        name=name,
        size=file.size,
    )


async def _whole(file: Any) -> AsyncIterator[bytes]:
    await file.seek(0)
    async for chunk in in_chunks(file):
        yield chunk
