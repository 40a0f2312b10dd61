"""Every parameter that some model of Runway takes: its field there, and what it means."""

from dataclasses import dataclass
from typing import Any

from providers.contract import JsonSchema

SEED_MOST = 2**32 - 1


@dataclass(frozen=True)
class Parameter:
    """Where it stands in a body, dots leading into objects, and its JSON Schema."""

    wire: str
    schema: JsonSchema


def _of(kind: str, wire: str, description: str, **more: Any) -> Parameter:
    return Parameter(wire, {"type": kind, "description": description, **more})


def _text(wire: str, description: str, **more: Any) -> Parameter:
    return _of("string", wire, description, **more)


def _whole(wire: str, description: str, **more: Any) -> Parameter:
    return _of("integer", wire, description, **more)


def _switch(wire: str, description: str) -> Parameter:
    return _of("boolean", wire, description)


def _percent(wire: str, description: str) -> Parameter:
    return _whole(wire, description, minimum=0, maximum=100)


_SHOT = {
    "type": "object",
    "properties": {
        "prompt": {"type": "string", "minLength": 1, "description": "What this shot shows."},
        "durationSeconds": {"type": "integer", "minimum": 1, "description": "How long it lasts."},
    },
    "required": ["prompt", "durationSeconds"],
    "additionalProperties": False,
}

PARAMETERS = {
    "prompt": _text("promptText", "What the result should show or sound like.", minLength=1),
    "negativePrompt": _text("negativePrompt", "What should not be in the result.", minLength=1),
    "seed": _whole(
        "seed",
        "The same seed with the same request gives a similar result; a model that has no seed "
        "leaves it aside.",
        minimum=0,
        maximum=SEED_MOST,
    ),
    "aspectRatio": _text(
        "ratio", "Size of the result as width:height, or its shape, as the model has it."
    ),
    "targetAspectRatio": _text(
        "targetAspectRatio", "Shape to widen the video to; what is new is made up."
    ),
    "resolution": _text("resolution", "How fine the result is."),
    "durationSeconds": _of(
        "number", "duration", "How long the result lasts, in seconds.", exclusiveMinimum=0
    ),
    "audio": _switch("audio", "Whether sound is made along with the video; it may cost more."),
    "count": _whole("outputCount", "How many to make; each is paid.", minimum=1, maximum=10),
    "quality": _text("quality", "How much effort is spent; more costs more."),
    "background": _text("background", "What stands behind the subject."),
    "backgroundColor": _text(
        "backgroundColor", "Colour preferred behind the subject.", pattern="^#[0-9A-Fa-f]{6}$"
    ),
    "colors": _of(
        "array",
        "colors",
        "Colours preferred in the result.",
        items={"type": "string", "pattern": "^#[0-9A-Fa-f]{6}$"},
        maxItems=16,
    ),
    "outputFormat": _text("outputFormat", "File format; some cost more per second."),
    "proresProfile": _text("proresProfile", "Profile of ProRes, where that is the format."),
    "publicFigureThreshold": _text(
        "contentModeration.publicFigureThreshold",
        "How strictly recognisable public figures are kept out.",
    ),
    "cfgScale": _of(
        "number",
        "cfgScale",
        "How closely the prompt is followed: 0 freely, 1 strictly.",
        minimum=0,
        maximum=1,
    ),
    "shotType": _text("providerSettings.shotType", "Whether the model or `shots` sets the cuts."),
    "shots": _of(
        "array",
        "providerSettings.multiPrompt",
        "Prompts of single shots, 3 to 15 seconds together.",
        items=_SHOT,
        minItems=1,
    ),
    "keepOriginalSound": _switch(
        "providerSettings.keepOriginalSound", "Whether the sound of the source stays."
    ),
    "promptExpansion": _text("promptExpansionMode", "How far the prompt is rewritten first."),
    "draft": _switch(
        "draft", "Makes a cheap preview at 480p, which can be finished within 7 days."
    ),
    "grounding": _switch("grounding", "Whether the web is searched for what the prompt names."),
    "edit": _switch("edit", "Whether the image itself is edited, rather than looked at."),
    "preciseEdit": _switch("preciseEdit", "Whether the image keeps its composition and size."),
    "thinkingLevel": _text("thinkingLevel", "How much the model reasons beforehand."),
    "flavor": _text("flavor", "Manner of the upscaling."),
    "scaleFactor": _whole("scaleFactor", "How many times wider and higher."),
    "creativity": _percent("creativity", "How much detail is made up: 0 is faithful."),
    "sharpen": _percent("sharpen", "How much is sharpened."),
    "smartGrain": _percent("smartGrain", "How much grain and texture is added."),
    "ultraDetail": _percent("ultraDetail", "How much fine detail is added."),
    "fpsBoost": _switch("fpsBoost", "Whether the frame rate is raised as well."),
    "targetFramerate": _text("targetFramerate", "Frames a second of the result."),
    "bodyControl": _switch("bodyControl", "Whether gestures are taken over, beside the face."),
    "expressionIntensity": _whole(
        "expressionIntensity", "How strongly the face moves.", minimum=1, maximum=5
    ),
    "preserveSpeech": _switch("preserveSpeech", "Whether what is spoken in the video stays."),
    "voice": _text("voice.presetId", "Name of the voice that speaks in the result."),
    "removeBackgroundNoise": _switch("removeBackgroundNoise", "Whether noise is taken out."),
    "targetLanguage": _text("targetLang", "Language to dub into, as a code such as `es`."),
    "disableVoiceCloning": _switch(
        "disableVoiceCloning", "Whether a common voice speaks, in place of the speaker's own."
    ),
    "dropBackgroundAudio": _switch("dropBackgroundAudio", "Whether only what is spoken stays."),
    "speakers": _whole("numSpeakers", "How many speak; found out if not said.", minimum=1),
    "loudnessRate": _whole("loudnessRate", "Louder above 0, quieter below."),
    "pitchRate": _whole("pitchRate", "Higher above 0, lower below, in semitones."),
    "speechRate": _whole("speechRate", "Faster above 0, slower below."),
    "sampleRate": _whole("sampleRate", "Samples a second, in Hz."),
}
