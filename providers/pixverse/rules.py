"""Which parameters of PixVerse's API name parents.

PixVerse counts images, uploads and videos in id spaces of their own: the kind of an id goes
with its number. A source video is the one continued, edited or acted after.
"""

from providers.hint import MediaType
from providers.rule import Endpoint, Guess, Identity, Link, Own, Parameter, Service, Where

SOURCE = (Own("source_video_id", "video_id"), Own("video_media_id", "media_id"))
# One published client writes the source of a lip-sync under this name.
LIP_SOURCE = (*SOURCE, Own("source_media_id", "video_id"))
IMAGE = (Own("img_id", "img_id"), Link("img_url"), Link("url"))
IMAGES = Parameter("SOURCE_IMAGE", "IMAGE", IMAGE, "img_ids[]")
# Only a picture can be a character or a background: a clip is a reference, whatever it says.
CLIP = (
    Own("source_video_id", "video_id", "VIDEO", "FUSION_REFERENCE"),
    Own("video_id", "video_id", "VIDEO", "FUSION_REFERENCE"),
    Own("video_media_id", "media_id", "VIDEO", "FUSION_REFERENCE"),
    Own("media_id", "media_id", "VIDEO", "FUSION_REFERENCE"),
)
EXTENDED = (
    Own("source_video_id", "video_id"),
    Own("original_video_id", "video_id"),
    Own("video_media_id", "media_id"),
    Link("source_video_url"),
    Link("original_video_url"),
)
CHARACTER = Where("type", ("subject", "character"))
BACKGROUND = Where("type", ("background",))
AUDIO = Where("media_type", ("audio",))


def _own(kind: str, media_type: MediaType, name: str, id_kind: str) -> Parameter:
    return Parameter(kind, media_type, (Own(name, id_kind),))


def _fused(at: str) -> tuple[Parameter, ...]:
    fields = (*IMAGE, *CLIP)
    return (
        Parameter("FUSION_CHARACTER", "IMAGE", fields, at, CHARACTER),
        Parameter("FUSION_BACKGROUND", "IMAGE", fields, at, BACKGROUND),
        Parameter("FUSION_REFERENCE", "IMAGE", fields, at),
    )


def _still(at: str) -> Parameter:
    return Parameter(
        "TRANSITION_INPUT", "IMAGE", IMAGE, at, prompt="prompt", duration=("duration",)
    )


VIDEO = Parameter("SOURCE_VIDEO", "VIDEO", SOURCE)
# The keyframe of a selection is the number of a frame of the source video.
SELECTED = Parameter("SOURCE_VIDEO", "VIDEO", SOURCE, frame="keyframe_id")
PICTURE = _own("SOURCE_IMAGE", "IMAGE", "img_id", "img_id")
SPOKEN = _own("SOURCE_AUDIO", "AUDIO", "audio_media_id", "media_id")
MASKS = Parameter("MASK", "IMAGE", (Own("mask_id", "mask_id"),), "mask_ids[]")

# What the metadata of an asset may hold, richer than the request: see lineage.py.
FORMS = {
    "pixverse_transition": Endpoint("video_transition", (_still("images[]"),)),
    "pixverse_fusion": Endpoint("fusion", _fused("references[]")),
    "pixverse_extend": Endpoint(
        "video_extend",
        (
            Parameter(
                "SOURCE_VIDEO",
                "VIDEO",
                EXTENDED,
                duration=("source_video_duration", "original_video_duration"),
            ),
        ),
    ),
}

REQUESTS = {
    "video/text/generate": Endpoint("text_to_video"),
    "video/img/generate": Endpoint("image_to_video", (PICTURE, IMAGES)),
    "video/transition/generate": Endpoint(
        "video_transition",
        (
            _own("TRANSITION_INPUT", "IMAGE", "first_frame_img", "img_id"),
            _own("TRANSITION_INPUT", "IMAGE", "last_frame_img", "img_id"),
        ),
    ),
    "video/multi_transition/generate": Endpoint(
        "video_transition", (_still("multi_transition[]"),)
    ),
    "video/extend/generate": Endpoint("video_extend", (VIDEO,)),
    "video/fusion/generate": Endpoint(
        "fusion",
        (
            *_fused("image_references[]"),
            Parameter("FUSION_REFERENCE", "VIDEO", CLIP, "video_references[]"),
        ),
    ),
    "video/sound_effect/generate": Endpoint("derive", (VIDEO,)),
    "video/lip_sync/generate": Endpoint(
        "lip_sync", (Parameter("SOURCE_VIDEO", "VIDEO", LIP_SOURCE), SPOKEN)
    ),
    "video/restyle/generate": Endpoint("restyle", (VIDEO,)),
    "video/mask/selection": Endpoint("derive", (SELECTED,)),
    "video/swap/generate": Endpoint(
        "derive", (SELECTED, PICTURE, _own("MASK", "IMAGE", "mask_id", "mask_id"))
    ),
    "video/modify/generate": Endpoint("derive", (VIDEO, IMAGES, MASKS)),
    "video/mimic/generate": Endpoint("image_to_video", (PICTURE, VIDEO)),
    "video/upscale/generate": Endpoint("upscale", (Parameter("UPSCALED_FROM", "VIDEO", SOURCE),)),
    "video/avatar/generate": Endpoint("lip_sync", (PICTURE, SPOKEN)),
    "image/template/generate": Endpoint("image_to_image", (IMAGES,)),
    "image/upload": Endpoint("import", (Parameter("SOURCE_IMAGE", "IMAGE", (Link("image_url"),)),)),
    "media/upload": Endpoint(
        "import",
        (
            Parameter("SOURCE_AUDIO", "AUDIO", (Link("file_url"),), where=AUDIO),
            Parameter("SOURCE_VIDEO", "VIDEO", (Link("file_url"),)),
        ),
    ),
}

FROM_VIDEO = ("source_video_id", "video_media_id")
GUESSES = (
    Guess("video/multi_transition/generate", (("multi_transition",),)),
    Guess("video/transition/generate", (("first_frame_img", "last_frame_img"),)),
    Guess("video/fusion/generate", (("image_references", "video_references"),)),
    Guess("video/restyle/generate", (("restyle_id", "restyle_prompt"), FROM_VIDEO)),
    Guess(
        "video/lip_sync/generate",
        (("audio_media_id", "lip_sync_tts_content"), (*FROM_VIDEO, "source_media_id")),
    ),
    Guess("video/sound_effect/generate", (("sound_effect_content",), FROM_VIDEO)),
    Guess("video/swap/generate", (("mask_id",), FROM_VIDEO)),
    Guess("video/modify/generate", (("mask_ids", "img_ids"), FROM_VIDEO)),
    Guess("video/mimic/generate", (("img_id",), FROM_VIDEO)),
    Guess("video/extend/generate", (("prompt",), FROM_VIDEO)),
    Guess("video/avatar/generate", (("audio_media_id",), ("img_id",))),
    Guess("video/img/generate", (("img_id", "img_ids"),)),
    Guess("video/text/generate", (("prompt",), ("aspect_ratio",))),
)

SERVICE = Service(
    name="pixverse",
    endpoints={**FORMS, **REQUESTS},
    prompt=("prompt", "restyle_prompt"),
    negative_prompt=("negative_prompt",),
    model=("model",),
    envelope=("Resp",),
    guesses=GUESSES,
    identities=(
        Identity("", "video_id", "video_id"),
        Identity("", "image_id", "image_id"),
        Identity("", "img_id", "img_id"),
        Identity("", "media_id", "media_id"),
        Identity("", "id", "video_id"),
    ),
)
