"""Which parameters of Runway's API name parents.

An operation is named by what the result starts from; references guide and change no name.
A source video is the one continued, edited or acted after; a reference video lends style.
"""

from providers.hint import MediaType
from providers.rule import Endpoint, Identity, Link, Mode, Own, Parameter, Service, Where

URI = (Link("uri"),)
FIRST = Where("position", ("first",))
LAST = Where("position", ("last",))


def _image(kind: str, at: str, where: Where | None = None) -> Parameter:
    return Parameter(kind, "IMAGE", URI, at, where)


def _source(name: str, kind: str, media_type: MediaType) -> Parameter:
    return Parameter(kind, media_type, (Link(name),))


FRAMES = (
    Parameter("FIRST_FRAME", "IMAGE", URI, "promptImage[]", bare=True),
    _image("FIRST_FRAME", "promptImage[]", FIRST),
    _image("LAST_FRAME", "promptImage[]", LAST),
    # Without a position an image is a reference; a plain address is the first frame.
    _image("STYLE_REFERENCE", "promptImage[]"),
)
REFERENCES = (
    _image("FIRST_FRAME", "references[]", FIRST),
    _image("LAST_FRAME", "references[]", LAST),
    _image("STYLE_REFERENCE", "references[]"),
    Parameter("STYLE_REFERENCE", "VIDEO", URI, "referenceVideos[]"),
    Parameter("SOURCE_AUDIO", "AUDIO", URI, "referenceAudio[]"),
)
GUIDES = (
    _image("KEYFRAME", "keyframes[]"),
    _image("FIRST_FRAME", "promptImage[]", FIRST),
    _image("LAST_FRAME", "promptImage[]", LAST),
    _image("KEYFRAME", "promptImage[]"),
)
DRAFT = Parameter("REVISION_OF", "VIDEO", (Own("draftTaskId", "task_id"),), operation="derive")
VIDEO = Parameter("SOURCE_VIDEO", "VIDEO", (Link("videoUri"), Link("promptVideo")))
HUMAN = Where("subject", ("human", "object"))

ENDPOINTS = {
    "text_to_video": Endpoint("text_to_video", (DRAFT, *REFERENCES)),
    "image_to_video": Endpoint("image_to_video", (*FRAMES, *REFERENCES)),
    "video_to_video": Endpoint(
        "derive", (VIDEO, *GUIDES, *REFERENCES), (Mode("mode", "extend", "video_extend"),)
    ),
    "text_to_image": Endpoint(
        "text_to_image",
        (
            _image("CHARACTER_REFERENCE", "referenceImages[]", HUMAN),
            _image("STYLE_REFERENCE", "referenceImages[]"),
            _source("maskUri", "MASK", "IMAGE"),
        ),
    ),
    "video_upscale": Endpoint("upscale", (_source("videoUri", "UPSCALED_FROM", "VIDEO"),)),
    "image_upscale": Endpoint("upscale", (_source("imageUri", "UPSCALED_FROM", "IMAGE"),)),
    "video_to_hdr": Endpoint("derive", (_source("videoUri", "SOURCE_VIDEO", "VIDEO"),)),
    "video_to_audio": Endpoint("derive", (_source("videoUri", "SOURCE_VIDEO", "VIDEO"),)),
    "character_performance": Endpoint(
        "derive",
        (
            Parameter("CHARACTER_REFERENCE", "VIDEO", URI, "character", Where("type", ("video",))),
            Parameter("CHARACTER_REFERENCE", "IMAGE", URI, "character", operation="image_to_video"),
            Parameter("SOURCE_VIDEO", "VIDEO", URI, "reference"),
        ),
    ),
    "speech_to_speech": Endpoint(
        "derive",
        (
            Parameter("SOURCE_VIDEO", "VIDEO", URI, "media", Where("type", ("video",))),
            Parameter("SOURCE_AUDIO", "AUDIO", URI, "media"),
        ),
    ),
    "voice_dubbing": Endpoint("derive", (_source("audioUri", "SOURCE_AUDIO", "AUDIO"),)),
    "voice_isolation": Endpoint("derive", (_source("audioUri", "SOURCE_AUDIO", "AUDIO"),)),
    "sound_effect": Endpoint(None),
    "text_to_speech": Endpoint(None),
    "uploads": Endpoint("import"),
}

SERVICE = Service(
    name="runway",
    endpoints=ENDPOINTS,
    prompt=("promptText",),
    negative_prompt=("negativePrompt",),
    model=("model",),
    identities=(
        Identity("", "runwayUri", "runway_uri"),
        Identity("", "uri", "runway_uri"),
        Identity("", "id", "task_id"),
    ),
)
