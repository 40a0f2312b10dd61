"""What a workflow can be given and makes, as GraphQL shows it."""

import strawberry
from strawberry.scalars import JSON

from api import enum as _enum  # noqa: F401  registers the enums
from api.enum import describe
from graph.edge import EdgeKind, MediaType, Operation
from providers.comfyui.analysis import Analysis
from providers.comfyui.media_input import MediaInput
from providers.comfyui.model_input import ModelRole
from providers.comfyui.parameter import Parameter, Step, ValueType

describe(
    ValueType,
    "What an input takes, guessed by its value and its name.",
    {
        ValueType.BOOLEAN: "True or false.",
        ValueType.INT: "A whole number.",
        ValueType.FLOAT: "A number.",
        ValueType.STRING: "A text.",
        ValueType.LIST: "A list.",
        ValueType.OBJECT: "An object.",
        ValueType.NULL: "Nothing stands there; a text, a number, true or false is taken.",
    },
)
describe(
    ModelRole,
    "What a model is for.",
    {
        ModelRole.CHECKPOINT: "Makes pictures: model, text encoder and VAE in one file.",
        ModelRole.DIFFUSION_MODEL: "Makes pictures or clips; its other parts are apart.",
        ModelRole.LORA: "Bends another model.",
        ModelRole.VAE: "Turns what is made into pixels.",
        ModelRole.TEXT_ENCODER: "Reads prompts.",
        ModelRole.CLIP_VISION: "Reads pictures.",
        ModelRole.CONTROLNET: "Follows a picture's shapes.",
        ModelRole.IPADAPTER: "Follows a picture's style or content.",
        ModelRole.STYLE_MODEL: "Follows a picture's style.",
        ModelRole.MOTION: "Makes pictures move.",
        ModelRole.UPSCALER: "Makes pictures larger.",
        ModelRole.OTHER: "Something else.",
    },
)
KEYS = "each as `node.input`"


@strawberry.type(description="A node of a workflow.")
class WorkflowNode:
    id: str = strawberry.field(description="Its id in the workflow's JSON.")
    class_type: str = strawberry.field(description="Its class, such as `KSampler`.")
    title: str | None = strawberry.field(description="Its title in the editor.")


@strawberry.type(description="An input with a value of its own, which can be set.")
class WorkflowParameter:
    key: str = strawberry.field(description="What it is called from outside: `node.input`.")
    node: WorkflowNode = strawberry.field(description="The node it is of.")
    name: str = strawberry.field(description="Its name there.")
    type: ValueType = strawberry.field(description="What it takes.")
    value: JSON | None = strawberry.field(description="What stands there.")


@strawberry.type(description="An input that takes a picture, a clip or a sound.")
class WorkflowInput:
    key: str = strawberry.field(description="What it is called from outside: `node.input`.")
    node: WorkflowNode = strawberry.field(description="The node that loads it.")
    media_type: MediaType = strawberry.field(description="What it takes.")
    kind: EdgeKind = strawberry.field(description="What an asset given here is to what is made.")
    required: bool = strawberry.field(description="Whether an asset must be given.")
    file: str | None = strawberry.field(
        description="The file of the server that is taken where nothing is given."
    )


@strawberry.type(description="A model that a workflow uses.")
class WorkflowModel:
    key: str = strawberry.field(description="The input that names it: `node.input`.")
    node: WorkflowNode = strawberry.field(description="The node that loads it.")
    name: str = strawberry.field(description="The name of its file on the server.")
    role: ModelRole = strawberry.field(description="What it is for.")


@strawberry.type(description="A node that hands out what was made.")
class WorkflowSave:
    node: WorkflowNode = strawberry.field(description="The node.")
    media_type: MediaType = strawberry.field(description="What it hands out.")
    preview: bool = strawberry.field(description="Whether the server keeps it for a while only.")


@strawberry.type(description="Where a workflow takes a style reference, found by itself.")
class WorkflowStyleInput:
    key: str = strawberry.field(description="The input that takes the picture: `node.input`.")
    node: WorkflowNode = strawberry.field(
        description="The node that takes the style from it, such as an IPAdapter."
    )


@strawberry.type(description="What a workflow can be given and makes, found by looking at it.")
class WorkflowAnalysis:
    operation: Operation = strawberry.field(description="What it does.")
    output_media_type: MediaType = strawberry.field(description="What it makes.")
    nodes: list[WorkflowNode] = strawberry.field(description="All nodes.")
    parameters: list[WorkflowParameter] = strawberry.field(
        description="All inputs that have a value of their own."
    )
    inputs: list[WorkflowInput] = strawberry.field(description="Its inputs of media.")
    samplers: list[WorkflowNode] = strawberry.field(description="The nodes that sample.")
    models: list[WorkflowModel] = strawberry.field(description="Checkpoints and other models.")
    saves: list[WorkflowSave] = strawberry.field(description="The nodes that hand out results.")
    positive_prompts: list[str] = strawberry.field(
        description=f"The inputs where the prompt stands, {KEYS}."
    )
    negative_prompts: list[str] = strawberry.field(
        description=f"The inputs where it stands what not to show, {KEYS}."
    )
    seeds: list[str] = strawberry.field(description=f"The inputs of seeds, {KEYS}.")
    widths: list[str] = strawberry.field(description=f"The inputs of the width, {KEYS}.")
    heights: list[str] = strawberry.field(description=f"The inputs of the height, {KEYS}.")
    style_reference: WorkflowStyleInput | None = strawberry.field(
        description="Where a style reference goes, if such a place was found."
    )
    problems: list[str] = strawberry.field(description="What looks wrong, each a sentence.")


def shown(found: Analysis) -> WorkflowAnalysis:
    """An analysis as it is answered."""
    style = found.style
    return WorkflowAnalysis(
        operation=Operation(found.operation),
        output_media_type=MediaType(found.output),
        nodes=[_node(step) for step in found.steps],
        parameters=[_parameter(one) for one in found.parameters],
        inputs=[_input(one) for one in found.media],
        samplers=[_node(step) for step in found.samplers],
        models=[
            WorkflowModel(
                key=one.parameter.key,
                node=_node(one.parameter.step),
                name=str(one.parameter.value),
                role=one.role,
            )
            for one in found.models
        ],
        saves=[
            WorkflowSave(
                node=_node(one.step), media_type=MediaType(one.media_type), preview=one.preview
            )
            for one in found.savings
        ],
        positive_prompts=list(found.positive),
        negative_prompts=list(found.negative),
        seeds=list(found.seeds),
        widths=list(found.widths),
        heights=list(found.heights),
        style_reference=WorkflowStyleInput(key=style.key, node=_node(style.step))
        if style
        else None,
        problems=list(found.problems),
    )


def _node(step: Step) -> WorkflowNode:
    return WorkflowNode(id=step.id, class_type=step.class_type, title=step.title)


def _parameter(one: Parameter) -> WorkflowParameter:
    value = None if one.value is None else JSON(one.value)
    return WorkflowParameter(
        key=one.key, node=_node(one.step), name=one.name, type=one.type, value=value
    )


def _input(one: MediaInput) -> WorkflowInput:
    return WorkflowInput(
        key=one.key,
        node=_node(one.step),
        media_type=MediaType(one.media_type),
        kind=EdgeKind(one.kind),
        required=one.required,
        file=one.file,
    )
