"""Which parameters of Runway's API name parents: where the provider writes its inputs, and other
forms that the service takes.

An operation is named by what the result starts from; references guide and change no name.
A source video is the one continued, edited or acted after; a reference video lends style.
"""

from collections.abc import Mapping
from dataclasses import replace

from providers.rule import Endpoint, Identity, Link, Own, Parameter, Service, Where
from providers.runway.models import OPERATIONS
from providers.runway.table import Form, Slot

URI = (Link("uri"),)
FIRST = Where("position", ("first",))
LAST = Where("position", ("last",))
WHERE = {Form.FIRST: FIRST, Form.LAST: LAST, Form.HUMAN: Where("subject", ("human", "object"))}


def _image(kind: str, at: str, where: Where | None = None) -> Parameter:
    return Parameter(kind, "IMAGE", URI, at, where)


def _frames(at: str) -> tuple[Parameter, ...]:
    return (_image("FIRST_FRAME", at, FIRST), _image("LAST_FRAME", at, LAST))


# Forms that are never sent from here.
OTHERS: Mapping[str, tuple[Parameter, ...]] = {
    "text_to_video": _frames("references[]"),
    "image_to_video": (
        Parameter("FIRST_FRAME", "IMAGE", URI, "promptImage[]", bare=True),
        # Without a position an image is a reference; a plain address is the first frame.
        _image("STYLE_REFERENCE", "promptImage[]"),
        *_frames("references[]"),
    ),
    "video_to_video": (
        *_frames("promptImage[]"),
        _image("KEYFRAME", "promptImage[]"),
        *_frames("references[]"),
    ),
}
# These may start from words alone, for which there is no operation.
SPOKEN = ("sound_effect", "text_to_speech")


def _row(slot: Slot, kind: str) -> Parameter:
    """Reads what a slot writes."""
    at, _, name = slot.at.rpartition(".")
    match slot.form:
        case Form.URI:
            return Parameter(kind, slot.media_type, (Link(name),), at)
        case Form.TASK:
            return Parameter(kind, slot.media_type, (Own(name, "task_id"),), at)
        case Form.OBJECT:
            of_type = Where("type", (slot.media_type.lower(),))
            return Parameter(kind, slot.media_type, URI, slot.at, of_type)
    where = WHERE.get(slot.form)
    # An image to be changed stands before the references.
    first = slot.input == "image"
    return Parameter(kind, slot.media_type, URI, f"{slot.at}[]", where, first=first)


def _endpoint(name: str, operation: str) -> Endpoint:
    """What names parents in a body for an operation. Where inputs of two parameters are written
    alike, the last one's row is kept: a reference is no character for sure."""
    given, models = OPERATIONS[operation].inputs, OPERATIONS[operation].models
    slots = [slot for model in models if model.endpoint == name for slot in model.slots]
    rows = [*(_row(slot, given[slot.input].kind) for slot in slots), *OTHERS.get(name, ())]
    kept = tuple({replace(row, kind=""): row for row in rows}.values())
    if name in SPOKEN:
        return Endpoint(None, tuple(replace(row, operation=operation) for row in kept))
    return Endpoint(operation, kept)


SHARED = dict.fromkeys(
    (model.endpoint, operation) for operation, one in OPERATIONS.items() for model in one.models
)
ENDPOINTS: Mapping[tuple[str | None, str | None], Endpoint] = {
    pair: _endpoint(*pair) for pair in SHARED
}

SERVICE = Service(
    name="runway",
    endpoints={name: ENDPOINTS[name, operation] for name, operation in reversed(SHARED)}
    | {"uploads": Endpoint("import")},
    prompt=("promptText",),
    negative_prompt=("negativePrompt",),
    model=("model",),
    identities=(
        Identity("", "runwayUri", "runway_uri"),
        Identity("", "uri", "runway_uri"),
        Identity("", "id", "task_id"),
    ),
)
