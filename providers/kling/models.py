"""Which model does what at Kling, and under which rules: the one table that schemas, checks and
bodies are made from. A model's version stands in the path of the new design and in `model_name`
of the old one.
"""

from collections.abc import Mapping

from providers.contract import Request
from providers.kling.clause import Clause, Either, Problem, Rule, Together
from providers.kling.editing import EDITING
from providers.kling.imaging import IMAGING
from providers.kling.medium import CLIP, LARGE_PICTURE, LONG_CLIP, LONG_MOTION, MOTION, PICTURE
from providers.kling.offer import NEW, OLD, Offer, Take
from providers.kling.parameter import VIDEO_RATIOS, Schema

PROMPT: Schema = {"maxLength": 2500}
MODE: Schema = {"default": "std"}
PRO: Schema = {"default": "pro"}
RATIO: Schema = {"enum": list(VIDEO_RATIOS), "default": "16:9"}
FIVE_OR_TEN: Schema = {"enum": [5, 10], "default": 5}
TO_TEN: Schema = {"maximum": 10, "default": 5}
TO_FIFTEEN: Schema = {"default": 5}
SILENT: Schema = {"default": False}
TO_1080P: Schema = {"enum": ["720p", "1080p"], "default": "720p"}
TO_4K: Schema = {"enum": ["720p", "1080p", "4k"], "default": "720p"}
THREE: Schema = {"maxItems": 3}

IMAGES = {"IMAGE": PICTURE}
ONE = Take(IMAGES, 1)
MAYBE = Take(IMAGES)
LARGE, MAYBE_LARGE = Take({"IMAGE": LARGE_PICTURE}, 1), Take({"IMAGE": LARGE_PICTURE})

CLASSIC: Mapping[str, Schema] = {
    "prompt": PROMPT,
    "negativePrompt": {},
    "durationSeconds": FIVE_OR_TEN,
}
WITH_MODE = {**CLASSIC, "mode": MODE}
FIRST = {**WITH_MODE, "cfgScale": {}}
VOICED = {**WITH_MODE, "audio": SILENT}
THIRD = {**VOICED, "durationSeconds": TO_FIFTEEN, "multiShot": {}, "shots": {}}
OMNI: Mapping[str, Schema] = {"prompt": PROMPT, "mode": PRO, "elements": {}}
OMNI_1 = {**OMNI, "durationSeconds": TO_TEN}
OMNI_3 = {**OMNI, "durationSeconds": TO_FIFTEEN, "audio": SILENT, "multiShot": {}, "shots": {}}
NEWEST: Mapping[str, Schema] = {
    "prompt": {},
    "resolution": TO_4K,
    "durationSeconds": TO_FIFTEEN,
    "audio": SILENT,
    "multiShot": {},
}
TURBO = {**NEWEST, "prompt": PROMPT, "resolution": TO_1080P}
del TURBO["multiShot"]
OMNI_NEW = {**NEWEST, "elements": {}}
RATIOED = {"aspectRatio": RATIO}

PRO_VOICE = Clause("audio", {"mode": ("pro",)})
PRO_END = Clause("lastFrame", {"mode": ("pro",)})
# Kling cuts by the prompt, or as its shots are told.
SHOTS = (
    Clause("shots", excludes=("prompt",)),
    Clause("multiShot", needs=("prompt",), excludes=("shots",)),
)
PROMPT_OR_SHOTS = (Either(("prompt", "shots")), *SHOTS)
BRUSH = (
    Clause("mask", {"durationSeconds": (5,)}, ("firstFrame",), ("lastFrame", "camera")),
    Clause("motionMasks", {"durationSeconds": (5,)}, ("firstFrame",), ("lastFrame", "camera")),
)
PRO_BRUSH = tuple(Clause(name, {"mode": ("pro",)}) for name in ("mask", "motionMasks", "camera"))
EITHER_FRAME = Either(("firstFrame", "lastFrame"))


def _text(models: tuple[str, ...], takes: Mapping[str, Schema], *rules: Clause) -> Offer:
    """One of text_to_video in the old design that does without shots."""
    return Offer(
        "text_to_video",
        OLD,
        "videos/text2video",
        models,
        {**takes, **RATIOED},
        needs=("prompt",),
        rules=rules,
    )


def _image(
    models: tuple[str, ...],
    takes: Mapping[str, Schema],
    inputs: Mapping[str, Take],
    *rules: Rule,
) -> Offer:
    """One of image_to_video in the old design."""
    return Offer("image_to_video", OLD, "videos/image2video", models, takes, inputs, rules=rules)


