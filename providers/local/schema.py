"""The parameters of the built-in provider, each described once."""

from collections.abc import Mapping
from typing import Any

SEED_MOST = 2**32 - 1
STYLES = ("duotone", "poster", "pixel", "sketch", "watercolour")

PROMPT = {
    "type": "string",
    "minLength": 1,
    "maxLength": 2000,
    "description": "What is to be seen. Its words choose the scene, its colours and its details.",
}
OPTIONAL_PROMPT = {
    "type": "string",
    "maxLength": 2000,
    "default": "",
    "description": "What it is to become; its words choose colours and details.",
}
NEGATIVE_PROMPT = {
    "type": "string",
    "maxLength": 2000,
    "default": "",
    "description": "Words for what is not to be seen, such as `clouds`, `moon` or `trees`.",
}
SEED = {
    "type": "integer",
    "minimum": 0,
    "maximum": SEED_MOST,
    "description": "The same seed makes the same again, byte for byte.",
}
COUNT = {
    "type": "integer",
    "minimum": 1,
    "maximum": 4,
    "default": 1,
    "description": "How many pictures; each has the seed after that of the one before.",
}
CAPTION = {
    "type": "boolean",
    "default": False,
    "description": "Whether the prompt is written small at the foot of the picture.",
}
STRENGTH = {
    "type": "number",
    "minimum": 0,
    "maximum": 1,
    "default": 0.6,
    "description": "How far it leaves what it is made from: 0 not at all, 1 all the way.",
}
STYLE = {
    "type": "string",
    "enum": list(STYLES),
    "default": "poster",
    "description": "The manner it is redrawn in.",
}
FRAME_RATE = {
    "type": "integer",
    "minimum": 8,
    "maximum": 30,
    "default": 16,
    "description": "Frames a second.",
}


def side(name: str, default: int, most: int) -> dict[str, Any]:
    """A width or a height. Encoders of video want it even."""
    return {
        "type": "integer",
        "minimum": 64,
        "maximum": most,
        "multipleOf": 2,
        "default": default,
        "description": f"{name} in pixels.",
    }


def length(default: float, meaning: str = "How long the clip is, in seconds.") -> dict[str, Any]:
    return {
        "type": "number",
        "minimum": 0.5,
        "maximum": 6,
        "default": default,
        "description": meaning,
    }


def parameters(properties: Mapping[str, Any], *required: str) -> dict[str, Any]:
    """The schema of these alone."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }


PICTURE = {"width": side("Width", 512, 1536), "height": side("Height", 512, 1536)}
FILM = {
    "width": side("Width", 640, 1280),
    "height": side("Height", 360, 1280),
    "durationSeconds": length(2),
    "frameRate": FRAME_RATE,
}
TEXTS = {"prompt": PROMPT, "negativePrompt": NEGATIVE_PROMPT, "seed": SEED}
SAID = {"prompt": OPTIONAL_PROMPT, "seed": SEED}
