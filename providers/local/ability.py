"""The operations of the built-in provider: their parameters, their inputs, their bounds."""

from collections.abc import Sequence

from providers.contract import Ability, Detail, InputRule, Request
from providers.local import schema
from providers.local.schema import parameters

CLIP_SECONDS_MOST = 30.0
SIDE_MOST = 8192
UPSCALED_MOST = 4096
# A clip's frames times its pixels: what takes some seconds to draw.
FILM_PIXELS_MOST = 64_000_000

STYLE_REFERENCES = InputRule(
    "styleReferences",
    "STYLE_REFERENCE",
    ("IMAGE",),
    "Pictures whose colours it takes.",
    most=4,
)
MASK = InputRule("mask", "MASK", ("IMAGE",), "White where it may differ, black where not.")
SOURCE_IMAGE = InputRule("image", "SOURCE_IMAGE", ("IMAGE",), "What it is made from.", least=1)
SOURCE_VIDEO = InputRule("video", "SOURCE_VIDEO", ("VIDEO",), "What it is made from.", least=1)
STILLS = InputRule(
    "stills",
    "TRANSITION_INPUT",
    ("IMAGE",),
    "The stills, in order; each with a prompt and the seconds until the next.",
    least=2,
    most=8,
    details=frozenset({Detail.PROMPT, Detail.DURATION_SECONDS}),
)


def problems_of(request: Request) -> Sequence[tuple[str, str]]:
    """What is too much for this machine, or does not fit together."""
    found = [
        (one.parameter, f"a side is {side} pixels; at most {SIDE_MOST} are taken")
        for one in request.inputs
        if (side := max(one.media.width or 0, one.media.height or 0)) > SIDE_MOST
    ]
    found += [
        (one.parameter, f"it is {seconds:.0f} s long; at most {CLIP_SECONDS_MOST:.0f} are taken")
        for one in request.inputs
        if one.media.media_type == "VIDEO"
        and (seconds := one.media.duration_seconds or 0) > CLIP_SECONDS_MOST
    ]
    return [*found, *_film(request)]


def _film(request: Request) -> Sequence[tuple[str, str]]:
    given = request.parameters
    if "width" not in given or "durationSeconds" not in given:
        return []
    frames = float(given["durationSeconds"]) * float(given.get("frameRate", 16))
    if frames * int(given["width"]) * int(given.get("height", 360)) <= FILM_PIXELS_MOST:
        return []
    return [("durationSeconds", "so long a clip of that size takes too long; make one smaller")]


def _upscale(request: Request) -> Sequence[tuple[str, str]]:
    factor = int(request.parameters.get("factor", 2))
    most = UPSCALED_MOST // factor
    return [
        (one.parameter, f"a side is {side} pixels; {most} are the most to be made {factor} times")
        for one in request.given("image")
        if (side := max(one.media.width or 0, one.media.height or 0)) > most
    ]


def _frame(request: Request) -> Sequence[tuple[str, str]]:
    both = [
        one for one in request.inputs if one.frame is not None and one.start_seconds is not None
    ]
    told = [("video", "say which frame or at how many seconds, not both")] if both else []
    return [*told, *problems_of(request)]


def _transition(request: Request) -> Sequence[tuple[str, str]]:
    stills = request.given("stills")
    seconds = sum(
        one.duration_seconds or request.parameters.get("durationSeconds", 1) for one in stills[:-1]
    )
    if seconds > CLIP_SECONDS_MOST:
        return [("stills", f"together they take {seconds:.0f} s; {CLIP_SECONDS_MOST:.0f} at most")]
    if any(one.duration_seconds is not None and one.duration_seconds <= 0 for one in stills):
        return [("stills", "a duration is more than 0 seconds")]
    return problems_of(request)