def _omni(
    operation: str,
    model: str,
    takes: Mapping[str, Schema],
    inputs: Mapping[str, Take],
    *rules: Rule,
) -> Offer:
    """One of the endpoint that takes references of all sorts, of either design."""
    if model == "kling-3.0-omni":
        endpoint = f"omni-video/{model}"
        return Offer(operation, NEW, endpoint, (model,), takes, inputs, ("prompt",), rules)
    needs = () if "shots" in takes else ("prompt",)
    told = (*rules, *PROMPT_OR_SHOTS) if "shots" in takes else rules
    return Offer(operation, OLD, "videos/omni-video", (model,), takes, inputs, needs, told)


REFERENCES = Together(("firstFrame", "lastFrame", "styleReferences", "elements"), 7, 4)
FUSED_OF = ("characters", "background", "references", "elements")
FUSED = (Either(FUSED_OF), Together(FUSED_OF, 7, 4))
END_ALONE = Clause("lastFrame", needs=("firstFrame",), excludes=("styleReferences",))
STYLES_1 = {"styleReferences": Take({**IMAGES, "VIDEO": CLIP}, 1, 7)}
STYLES_3 = {"styleReferences": Take({**IMAGES, "VIDEO": LONG_CLIP}, 0, 7)}
FRAMES = {"firstFrame": ONE, "lastFrame": MAYBE}
FUSION_3 = {
    "characters": Take(IMAGES, 0, 7),
    "background": MAYBE,
    "references": Take({**IMAGES, "VIDEO": LONG_CLIP}, 0, 7),
}
FUSION_1 = {**FUSION_3, "references": Take({**IMAGES, "VIDEO": CLIP}, 0, 7)}

TEXT_TO_VIDEO = (
    Offer(
        "text_to_video",
        OLD,
        "videos/text2video",
        ("kling-v3",),
        {**THIRD, **RATIOED},
        rules=PROMPT_OR_SHOTS,
    ),
    _text(
        ("kling-v1",),
        {**FIRST, "camera": {}},
        Clause("camera", {"mode": ("std",), "durationSeconds": (5,)}),
    ),
    _text(("kling-v1-6",), FIRST),
    _text(("kling-v2-master", "kling-v2-1-master"), CLASSIC),
    _text(("kling-v2-5-turbo",), WITH_MODE),
    _text(("kling-v2-6",), VOICED, PRO_VOICE),
    _omni(
        "text_to_video", "kling-video-o1", {**OMNI, "durationSeconds": FIVE_OR_TEN, **RATIOED}, {}
    ),
    _omni("text_to_video", "kling-video-o1", {**OMNI_1, **RATIOED}, STYLES_1, REFERENCES),
    _omni("text_to_video", "kling-v3-omni", {**OMNI_3, **RATIOED}, STYLES_3, REFERENCES),
    Offer(
        "text_to_video",
        NEW,
        "text-to-video/kling-3.0",
        ("kling-3.0",),
        {**NEWEST, **RATIOED},
        needs=("prompt",),
    ),
    Offer(
        "text_to_video",
        NEW,
        "text-to-video/kling-3.0-turbo",
        ("kling-3.0-turbo",),
        {**TURBO, **RATIOED},
        needs=("prompt",),
    ),
    _omni("text_to_video", "kling-3.0-omni", {**OMNI_NEW, **RATIOED}, STYLES_3, REFERENCES),
)

