"""What Kling's image models do."""

from collections.abc import Mapping

from providers.kling.clause import Clause, Rule, Together
from providers.kling.medium import PICTURE
from providers.kling.offer import OLD, Offer, Take
from providers.kling.parameter import IMAGE_RATIOS, Schema

PROMPT: Schema = {"maxLength": 2500}
COUNT: Schema = {"default": 1}
RATIO: Schema = {"enum": list(IMAGE_RATIOS), "default": "16:9"}
FIRST_RATIO: Schema = {"enum": [one for one in IMAGE_RATIOS if one != "21:9"], "default": "16:9"}
ANY_RATIO: Schema = {"default": "auto"}
IMAGES = {"IMAGE": PICTURE}
ONE = {"image": Take(IMAGES, 1)}
MADE: Mapping[str, Schema] = {"prompt": PROMPT, "count": COUNT, "aspectRatio": RATIO}
TEN = Together(("image", "references", "elements"), 10, 10)


def _size(*sizes: str) -> Mapping[str, Schema]:
    return {"resolution": {"enum": list(sizes), "default": "1k"}}


def _made(
    operation: str,
    endpoint: str,
    models: tuple[str, ...],
    takes: Mapping[str, Schema],
    inputs: Mapping[str, Take],
    *rules: Rule,
) -> Offer:
    needs = () if endpoint == "images/multi-image2image" else ("prompt",)
    return Offer(operation, OLD, endpoint, models, takes, inputs, needs, rules)


def _drawn(models: tuple[str, ...], takes: Mapping[str, Schema]) -> Offer:
    whole = {**MADE, "negativePrompt": {}, **takes}
    return _made("text_to_image", "images/generations", models, whole, {})


def _redrawn(models: tuple[str, ...], takes: Mapping[str, Schema], *rules: Clause) -> Offer:
    whole = {"prompt": PROMPT, "count": COUNT, **takes}
    return _made("image_to_image", "images/generations", models, whole, ONE, *rules)


def _omni(operation: str, model: str, sizes: tuple[str, ...]) -> Offer:
    drawn = operation == "text_to_image"
    takes = {**MADE, **_size(*sizes), "elements": {}, "aspectRatio": RATIO if drawn else ANY_RATIO}
    inputs = {} if drawn else {**ONE, "references": Take(IMAGES, 0, 9)}
    return _made(operation, "images/omni-image", (model,), takes, inputs, TEN)


IMAGING = (
    _drawn(("kling-v2-1", "kling-v2"), _size("1k", "2k")),
    _drawn(("kling-v1-5",), _size("1k")),
    _drawn(("kling-v1",), {**_size("1k"), "aspectRatio": FIRST_RATIO}),
    _omni("text_to_image", "kling-image-o1", ("1k", "2k")),
    _omni("text_to_image", "kling-v3-omni", ("1k", "2k", "4k")),
    _omni("image_to_image", "kling-image-o1", ("1k", "2k")),
    _omni("image_to_image", "kling-v3-omni", ("1k", "2k", "4k")),
    _redrawn(("kling-v1",), {**_size("1k"), "aspectRatio": FIRST_RATIO, "imageFidelity": {}}),
    _redrawn(
        ("kling-v1-5",),
        {
            **_size("1k"),
            "aspectRatio": RATIO,
            "imageReference": {"default": "subject"},
            "imageFidelity": {},
            "humanFidelity": {},
        },
        Clause("humanFidelity", {"imageReference": ("subject",)}),
    ),
    # A new style for the whole image, which keeps its size.
    _redrawn(("kling-v2", "kling-v2-new"), {}),
    _made(
        "image_to_image",
        "images/multi-image2image",
        ("kling-v2-1", "kling-v2"),
        MADE,
        {
            "characters": Take(IMAGES, 1, 4),
            "background": Take(IMAGES),
            "styleReferences": Take(IMAGES),
        },
    ),
)
