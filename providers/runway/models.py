"""What Runway can do: the models of each operation, and what each input is to the result.

An edit of a video is `restyle`, more of it `video_extend`, and what is made after its look or out
of its sound `derive`. Speech and sound made of words alone have no operation in the catalogue.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from providers.contract import Detail, Request
from providers.error import Refused
from providers.hint import MediaType
from providers.runway import edit_models, image_models, video_models
from providers.runway.parameter import PARAMETERS
from providers.runway.table import Model


@dataclass(frozen=True)
class Given:
    """What an input is to the result: the edge's kind, and what can be said with it."""

    kind: str
    description: str
    details: frozenset[Detail] = frozenset()


@dataclass(frozen=True)
class Operation:
    """An operation, its models, the usual one first, and their inputs."""

    output: MediaType
    description: str
    models: tuple[Model, ...]
    inputs: Mapping[str, Given]


TAG = frozenset({Detail.NAME})
LOOK = Given("STYLE_REFERENCE", "What the result should look like, or show.")
SOUND = Given("SOURCE_AUDIO", "Sound that the result takes up.")
SOURCE = Given("SOURCE_VIDEO", "The video that it starts from.")
PEOPLE = Given("CHARACTER_REFERENCE", "Who is to be seen; a name can be used as @name.", TAG)
TAGGED_LOOK = Given("STYLE_REFERENCE", f"{LOOK.description} A name can be used as @name.", TAG)

OPERATIONS = {
    "text_to_image": Operation(
        "IMAGE",
        "Makes an image from words, after references if some are given: people count before them.",
        image_models.FROM_TEXT,
        {"characters": PEOPLE, "references": TAGGED_LOOK},
    ),
    "image_to_image": Operation(
        "IMAGE",
        "Changes an image by words; it counts as the first, then people, then references.",
        image_models.FROM_IMAGE,
        {
            "image": Given("SOURCE_IMAGE", "The image to change.", TAG),
            "characters": PEOPLE,
            "references": TAGGED_LOOK,
            "mask": Given("MASK", "Where the image may change."),
        },
    ),
    "text_to_video": Operation(
        "VIDEO",
        "Makes a video from words, after references if some are given.",
        video_models.FROM_TEXT,
        {"references": LOOK, "referenceAudio": SOUND},
    ),
    "image_to_video": Operation(
        "VIDEO",
        "Sets an image in motion, towards a last one if there is one.",
        video_models.FROM_IMAGE,
        {
            "firstFrame": Given("FIRST_FRAME", "The image that the video begins with."),
            "lastFrame": Given("LAST_FRAME", "The image that the video ends with."),
            "references": LOOK,
            "referenceAudio": SOUND,
        },
    ),
    "restyle": Operation(
        "VIDEO",
        "Edits a video by words.",
        edit_models.RESTYLE,
        {
            "video": SOURCE,
            "stills": Given(
                "KEYFRAME",
                "How a moment should look: `startSeconds` says when, and with `endSeconds` only "
                "what lies between is edited.",
                frozenset({Detail.START_SECONDS, Detail.END_SECONDS}),
            ),
            "references": LOOK,
            "referenceAudio": SOUND,
        },
    ),
    "video_extend": Operation(
        "VIDEO",
        "Continues a video.",
        edit_models.EXTEND,
        {"video": SOURCE, "references": LOOK, "referenceAudio": SOUND},
    ),
    "lip_sync": Operation(
        "VIDEO",
        "Has a character speak and move as somebody does in a video.",
        edit_models.LIP_SYNC,
        {
            "characters": Given("CHARACTER_REFERENCE", "Who is to perform, with the face in view."),
            "video": Given("SOURCE_VIDEO", "The performance to follow, 3 to 30 seconds."),
        },
    ),
    "upscale": Operation(
        "VIDEO",
        "Makes a video finer or smoother, or an image larger: the model says which.",
        (*edit_models.UPSCALE, image_models.UPSCALE),
        {
            "video": Given("UPSCALED_FROM", "The video to make finer."),
            "image": Given("UPSCALED_FROM", "The image to make larger."),
        },
    ),
    "derive": Operation(
        "VIDEO",
        "Makes something new of a video or of sound: another video after it, high dynamic range, "
        "a finished draft, or sound. The model says which.",
        edit_models.DERIVE,
        {
            "video": SOURCE,
            "draftVideo": Given("REVISION_OF", "The draft to finish, made here with `draft`."),
            "audio": SOUND,
            "references": LOOK,
        },
    ),
}


def model_of(request: Request) -> Model:
    """The model that a request names, or the usual one."""
    operation = OPERATIONS.get(request.operation)
    if operation is None:
        raise Refused(f"Runway has no operation {request.operation}")
    name = request.parameters.get("model", operation.models[0].name)
    for model in operation.models:
        if model.name == name:
            return model
    raise Refused(f"Runway has no model {name} for {request.operation}", field="model")


def operation_of(endpoint: str | None, body: Mapping[str, object]) -> str | None:
    """What a body is sent for; of operations that send the same, the first."""
    found = [
        (_distance(model, body), operation)
        for operation, one in OPERATIONS.items()
        for model in one.models
        if model.endpoint == endpoint
    ]
    return min(found, key=lambda one: one[0])[1] if found else None


def _distance(model: Model, body: Mapping[str, object]) -> tuple[bool, int, int]:
    """How far a body is from a model's: its name, what is always sent, fields that it has not."""
    told = {"mode": "reference", **body}  # the service's default
    wires = [rule.wire or PARAMETERS[name].wire for name, rule in model.rules.items()]
    known = {"model", *model.fixed, *wires, *(slot.at for slot in model.slots)}
    return (
        body.get("model") != (model.sent or model.name),
        sum(told.get(name) != value for name, value in model.fixed.items()),
        len(body.keys() - {path.partition(".")[0] for path in known}),
    )
