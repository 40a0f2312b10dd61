"""What Kling does with videos that are there, and with effects and speech."""

from collections.abc import Mapping

from providers.kling.clause import Together
from providers.kling.medium import (
    CLIP,
    FACE_CLIP,
    LONG_CLIP,
    LONG_SPEECH,
    OWN_CLIP,
    PICTURE,
    SPEECH,
)
from providers.kling.offer import NEW, OLD, Offer, Take
from providers.kling.parameter import Schema

PROMPT: Schema = {"maxLength": 2500}
IMAGES = {"IMAGE": PICTURE}
OLD_PAIRS = ("hug", "kiss", "heart_gesture", "fight")
NEW_PAIRS = ("hug_pro", "kiss_pro", "heart_gesture_pro", "fight_pro", "cheers_2026")
KEPT: Schema = {"default": True}
OMNI: Mapping[str, Schema] = {
    "prompt": PROMPT,
    "mode": {"default": "pro"},
    "keepAudio": KEPT,
    "elements": {"maxItems": 4},
}
OMNI_NEW: Mapping[str, Schema] = {
    "prompt": {},
    "resolution": {"enum": ["720p", "1080p", "4k"], "default": "720p"},
    "keepAudio": KEPT,
    "elements": {"maxItems": 4},
}


def _edits(operation: str, guides: str) -> tuple[Offer, ...]:
    """An edit of a video, whose length and shape the result keeps."""
    rules = (Together((guides, "elements"), 4, 4),)
    images = Take(IMAGES, 0, 4)
    models = (("kling-v3-omni", LONG_CLIP), ("kling-video-o1", CLIP))
    old = (
        Offer(
            operation,
            OLD,
            "videos/omni-video",
            (model,),
            OMNI,
            {"video": Take({"VIDEO": clip}, 1), guides: images},
            ("prompt",),
            rules,
        )
        for model, clip in models
    )
    new = Offer(
        operation,
        NEW,
        "omni-video/kling-3.0-omni",
        ("kling-3.0-omni",),
        OMNI_NEW,
        {"video": Take({"VIDEO": LONG_CLIP}, 1), guides: images},
        ("prompt",),
        rules,
    )
    return (*old, new)


def _effect(takes: Mapping[str, Schema], images: int) -> Offer:
    """An effect on one image or on two persons."""
    inputs = {"images": Take(IMAGES, images, images)}
    return Offer("derive", OLD, "videos/effects", (), takes, inputs, ("effect",))


EDITING = (
    *_edits("restyle", "styleReferences"),
    *_edits("derive", "references"),
    _effect(
        {
            "effect": {"not": {"enum": [*OLD_PAIRS, *NEW_PAIRS]}},
            "durationSeconds": {"enum": [5, 10], "default": 5},
        },
        1,
    ),
    _effect(
        {
            "effect": {"enum": list(OLD_PAIRS)},
            "durationSeconds": {"enum": [5, 10], "default": 5},
            "mode": {"default": "std"},
        },
        2,
    ),
    _effect(
        {
            "effect": {"enum": list(NEW_PAIRS)},
            "durationSeconds": {"enum": [5], "default": 5},
        },
        2,
    ),
    Offer(
        "video_extend",
        OLD,
        "videos/video-extend",
        (),
        {"prompt": PROMPT, "negativePrompt": {}, "cfgScale": {}},
        {"video": Take({"VIDEO": OWN_CLIP}, 1)},
    ),
    Offer(
        "lip_sync",
        OLD,
        "videos/advanced-lip-sync",
        (),
        {"face": {"default": 0}, "insertSeconds": {}, "volume": {}, "originalVolume": {}},
        {"video": Take({"VIDEO": FACE_CLIP}, 1), "audio": Take({"AUDIO": SPEECH}, 1)},
    ),
    Offer(
        "lip_sync",
        OLD,
        "videos/avatar/image2video",
        (),
        {"prompt": PROMPT, "mode": {"default": "std"}},
        {"image": Take(IMAGES, 1), "audio": Take({"AUDIO": LONG_SPEECH}, 1)},
    ),
)