MASKS = {"mask": MAYBE, "motionMasks": Take(IMAGES, 0, 6)}
IMAGE_TO_VIDEO = (
    _image(("kling-v3",), {**THIRD, "elements": THREE}, FRAMES, *SHOTS),
    _image(
        ("kling-v1",),
        {**FIRST, "trajectories": {}},
        {**FRAMES, **MASKS},
        Clause("lastFrame", {"durationSeconds": (5,)}),
        *BRUSH,
    ),
    _image(
        ("kling-v1-5",),
        {
            **FIRST,
            "trajectories": {},
            "camera": {"properties": {"type": {"enum": ["simple"]}}},
        },
        {"firstFrame": MAYBE, "lastFrame": MAYBE, **MASKS},
        EITHER_FRAME,
        PRO_END,
        *BRUSH,
        *PRO_BRUSH,
        Clause("camera", {"durationSeconds": (5,)}, ("firstFrame",), ("lastFrame",)),
    ),
    _image(
        ("kling-v1-6",), FIRST, {"firstFrame": MAYBE, "lastFrame": MAYBE}, EITHER_FRAME, PRO_END
    ),
    _image(("kling-v2-master", "kling-v2-1-master"), CLASSIC, {"firstFrame": ONE}),
    _image(("kling-v2-1", "kling-v2-5-turbo"), WITH_MODE, FRAMES, PRO_END),
    _image(
        ("kling-v2-6",),
        {**VOICED, "voices": {}},
        FRAMES,
        PRO_END,
        PRO_VOICE,
        Clause("lastFrame", {"audio": (False,)}),
        Clause("voices", {"audio": (True,)}),
    ),
    _omni(
        "image_to_video",
        "kling-video-o1",
        {**OMNI, "durationSeconds": FIVE_OR_TEN},
        {"firstFrame": ONE},
        REFERENCES,
    ),
    _omni(
        "image_to_video",
        "kling-video-o1",
        OMNI_1,
        {"firstFrame": ONE, "lastFrame": ONE},
        REFERENCES,
    ),
    _omni(
        "image_to_video",
        "kling-video-o1",
        OMNI_1,
        {"firstFrame": ONE, "styleReferences": Take(IMAGES, 1, 6)},
        REFERENCES,
    ),
    _omni(
        "image_to_video",
        "kling-v3-omni",
        OMNI_3,
        {**FRAMES, "styleReferences": Take(IMAGES, 0, 6)},
        REFERENCES,
        END_ALONE,
    ),
    Offer(
        "image_to_video",
        NEW,
        "image-to-video/kling-3.0",
        ("kling-3.0",),
        {**NEWEST, "elements": THREE},
        {"firstFrame": LARGE, "lastFrame": MAYBE_LARGE},
    ),
    Offer(
        "image_to_video",
        NEW,
        "image-to-video/kling-3.0-turbo",
        ("kling-3.0-turbo",),
        TURBO,
        {"firstFrame": LARGE},
        needs=("prompt",),
    ),
    _omni(
        "image_to_video",
        "kling-3.0-omni",
        OMNI_NEW,
        {**FRAMES, "styleReferences": Take(IMAGES, 0, 6)},
        REFERENCES,
        END_ALONE,
    ),
    *(
        Offer(
            "image_to_video",
            OLD,
            "videos/motion-control",
            ("kling-v2-6",),
            {
                "prompt": PROMPT,
                "mode": MODE,
                "keepAudio": {"default": True},
                "characterOrientation": {"enum": [facing], "default": facing},
            },
            {"image": ONE, "video": Take({"VIDEO": clip}, 1)},
            ("characterOrientation",) if facing == "video" else (),
        )
        for facing, clip in (("image", MOTION), ("video", LONG_MOTION))
    ),
    Offer(
        "image_to_video",
        NEW,
        "motion-control/kling-2.6",
        ("kling-2.6",),
        {"prompt": PROMPT, "resolution": TO_1080P},
        {"image": ONE, "video": Take({"VIDEO": LONG_MOTION}, 1)},
    ),
)

FUSION = (
    _omni("fusion", "kling-v3-omni", {**OMNI_3, **RATIOED}, FUSION_3, *FUSED),
    _omni("fusion", "kling-video-o1", {**OMNI_1, **RATIOED}, FUSION_1, *FUSED),
    _omni("fusion", "kling-3.0-omni", {**OMNI_NEW, **RATIOED}, FUSION_3, *FUSED),
    Offer(
        "fusion",
        OLD,
        "videos/multi-image2video",
        ("kling-v1-6",),
        {**WITH_MODE, **RATIOED},
        {"characters": Take(IMAGES, 1, 4)},
        ("prompt",),
    ),
)

OFFERS = (*TEXT_TO_VIDEO, *IMAGE_TO_VIDEO, *FUSION, *EDITING, *IMAGING)
DEFAULTS: Mapping[str, str] = {
    "text_to_video": "kling-v3",
    "image_to_video": "kling-v3",
    "fusion": "kling-v3-omni",
    "restyle": "kling-v3-omni",
    "derive": "kling-v3-omni",
    "text_to_image": "kling-v2-1",
    "image_to_image": "kling-image-o1",
}


def model_of(request: Request) -> str | None:
    """The model that a request names or leaves to us; None where there is none to choose."""
    named = request.parameters.get("model")
    return DEFAULTS.get(request.operation) if named is None else str(named)


def chosen(request: Request) -> tuple[Offer | None, list[Problem]]:
    """The endpoint that serves a request best, and what is wrong with it for that one."""
    there = [one for one in OFFERS if one.operation == request.operation]
    model = model_of(request)
    fitting = [one for one in there if not one.models or model in one.models]
    if not there:
        return None, [("operation", f"{request.operation} is nothing that Kling does")]
    if model and request.operation not in DEFAULTS:
        return None, [("model", f"is not taken by {request.operation}")]
    if not fitting:
        return None, [("model", f"{model} does not do {request.operation}")]
    found = [(one, list(one.problems(request))) for one in fitting]
    return min(found, key=_distance)


def _distance(found: tuple[Offer, list[Problem]]) -> tuple[bool, int]:
    """How far an endpoint is from what is meant: furthest where what it is asked by is wrong."""
    offer, wrong = found
    return any(name in offer.needs for name, _ in wrong), len(wrong)
