"""Every parameter of Kling's operations as users see it, at its widest."""

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]
VIDEO_RATIOS = ("16:9", "9:16", "1:1")
IMAGE_RATIOS = (*VIDEO_RATIOS, "4:3", "3:4", "3:2", "2:3", "21:9")
CAMERA_AXES = ("horizontal", "vertical", "pan", "tilt", "roll", "zoom")
CAMERA_MOVES = ("down_back", "forward_up", "right_turn_forward", "left_turn_forward")


def _text(description: str, **more: Any) -> Schema:
    return {"type": "string", "description": description, **more}


def _number(description: str, least: float, most: float) -> Schema:
    return {"type": "number", "description": description, "minimum": least, "maximum": most}


def _switch(description: str) -> Schema:
    return {"type": "boolean", "description": description}


def _ids(description: str, most: int, pattern: str) -> Schema:
    one = {"type": "string", "pattern": pattern}
    return {
        "type": "array",
        "description": description,
        "items": one,
        "minItems": 1,
        "maxItems": most,
    }


CAMERA: Schema = {
    "description": "How the camera moves: a ready-made move, or `simple` with one axis of its own.",
    "type": "object",
    "additionalProperties": False,
    "required": ["type"],
    "properties": {
        "type": {"type": "string", "enum": ["simple", *CAMERA_MOVES]},
        **{axis: {"type": "number", "minimum": -10, "maximum": 10} for axis in CAMERA_AXES},
    },
    "oneOf": [
        {"properties": {"type": {"const": "simple"}}, "minProperties": 2, "maxProperties": 2},
        {"properties": {"type": {"enum": list(CAMERA_MOVES)}}, "maxProperties": 1},
    ],
}
SHOTS: Schema = {
    "description": "The shots of the video in their order; their lengths add up to its length.",
    "type": "array",
    "minItems": 1,
    "maxItems": 6,
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["prompt", "durationSeconds"],
        "properties": {
            "prompt": {"type": "string", "minLength": 1, "maxLength": 512},
            "durationSeconds": {"type": "integer", "minimum": 1, "maximum": 15},
        },
    },
}
TRAJECTORIES: Schema = {
    "description": "The path of what each of `motionMasks` covers: points in pixels of the first "
    "frame, from its lower left corner.",
    "type": "array",
    "minItems": 1,
    "maxItems": 6,
    "items": {
        "type": "array",
        "minItems": 2,
        "maxItems": 77,
        "items": {
            "type": "object",
            "additionalProperties": False,
            "required": ["x", "y"],
            "properties": {"x": {"type": "integer"}, "y": {"type": "integer"}},
        },
    },
}

PARAMETERS: Mapping[str, Schema] = {
    "prompt": _text(
        "What is to be seen. Inputs with a name can be spoken of as @name.",
        minLength=1,
        maxLength=3072,
    ),
    "negativePrompt": _text("What is not to be seen.", maxLength=2500),
    "model": _text(
        "The model; those with a dot in their name are of the new design of Kling's API."
    ),
    "mode": _text(
        "std costs less; pro makes better pictures, mostly of 1080p.", enum=["std", "pro"]
    ),
    "resolution": _text("How large the result is.", enum=["720p", "1080p", "4k", "1k", "2k"]),
    "aspectRatio": _text("Width to height of the result.", enum=[*IMAGE_RATIOS, "auto"]),
    "durationSeconds": {
        "type": "integer",
        "description": "Length of the video in seconds.",
        "minimum": 3,
        "maximum": 15,
    },
    "cfgScale": _number("How closely the prompt is kept to; 0 is the freest.", 0, 1),
    "audio": _switch("Whether the video gets sound."),
    "keepAudio": _switch("Whether the sound of the given video is kept."),
    "camera": CAMERA,
    "multiShot": _switch("Whether Kling cuts the video into shots by itself."),
    "shots": SHOTS,
    "trajectories": TRAJECTORIES,
    "elements": _ids("Ids of elements of Kling's library to be shown.", 7, r"^[0-9]{1,19}$"),
    "voices": _ids("Ids of voices, spoken of in the prompt as <<<voice_1>>>.", 2, r"^\S{1,100}$"),
    "characterOrientation": _text(
        "Whether the character faces as in the image, or as in the video, which may then be as "
        "long as 30 seconds and not 10.",
        enum=["image", "video"],
    ),
    "effect": _text(
        "Name of an effect of Kling, such as hug_pro or pet_lion_pro.",
        pattern=r"^[a-z0-9_']{2,60}$",
    ),
    "face": {
        "type": "integer",
        "description": "Which of the faces in the video speaks, counted from 0 as Kling finds them.",
        "minimum": 0,
        "maximum": 20,
    },
    "insertSeconds": _number(
        "When in the video the sound begins; else when the face appears.", 0, 60
    ),
    "volume": _number("How loud the sound is; 1 is as it was.", 0, 2),
    "originalVolume": _number("How loud the video's own sound is; 1 is as it was.", 0, 2),
    "count": {
        "type": "integer",
        "description": "How many images are made.",
        "minimum": 1,
        "maximum": 9,
    },
    "imageReference": _text(
        "What is taken from the image: the subject as a whole, or the face.",
        enum=["subject", "face"],
    ),
    "imageFidelity": _number("How closely the image is kept to.", 0, 1),
    "humanFidelity": _number("How closely the face is kept to, if the subject is taken.", 0, 1),
}
