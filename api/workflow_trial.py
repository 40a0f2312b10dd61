"""Workflows tried before they run: looked at, filled without being sent, held against a server."""

from collections.abc import Mapping
from typing import Annotated

import anyio.to_thread
import strawberry
from strawberry.scalars import JSON

from api.context import Info
from api.error import Conflict, InvalidInput, LimitExceeded, NotAllowed, NotFound, Unavailable
from api.workflow_analysis import WorkflowAnalysis, shown
from graph import error as graph_error
from graph import style, subject, workflow
from graph.asset import Asset
from graph.edge import MediaType, Operation
from graph.subject import fields_of
from graph.workflow import Content, Workflow
from providers.contract import Input
from workers.material import media_of
from workers.order import style_gone
from workers.workflow import STYLE_REFERENCES, Resolved, analysed, missing, read, resolve

FIELDS_MAX = 200
INPUTS_MAX = 100


@strawberry.input(description="An asset for an input of a workflow.")
class WorkflowAssetInput:
    input: str = strawberry.field(
        description="The input: `node.input`; or `styleReferences` for the one that takes a style."
    )
    asset_id: strawberry.ID = strawberry.field(description="The asset; its bytes must be here.")


@strawberry.input(description="What a workflow is to be filled with.")
class DryRunWorkflowInput:
    workflow_id: strawberry.ID = strawberry.field(description="The workflow.")
    subject_id: strawberry.ID | None = strawberry.field(
        default=None, description="The subject whose fields and style reference are taken."
    )
    fields: JSON | None = strawberry.field(
        default=None,
        description="Fields by name, in place of those of a subject or of some of them, such as "
        '`{"description": "a grizzled bartender", "attributes.hair": "grey"}`.',
    )
    prompt: str | None = strawberry.field(default=None, description="The words of the request.")
    overrides: JSON | None = strawberry.field(
        default=None, description='Values by `node.input`, such as `{"3.steps": 30}`.'
    )
    inputs: list[WorkflowAssetInput] = strawberry.field(
        default_factory=list, description="Assets for its inputs of media."
    )


@strawberry.input(description="Which workflow to hold against a server: a saved one, or its JSON.")
class CheckWorkflowInput:
    workflow_id: strawberry.ID | None = strawberry.field(
        default=None, description="A workflow that is saved."
    )
    json: JSON | None = strawberry.field(
        default=None, description="The file that ComfyUI writes by Workflow > Export (API)."
    )


@strawberry.type(description="What would be sent. Nothing was.")
class WorkflowDryRun:
    json: JSON = strawberry.field(description="The nodes by id, exactly as they would be sent.")
    parameters: JSON = strawberry.field(description="The values put in, by `node.input`.")
    operation: Operation = strawberry.field(description="What would be done.")
    output_media_type: MediaType = strawberry.field(description="What would be made.")
    prompt: str | None = strawberry.field(description="The prompt that it comes to.")
    style_reference: str | None = strawberry.field(
        description="The input that takes a style reference, if there is one."
    )
    free_seeds: list[str] = strawberry.field(
        description="The inputs of seeds that nobody fixed: a generation sends one of its own here."
    )
    server_files: JSON = strawberry.field(
        description="Inputs of media that were not given, and the server's own file taken there."
    )


@strawberry.type(description="What the servers that are set up lack to run a workflow.")
class WorkflowCheck:
    runnable: bool = strawberry.field(description="Whether nothing is missing.")
    missing: list[str] = strawberry.field(
        description="The nodes and models that are missing, each a sentence."
    )


AnalyseWorkflowResult = Annotated[
    WorkflowAnalysis | InvalidInput, strawberry.union("AnalyseWorkflowResult")
]
DryRunWorkflowResult = Annotated[
    WorkflowDryRun | InvalidInput | NotFound | Conflict | NotAllowed | LimitExceeded | Unavailable,
    strawberry.union("DryRunWorkflowResult"),
]
CheckWorkflowResult = Annotated[
    WorkflowCheck | InvalidInput | NotFound | Conflict | NotAllowed | LimitExceeded | Unavailable,
    strawberry.union("CheckWorkflowResult"),
]


