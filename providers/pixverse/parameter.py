"""The parameters of PixVerse's operations, described for people and forms."""

from collections.abc import Mapping
from typing import Any

from providers.contract import JsonSchema
from providers.pixverse.endpoint import DEFAULTS, EDITS, OPERATIONS, RESOLUTIONS
from providers.pixverse.models import ALL, MORE_RATIOS, UP_TO_15, schema_rules

PROMPT_MOST = 5000
OWN_ID = {"type": "string", "pattern": "^[0-9]{1,19}$"}


def _text(description: str, most: int = PROMPT_MOST, **more: Any) -> dict[str, Any]:
    return {"type": "string", "maxLength": most, "description": description, **more}


PARAMETERS: Mapping[str, dict[str, Any]] = {
    "prompt": _text("What is to be seen and to happen."),
    "negativePrompt": _text("What is not to be seen."),
    "model": {
        "type": "string",
        "description": "The model. Durations, shapes and much else depend on it.",
    },
    "resolution": {"type": "string", "description": "How sharp it is."},
    "durationSeconds": {
        "type": "integer",
        "minimum": UP_TO_15[0],
        "maximum": UP_TO_15[-1],
        "description": "How long it lasts; models before v6 know a few durations only.",
    },
    "aspectRatio": {
        "type": "string",
        "enum": list(MORE_RATIOS),
        "description": "Its shape, width to height.",
    },
    "seed": {
        "type": "integer",
        "minimum": 0,
        "maximum": 2**31 - 1,
        "description": "Where chance begins; the same seed gives much the same again.",
    },
    "style": {
        "type": "string",
        "enum": ["anime", "3d_animation", "clay", "comic", "cyberpunk", "realistic"],
        "description": "A style to hold to; realistic is for v6.",
    },
    "motionMode": {
        "type": "string",
        "enum": ["normal", "fast"],
        "description": "How much moves, for v3.5, v4 and v4.5; fast makes 5 seconds.",
    },
    "cameraMovement": _text(
        "How the camera moves, for v4 and v4.5, such as zoom_in or crane_up.",
        64,
        pattern="^[a-z_]+$",
    ),
    "audio": {
        "type": "boolean",
        "description": "Whether sound is made along with it, for v5.5 and newer.",
    },
    "multiClip": {
        "type": "boolean",
        "description": "Whether it is cut from several takes, for v5.5 and v6.",
    },
    "soundEffect": _text("What is to be heard; with nothing said, whatever goes with it.", 2048),
    "speech": _text("Words to be spoken.", 200),
    "voice": _text(
        "Who speaks: auto, or the speaker_id of one of those that PixVerse lists at GET "
        "/openapi/v2/video/lip_sync/tts_list.",
        64,
        minLength=1,
    ),
    "template": {**OWN_ID, "description": "The id of a template, active in the account."},
    "restyle": {
        **OWN_ID,
        "description": "The id of a style, as PixVerse lists them at GET "
        "/openapi/v2/video/restyle/list; a prompt will do in its place.",
    },
    "edit": {
        "type": "string",
        "enum": list(EDITS),
        "description": "What is done: a sound added, anything changed by words, a subject swapped.",
    },
    "keepSound": {"type": "boolean", "description": "Whether the sound it has stays."},
    "maskIds": {
        "type": "array",
        "items": {"type": "string", "minLength": 1, "maxLength": 64},
        "maxItems": 3,
        "description": "Ids of selections made before, in the same video and frame; a prompt calls "
        "them @selection0, @selection1 and @selection2.",
    },
    "subject": _text(
        "Name of what is selected in the video, such as person, else what is found first; a "
        "prompt calls it @selection0.",
        64,
    ),
}


def schema_of(operation: str) -> JsonSchema:
    """The JSON Schema of an operation: what any of its calls takes, bound to the models."""
    endpoints = OPERATIONS[operation]
    names = list(dict.fromkeys(name for one in endpoints for name in one.takes))
    defaults = {**DEFAULTS, **(endpoints[-1].defaults or {})}
    properties = {name: _described(operation, name, defaults) for name in names}
    required = [name for name in names if all(name in one.needs for one in endpoints)]
    rules: list[dict[str, Any]] = []
    if "model" in names:
        models = [name for name in ALL if any(name in one.models for one in endpoints)]
        properties["model"]["enum"] = models
        rules = list(schema_rules(names, models, defaults["model"]))
    schema: dict[str, Any] = {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }
    return {**schema, "allOf": rules} if rules else schema


def _described(operation: str, name: str, defaults: Mapping[str, Any]) -> dict[str, Any]:
    using = [one for one in OPERATIONS[operation] if name in one.takes]
    found = dict(PARAMETERS[name])
    if name == "resolution":
        found["enum"] = [one for one in RESOLUTIONS if any(one in e.resolutions for e in using)]
    if name == "speech":
        found["maxLength"] = max(one.speech for one in using)
    if name == "prompt" and all(name in one.needs for one in OPERATIONS[operation]):
        found["minLength"] = 1
    if name in defaults:
        found["default"] = defaults[name]
    return found
