"""Which parameters of Kling's API name parents.

An operation is named by what the result starts from; references guide and change no name. Where
a body is the same for two operations, its images are taken to lend style: an edit is a restyling
then, and a fusion a video from text.
An element is a character or thing kept at Kling, known by its id alone.
"""

from dataclasses import replace

from providers.hint import MediaType
from providers.rule import Endpoint, Identity, Link, Own, Parameter, Service, Where

SOUND_SPAN = ("sound_start_time", "sound_end_time")


def _linked(
    kind: str,
    media_type: MediaType,
    name: str,
    at: str = "",
    where: Where | None = None,
    operation: str | None = None,
) -> Parameter:
    return Parameter(kind, media_type, (Link(name),), at, where, operation=operation)


def _of_type(kind: str, media_type: MediaType, type_: str, operation: str | None) -> Parameter:
    return _linked(kind, media_type, "url", "contents[]", Where("type", (type_,)), operation)


VIDEO = (Own("video_id", "video_id"), Link("video_url"))
SOUND = (Own("audio_id", "audio_id"), Link("sound_file"))
ELEMENTS = Parameter(
    "CHARACTER_REFERENCE", "IMAGE", (Own("element_id", "element_id"),), "element_list[]"
)
VOICES = Parameter("SOURCE_AUDIO", "AUDIO", (Own("voice_id", "voice_id"),), "voice_list[]")
DRAWN_FROM = _linked(
    "CHARACTER_REFERENCE", "IMAGE", "image", "image_list[]", operation="image_to_image"
)
# The answer to an extension or a lip-sync names the parent, whatever the request held.
PARENT_VIDEO = Parameter(
    "SOURCE_VIDEO",
    "VIDEO",
    (Own("id", "video_id"), Link("url")),
    "task_info.parent_video",
    duration=("duration",),
)