@strawberry.type
class WorkflowTrialQuery:
    @strawberry.field(
        description="Looks at a workflow that need not be saved: what it can be given and makes."
    )
    @staticmethod
    async def analyse_workflow(
        info: Info,  # noqa: ARG004  whoever is let in may
        json: Annotated[
            JSON,
            strawberry.argument(
                description="The file that ComfyUI writes by Workflow > Export (API): its object, "
                "or its text as it is."
            ),
        ],
    ) -> AnalyseWorkflowResult:
        return shown(await anyio.to_thread.run_sync(analysed, read(json)))

    @strawberry.field(description="Fills a workflow as a generation would, and sends nothing.")
    @staticmethod
    async def dry_run_workflow(
        info: Info,
        input: DryRunWorkflowInput,  # noqa: A002
    ) -> DryRunWorkflowResult:
        found, content = await _saved(info, input.workflow_id)
        fields = {**await _fields_of_subject(info, input, found), **_fields(input.fields)}
        given = await _given(info, input, found)
        overrides = _object("overrides", input.overrides)

        def filled() -> Resolved:
            return resolve(
                content, fields=fields, prompt=input.prompt, overrides=overrides, given=given
            )

        resolved = await anyio.to_thread.run_sync(filled)
        wanted = await _style_of_subject(info, input, resolved)
        return _told(resolved if wanted is None else resolved.with_style(wanted))

    @strawberry.field(
        description="Asks the ComfyUI servers that are set up what they lack to run a workflow."
    )
    @staticmethod
    async def check_workflow(
        info: Info,
        input: CheckWorkflowInput,  # noqa: A002
    ) -> CheckWorkflowResult:
        if (input.workflow_id is None) == (input.json is None):
            raise graph_error.InvalidInput("workflowId", "give this or `json`, and not both")
        if input.workflow_id is not None:
            nodes = (await _saved(info, input.workflow_id))[1].graph
        else:
            nodes = read(input.json)
            await anyio.to_thread.run_sync(analysed, nodes)
        lacks = list(await missing(info.context.rooms.providers, nodes))
        return WorkflowCheck(runnable=not lacks, missing=lacks)


async def _saved(info: Info, workflow_id: str) -> tuple[Workflow, Content]:
    found = await info.context.loaders.of(workflow.get_many).load(workflow_id)
    content = await info.context.loaders.of(workflow.contents).load(workflow_id)
    if found is None or content is None:
        raise graph_error.NotFound("workflowId", "there is no such workflow")
    return found, content


async def _fields_of_subject(
    info: Info, told: DryRunWorkflowInput, found: Workflow
) -> Mapping[str, str]:
    if told.subject_id is None:
        return {}
    one = await info.context.loaders.of(subject.get_many).load(told.subject_id)
    if one is None or one.deleted_at or one.workspace_id != found.workspace_id:
        raise graph_error.NotFound("subjectId", "there is no such subject beside the workflow")
    return fields_of(one)


async def _style_of_subject(
    info: Info, told: DryRunWorkflowInput, resolved: Resolved
) -> Input | None:
    """The subject's own style reference, where the workflow takes one and none was given."""
    if told.subject_id is None or resolved.style not in resolved.server_files:
        return None
    found = await info.context.loaders.of(style.of_subjects).load(told.subject_id)
    if found is None:
        return None
    media = media_of(info.context.rooms.store, found)
    if media is None:
        raise style_gone(found)
    return Input(STYLE_REFERENCES, media)


async def _given(info: Info, told: DryRunWorkflowInput, found: Workflow) -> list[Input]:
    if len(told.inputs) > INPUTS_MAX:
        raise graph_error.InvalidInput("inputs", f"holds {len(told.inputs)}; at most {INPUTS_MAX}")
    ids = {f"inputs.{i}.assetId": one.asset_id for i, one in enumerate(told.inputs)}
    assets = await info.context.assets(ids)
    return [
        _input(info, one.input, field, asset, found)
        for one, (field, asset) in zip(told.inputs, assets.items(), strict=True)
    ]


def _input(info: Info, name: str, field: str, asset: Asset, found: Workflow) -> Input:
    if asset.workspace_id != found.workspace_id:
        raise graph_error.NotFound(field, "there is no such asset beside the workflow")
    media = media_of(info.context.rooms.store, asset)
    if media is None:
        raise graph_error.InvalidInput(field, "has no bytes here to send")
    return Input(name, media)


def _fields(told: object) -> dict[str, str]:
    found = _object("fields", told)
    if len(found) > FIELDS_MAX:
        raise graph_error.InvalidInput("fields", f"holds {len(found)}; at most {FIELDS_MAX}")
    for name, value in found.items():
        if not isinstance(value, str):
            raise graph_error.InvalidInput(f"fields.{name}", "must be a text")
    return {name: str(value) for name, value in found.items()}


def _object(field: str, told: object) -> dict[str, object]:
    if told is None:
        return {}
    if not isinstance(told, dict):
        raise graph_error.InvalidInput(field, "must be an object")
    return told


def _told(resolved: Resolved) -> WorkflowDryRun:
    return WorkflowDryRun(
        json=JSON(resolved.sent),
        parameters=JSON(dict(resolved.parameters)),
        operation=resolved.operation,
        output_media_type=resolved.output,
        prompt=resolved.prompt,
        style_reference=resolved.style,
        free_seeds=list(resolved.seeds),
        server_files=JSON(dict(resolved.server_files)),
    )
