"""Kling's abilities as users see them, made from the table of models."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

from providers.contract import Ability, Detail, InputRule, Request
from providers.hint import MediaType
from providers.kling.clause import Problem
from providers.kling.models import DEFAULTS, OFFERS, chosen
from providers.kling.offer import Offer
from providers.kling.parameter import PARAMETERS, Schema

NAMED = frozenset({Detail.NAME})
CUT = frozenset({Detail.START_SECONDS, Detail.END_SECONDS})
Role = tuple[str, str, frozenset[Detail]]
PLAIN = frozenset[Detail]()
BOUNDS = ("maxLength", "maxItems", "minimum", "maximum")

OPERATIONS: Mapping[str, tuple[MediaType, str]] = {
    "text_to_video": ("VIDEO", "Makes a video from a text, in the style of references if given."),
    "image_to_video": (
        "VIDEO",
        "Sets an image in motion, between a first and a last frame, along brush strokes, or as the "
        "person in a given video moves.",
    ),
    "fusion": ("VIDEO", "Brings several images together in one video."),
    "restyle": ("VIDEO", "Gives a video another look, and keeps what happens in it."),
    "derive": ("VIDEO", "Edits a video as told, or puts an effect on one or two images."),
    "video_extend": (
        "VIDEO",
        "Continues a video by 4 to 5 seconds: one that Kling made with a model of 1.0 to 1.6 in "
        "the last 30 days.",
    ),
    "lip_sync": ("VIDEO", "Has the person in a video or an image speak or sing a sound."),
    "text_to_image": ("IMAGE", "Makes images from a text."),
    "image_to_image": ("IMAGE", "Makes images from images: variations, new styles, new scenes."),
}
STYLE: Role = ("STYLE_REFERENCE", "What it is to look like.", NAMED)
EDITED: Role = ("SOURCE_VIDEO", "The video that is edited.", NAMED)
ROLES: Mapping[str, Mapping[str, Role]] = {
    "text_to_video": {"styleReferences": STYLE},
    "image_to_video": {
        "firstFrame": ("FIRST_FRAME", "What the video begins with.", NAMED),
        "lastFrame": ("LAST_FRAME", "What the video ends with.", NAMED),
        "mask": ("MASK", "White where nothing may move.", PLAIN),
        "motionMasks": ("MASK", "White on what moves along each of the trajectories.", PLAIN),
        "styleReferences": STYLE,
        "image": ("SOURCE_IMAGE", "Who moves as the person in the video does.", PLAIN),
        "video": ("SOURCE_VIDEO", "The video whose motion is taken over.", PLAIN),
    },
    "fusion": {
        "characters": ("FUSION_CHARACTER", "Who or what appears in the video.", NAMED),
        "background": ("FUSION_BACKGROUND", "Where it takes place.", NAMED),
        "references": ("FUSION_REFERENCE", "Anything else to be drawn upon.", NAMED),
    },
    "restyle": {"video": EDITED, "styleReferences": STYLE},
    "derive": {
        "video": EDITED,
        "references": ("CHARACTER_REFERENCE", "What is put into the video.", NAMED),
        "images": ("SOURCE_IMAGE", "Who the effect is put on: left, and right.", PLAIN),
    },
    "video_extend": {"video": ("SOURCE_VIDEO", "The video that is continued.", PLAIN)},
    "lip_sync": {
        "video": ("SOURCE_VIDEO", "The video whose person speaks.", PLAIN),
        "image": ("SOURCE_IMAGE", "The image whose person speaks.", PLAIN),
        "audio": ("SOURCE_AUDIO", "What is spoken.", CUT),
    },
    "text_to_image": {},
    "image_to_image": {
        "image": ("SOURCE_IMAGE", "The image to begin from.", NAMED),
        "references": ("CHARACTER_REFERENCE", "What else is to be shown.", NAMED),
        "characters": ("CHARACTER_REFERENCE", "Who or what is to be shown.", PLAIN),
        "background": ("SOURCE_IMAGE", "The scene they are put into.", PLAIN),
        "styleReferences": ("STYLE_REFERENCE", "What it is to look like.", PLAIN),
    },
}


def abilities() -> tuple[Ability, ...]:
    """One of each operation, over all endpoints that serve it."""
    return tuple(_ability(name, *about) for name, about in OPERATIONS.items())


def _ability(operation: str, output: MediaType, description: str) -> Ability:
    offers = [one for one in OFFERS if one.operation == operation]
    inputs = tuple(_input(name, *role, offers) for name, role in ROLES[operation].items())
    return Ability(operation, output, description, _schema(operation, offers), inputs, check)


def check(request: Request) -> Sequence[Problem]:
    """What is wrong with a request, by parameter."""
    return chosen(request)[1]


def _input(
    name: str, kind: str, description: str, details: frozenset[Detail], offers: list[Offer]
) -> InputRule:
    takes = [one.inputs.get(name) for one in offers]
    there = [take for take in takes if take is not None]
    least = min(take.least if take else 0 for take in takes)
    types: tuple[Any, ...] = tuple(dict.fromkeys(t for take in there for t in take.media))
    return InputRule(name, kind, types, description, least, max(t.most for t in there), details)


def _schema(operation: str, offers: list[Offer]) -> Schema:
    names = [name for name in PARAMETERS if any(name in one.takes for one in offers)]
    models = list(dict.fromkeys(model for one in offers for model in one.models))
    properties = {name: _property(name, offers) for name in names}
    needed = _common(one.needs for one in offers)
    whole: dict[str, Any] = {
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "required": needed,
    }
    if models:
        default = DEFAULTS[operation]
        properties["model"] = {**PARAMETERS["model"], "enum": models, "default": default}
        whole["allOf"] = _by_model(models, default, names, needed, offers)
    return whole


def _property(name: str, offers: list[Offer]) -> Schema:
    """A default is told only where it holds whatever else is chosen; bounds where all share them;
    and choices as far as some model has them."""
    takes = [one.takes.get(name, {}) for one in offers]
    wide, narrowed = PARAMETERS[name], _narrowed(name, offers)
    default = takes[0].get("default")
    same = default is not None and all(one.get("default") == default for one in takes)
    shared = narrowed if isinstance(narrowed, Mapping) else {}
    return {
        **wide,
        **({"enum": _choices(name, offers)} if "enum" in wide else {}),
        **{bound: shared[bound] for bound in BOUNDS if bound in shared},
        **({"default": default} if same else {}),
    }


def _choices(name: str, offers: list[Offer]) -> list[str]:
    taken = [one.takes[name] for one in offers if name in one.takes]
    every = (value for one in taken for value in one.get("enum", PARAMETERS[name]["enum"]))
    return list(dict.fromkeys(every))


def _by_model(
    models: list[str], default: str, names: list[str], needed: list[str], offers: list[Offer]
) -> list[Schema]:
    """The rules of each model, those of the same rules together."""
    groups: dict[bytes, list[str]] = {}
    for model in models:
        theirs = [one for one in offers if not one.models or model in one.models]
        groups.setdefault(orjson.dumps(_rules(theirs, names, needed)), []).append(model)
    return [
        {"if": _if_model(group, default), "then": then}
        for told, group in groups.items()
        if (then := orjson.loads(told))
    ]


def _if_model(group: list[str], default: str) -> Schema:
    asked = {"properties": {"model": {"enum": group}}}
    return asked if default in group else {**asked, "required": ["model"]}


def _rules(theirs: list[Offer], names: list[str], needed: list[str]) -> Schema:
    narrowed = {name: _narrowed(name, theirs) for name in names}
    properties = {name: one for name, one in narrowed.items() if one is not True}
    more = [name for name in _common(one.needs for one in theirs) if name not in needed]
    rules = {"properties": properties, "required": more}
    return {name: value for name, value in rules.items() if value}


def _narrowed(name: str, offers: list[Offer]) -> Schema | bool:
    """What a parameter may be for these; False where none takes it, True where nothing is said."""
    taken = [one.takes[name] for one in offers if name in one.takes]
    told = [{k: v for k, v in one.items() if k != "default"} for one in taken]
    if not told or {} in told:
        return bool(told)
    different = [one for index, one in enumerate(told) if one not in told[:index]]
    return different[0] if len(different) == 1 else {"anyOf": different}


def _common(needs: Iterable[Sequence[str]]) -> list[str]:
    first, *others = needs
    return [name for name in first if all(name in other for other in others)]