OLD = {
    "videos/text2video": Endpoint("text_to_video", (ELEMENTS, VOICES)),
    "videos/image2video": Endpoint(
        "image_to_video",
        (
            _linked("FIRST_FRAME", "IMAGE", "image"),
            _linked("LAST_FRAME", "IMAGE", "image_tail"),
            _linked("MASK", "IMAGE", "static_mask"),
            _linked("MASK", "IMAGE", "mask", "dynamic_masks[]"),
            ELEMENTS,
            VOICES,
        ),
    ),
    "videos/multi-image2video": Endpoint(
        "fusion", (_linked("FUSION_CHARACTER", "IMAGE", "image", "image_list[]"),)
    ),
    "videos/omni-video": Endpoint(
        "text_to_video",
        (
            _linked(
                "STYLE_REFERENCE",
                "VIDEO",
                "video_url",
                "video_list[]",
                Where("refer_type", ("feature",)),
            ),
            _linked("SOURCE_VIDEO", "VIDEO", "video_url", "video_list[]", operation="restyle"),
            _linked(
                "FIRST_FRAME",
                "IMAGE",
                "image_url",
                "image_list[]",
                Where("type", ("first_frame",)),
                "image_to_video",
            ),
            _linked(
                "LAST_FRAME",
                "IMAGE",
                "image_url",
                "image_list[]",
                Where("type", ("end_frame",)),
                "image_to_video",
            ),
            _linked("STYLE_REFERENCE", "IMAGE", "image_url", "image_list[]"),
            ELEMENTS,
        ),
    ),
    "videos/video-extend": Endpoint(
        "video_extend",
        (Parameter("SOURCE_VIDEO", "VIDEO", (Own("video_id", "video_id"),)),),
        echo=(PARENT_VIDEO,),
    ),
    "videos/identify-face": Endpoint("derive", (Parameter("SOURCE_VIDEO", "VIDEO", VIDEO),)),
    "videos/advanced-lip-sync": Endpoint(
        "lip_sync",
        (
            Parameter("SOURCE_VIDEO", "VIDEO", (Own("session_id", "session_id"),)),
            Parameter("SOURCE_AUDIO", "AUDIO", SOUND, "face_choose[]", span=SOUND_SPAN),
        ),
        echo=(PARENT_VIDEO,),
    ),
    "videos/lip-sync": Endpoint(
        "lip_sync",
        (
            Parameter("SOURCE_VIDEO", "VIDEO", VIDEO, "input"),
            Parameter("SOURCE_AUDIO", "AUDIO", (Link("audio_file"), Link("audio_url")), "input"),
        ),
        echo=(PARENT_VIDEO,),
    ),
    "videos/effects": Endpoint(
        "derive",
        (
            _linked("SOURCE_IMAGE", "IMAGE", "image", "input.image[]"),
            _linked("SOURCE_IMAGE", "IMAGE", "image", "input.images[]"),
        ),
    ),
    "videos/avatar/image2video": Endpoint(
        "lip_sync",
        (
            _linked("SOURCE_IMAGE", "IMAGE", "image"),
            Parameter("SOURCE_AUDIO", "AUDIO", SOUND),
        ),
    ),
    "videos/motion-control": Endpoint(
        "image_to_video",
        (
            _linked("SOURCE_IMAGE", "IMAGE", "image_url"),
            _linked("SOURCE_VIDEO", "VIDEO", "video_url"),
            ELEMENTS,
        ),
    ),
    "images/generations": Endpoint(
        "text_to_image",
        (_linked("SOURCE_IMAGE", "IMAGE", "image", operation="image_to_image"), ELEMENTS),
    ),
    "images/multi-image2image": Endpoint(
        "image_to_image",
        (
            _linked("CHARACTER_REFERENCE", "IMAGE", "subject_image", "subject_image_list[]"),
            _linked("SOURCE_IMAGE", "IMAGE", "scene_image", "scene_image[]"),
            _linked("STYLE_REFERENCE", "IMAGE", "style_image", "style_image[]"),
        ),
    ),
    "images/omni-image": Endpoint(
        "text_to_image",
        (
            replace(DRAWN_FROM, kind="SOURCE_IMAGE", first=True),
            DRAWN_FROM,
            ELEMENTS,
        ),
    ),
}

CONTENTS = (
    _of_type("SOURCE_VIDEO", "VIDEO", "base_video", "restyle"),
    _of_type("FIRST_FRAME", "IMAGE", "first_frame", "image_to_video"),
    _of_type("LAST_FRAME", "IMAGE", "last_frame", "image_to_video"),
    _of_type("STYLE_REFERENCE", "IMAGE", "refer_image", None),
    _of_type("STYLE_REFERENCE", "VIDEO", "feature_video", None),
    Parameter(
        "CHARACTER_REFERENCE",
        "IMAGE",
        (Own("element_id", "element_id"),),
        "contents[]",
        Where("type", ("element",)),
    ),
)
MOTION = (
    _of_type("SOURCE_IMAGE", "IMAGE", "image", None),
    _of_type("SOURCE_VIDEO", "VIDEO", "video", None),
)

NEW = {
    "text-to-video/*": Endpoint("text_to_video", CONTENTS),
    "image-to-video/*": Endpoint("image_to_video", CONTENTS),
    "omni-video/*": Endpoint("text_to_video", CONTENTS),
    "motion-control/*": Endpoint("image_to_video", MOTION),
}

MADE = ("video", "image", "audio", "element", "voice")

SERVICE = Service(
    name="kling",
    endpoints={**OLD, **NEW},
    prompt=("prompt", "contents[].text", "multi_prompt[].prompt", "input.text"),
    negative_prompt=("negative_prompt",),
    model=("model_name", "input.model_name"),
    envelope=("data",),
    identities=(
        Identity("task_result.videos[]", "id", "video_id"),
        *(Identity("outputs[]", "id", f"{made}_id", Where("type", (made,))) for made in MADE),
        Identity("", "task_id", "task_id"),
        Identity("", "id", "task_id"),
    ),
)