ABILITIES: tuple[Ability, ...] = (
    Ability(
        "text_to_image",
        "IMAGE",
        "Draws what the words say: a landscape, a portrait, space, or a pattern.",
        parameters(
            {
                **schema.TEXTS,
                **schema.PICTURE,
                "count": schema.COUNT,
                "caption": schema.CAPTION,
            },
            "prompt",
        ),
        (STYLE_REFERENCES,),
        problems_of,
    ),
    Ability(
        "image_to_image",
        "IMAGE",
        "Redraws a picture towards what the words say.",
        parameters(
            {
                **schema.TEXTS,
                "prompt": schema.OPTIONAL_PROMPT,
                "strength": schema.STRENGTH,
                "count": schema.COUNT,
            }
        ),
        (SOURCE_IMAGE, MASK, STYLE_REFERENCES),
        problems_of,
    ),
    Ability(
        "upscale",
        "IMAGE",
        "Makes a picture larger and sharpens it.",
        parameters(
            {
                "factor": {
                    "type": "integer",
                    "enum": [2, 4],
                    "default": 2,
                    "description": "How many times as wide and as high.",
                }
            }
        ),
        (InputRule("image", "UPSCALED_FROM", ("IMAGE",), "The smaller original.", least=1),),
        _upscale,
    ),
    Ability(
        "compose",
        "IMAGE",
        "Puts pictures side by side: a grid with frames, or a sprite sheet without.",
        parameters(
            {
                "layout": {
                    "type": "string",
                    "enum": ["grid", "spriteSheet"],
                    "default": "grid",
                    "description": "A grid on a ground, or bare cells on a transparent one.",
                },
                "columns": {
                    "type": "integer",
                    "minimum": 0,
                    "maximum": 16,
                    "default": 0,
                    "description": "How many stand in a row; 0 makes it nearly square.",
                },
                "cell": {
                    "type": "integer",
                    "minimum": 16,
                    "maximum": 512,
                    "default": 256,
                    "description": "Side of a cell in pixels.",
                },
                "background": {
                    "type": "string",
                    "pattern": "^#[0-9a-fA-F]{6}$",
                    "default": "#15171c",
                    "description": "Colour of the ground of a grid.",
                },
            }
        ),
        (
            InputRule(
                "images",
                "COMPOSED_FROM",
                ("IMAGE",),
                "The parts, in order.",
                least=1,
                most=64,
                details=frozenset({Detail.NAME}),
            ),
        ),
        problems_of,
    ),
    Ability(
        "derive",
        "IMAGE",
        "Turns, mirrors, greys or cuts a picture to a square.",
        parameters(
            {
                "turn": {
                    "type": "integer",
                    "enum": [0, 90, 180, 270],
                    "default": 0,
                    "description": "Degrees it is turned by, clockwise.",
                },
                "mirror": {
                    "type": "boolean",
                    "default": False,
                    "description": "Whether left and right change places.",
                },
                "grey": {
                    "type": "boolean",
                    "default": False,
                    "description": "Whether its colours are taken away.",
                },
                "square": {
                    "type": "boolean",
                    "default": False,
                    "description": "Whether it is cut to the square in its middle.",
                },
            }
        ),
        (SOURCE_IMAGE,),
        problems_of,
    ),
    Ability(
        "text_to_video",
        "VIDEO",
        "Draws what the words say, and moves a camera past it.",
        parameters({**schema.TEXTS, **schema.FILM}, "prompt"),
        (STYLE_REFERENCES,),
        problems_of,
    ),
    Ability(
        "image_to_video",
        "VIDEO",
        "Moves a camera over a picture, or from one to another.",
        parameters(
            {
                **schema.SAID,
                "durationSeconds": schema.length(2),
                "frameRate": schema.FRAME_RATE,
            }
        ),
        (
            InputRule("firstFrame", "FIRST_FRAME", ("IMAGE",), "What it begins with.", least=1),
            InputRule("lastFrame", "LAST_FRAME", ("IMAGE",), "What it ends with."),
        ),
        problems_of,
    ),
    Ability(
        "video_extend",
        "VIDEO",
        "Makes a clip longer: all of it, without its sound, then what follows its last frame.",
        parameters(
            {
                **schema.SAID,
                "durationSeconds": schema.length(1.5, "How many seconds are added."),
            }
        ),
        (SOURCE_VIDEO,),
        problems_of,
    ),
    Ability(
        "video_transition",
        "VIDEO",
        "Goes from still to still, by the words of each: `slide`, `iris`, `dissolve`, `fade`.",
        parameters(
            {
                **schema.SAID,
                "durationSeconds": schema.length(1, "Seconds from a still to the next."),
                "frameRate": schema.FRAME_RATE,
            }
        ),
        (STILLS,),
        _transition,
    ),
    Ability(
        "fusion",
        "VIDEO",
        "Puts characters before a background, in the colours of the references.",
        parameters({**schema.FILM, **schema.SAID}),
        (
            InputRule(
                "characters",
                "FUSION_CHARACTER",
                ("IMAGE",),
                "Who is put into it; what is transparent stays so.",
                least=1,
                most=4,
                details=frozenset({Detail.NAME}),
            ),
            InputRule(
                "background",
                "FUSION_BACKGROUND",
                ("IMAGE",),
                "What is behind them; without one it is drawn from the words.",
            ),
            InputRule(
                "references",
                "FUSION_REFERENCE",
                ("IMAGE", "VIDEO"),
                "Whose colours it takes.",
                most=4,
                details=frozenset({Detail.NAME}),
            ),
        ),
        problems_of,
    ),
    Ability(
        "frame_extract",
        "IMAGE",
        "Takes one frame out of a clip, the first unless another is said.",
        parameters({}),
        (
            InputRule(
                "video",
                "PAUSED_FRAME",
                ("VIDEO",),
                "The clip, and which frame, counted from 0, or at how many seconds.",
                least=1,
                details=frozenset({Detail.FRAME, Detail.START_SECONDS}),
            ),
        ),
        _frame,
    ),
    Ability(
        "restyle",
        "VIDEO",
        "Redraws a clip in a manner and in the colours of words or pictures, without its sound.",
        parameters({**schema.SAID, "style": schema.STYLE, "strength": schema.STRENGTH}),
        (SOURCE_VIDEO, STYLE_REFERENCES),
        problems_of,
    ),
)
