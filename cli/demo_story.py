"""The demonstration's story: what was made, and from what. Children stand below their parents."""

from dataclasses import dataclass, field
from typing import Literal

from graph.edge import EdgeKind, Evidence, MediaType, Operation

Draw = Literal["picture", "again", "mask", "sheet", "clip", "tune", "told"]


@dataclass(frozen=True)
class Part:
    """One thing a chapter was made from."""

    of: str
    kind: EdgeKind
    evidence: Evidence = Evidence.RECORDED
    start: float | None = None
    end: float | None = None
    frame: int | None = None


@dataclass(frozen=True)
class Chapter:
    """One asset: how it is drawn, what is told of it, and what it was made from."""

    key: str
    name: str
    draw: Draw = "picture"
    motif: str = "plain"
    style: int = 0
    media: MediaType = MediaType.IMAGE
    operation: Operation = Operation.TEXT_TO_IMAGE
    provider: str = "comfyui"
    tags: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    uploads: dict[str, dict[str, str]] = field(default_factory=dict)
    metadata: dict[str, object] = field(default_factory=dict)


def _of(kind: EdgeKind, *keys: str, evidence: Evidence = Evidence.RECORDED) -> tuple[Part, ...]:
    return tuple(Part(key, kind, evidence) for key in keys)


K, OP, E, M = EdgeKind, Operation, Evidence, MediaType
TRANSITION: dict[str, object] = {
    "pixverse_transition": {
        "images": [
            {"img_id": "90011", "prompt": "dusk falls on the gate", "duration": 5},
            {"img_id": "90012", "prompt": "the knight steps forward", "duration": 3},
            {"img_id": "90013", "prompt": "night, and a lantern"},
        ]
    }
}


def _image(number: str) -> dict[str, dict[str, str]]:
    return {"pixverse": {"img_id": number}}


STORY: tuple[Chapter, ...] = (
    Chapter("knight-sketch", "Knight, first sketch", motif="knight", style=3, tags=("sketch",)),
    Chapter("gate-sketch", "Gate, first sketch", motif="gate", style=3, tags=("sketch",)),
    Chapter("tavern-sketch", "Tavern, first sketch", motif="tavern", style=3, tags=("sketch",)),
    Chapter("style-board", "Dusk, the style board", style=0, tags=("style",)),
    Chapter("night-board", "Night, the style board", style=1, tags=("style",)),
    Chapter("mask", "Mask of the figure", "mask", operation=OP.DERIVE, tags=("mask",)),
    Chapter("theme", "Theme of the gate", "tune", media=M.AUDIO, operation=OP.IMPORT),
    Chapter(
        "knight",
        "Knight at the gate",
        motif="knight",
        operation=OP.IMAGE_TO_IMAGE,
        tags=("hero", "portrait"),
        uploads=_image("90012"),
        parts=(
            *_of(K.SOURCE_IMAGE, "knight-sketch"),
            *_of(K.STYLE_REFERENCE, "style-board"),
        ),
    ),
    Chapter(
        "knight-b",
        "Knight at the gate, second take",
        motif="knight",
        style=2,
        operation=OP.IMAGE_TO_IMAGE,
        tags=("hero",),
        parts=(*_of(K.VARIANT_OF, "knight"), *_of(K.STYLE_REFERENCE, "style-board")),
    ),
    Chapter(
        "knight-odd",
        "Knight with six fingers",
        motif="knight",
        style=1,
        operation=OP.IMAGE_TO_IMAGE,
        tags=("rejected",),
        parts=_of(K.VARIANT_OF, "knight"),
    ),
    Chapter(
        "knight-fixed",
        "Knight at the gate, repainted",
        motif="knight",
        style=0,
        operation=OP.IMAGE_TO_IMAGE,
        tags=("hero",),
        parts=(
            *_of(K.REVISION_OF, "knight-b"),
            *_of(K.MASK, "mask"),
            *_of(K.CHARACTER_REFERENCE, "knight"),
        ),
    ),
    Chapter(
        "knight-large",
        "Knight at the gate, large",
        "again",
        operation=OP.UPSCALE,
        tags=("hero", "final"),
        parts=_of(K.UPSCALED_FROM, "knight-fixed"),
    ),
    Chapter(
        "gate",
        "The gate at dusk",
        motif="gate",
        operation=OP.IMAGE_TO_IMAGE,
        tags=("backdrop",),
        uploads=_image("90011"),
        parts=(*_of(K.SOURCE_IMAGE, "gate-sketch"), *_of(K.STYLE_REFERENCE, "style-board")),
    ),
    Chapter(
        "lantern",
        "Lantern at night",
        motif="lantern",
        style=1,
        operation=OP.IMAGE_TO_IMAGE,
        tags=("item",),
        uploads=_image("90013"),
        parts=_of(K.STYLE_REFERENCE, "night-board"),
    ),
    Chapter(
        "tavern",
        "The tavern",
        motif="tavern",
        style=2,
        operation=OP.IMAGE_TO_IMAGE,
        tags=("backdrop",),
        parts=(*_of(K.SOURCE_IMAGE, "tavern-sketch"), *_of(K.STYLE_REFERENCE, "night-board")),
    ),
    Chapter("marcus", "Marcus the bartender", motif="bartender", style=2, tags=("portrait",)),
    Chapter(
        "marcus-b",
        "Marcus the bartender, smiling",
        motif="bartender",
        style=0,
        operation=OP.IMAGE_TO_IMAGE,
        tags=("portrait",),
        parts=_of(K.VARIANT_OF, "marcus", evidence=E.CLAIMED),
    ),
    Chapter(
        "intro",
        "The gate opens",
        "clip",
        media=M.VIDEO,
        operation=OP.IMAGE_TO_VIDEO,
        provider="runway",
        tags=("shot",),
        parts=(*_of(K.FIRST_FRAME, "gate"), *_of(K.LAST_FRAME, "knight-large")),
    ),
    Chapter(
        "duel",
        "Two at the gate",
        "clip",
        media=M.VIDEO,
        operation=OP.FUSION,
        provider="pixverse",
        tags=("shot",),
        parts=(
            *_of(K.FUSION_CHARACTER, "knight-large", "marcus-b"),
            *_of(K.FUSION_BACKGROUND, "gate"),
            *_of(K.FUSION_REFERENCE, "lantern"),
        ),
    ),
    Chapter(
        "duel-long",
        "Two at the gate, extended",
        "clip",
        media=M.VIDEO,
        operation=OP.VIDEO_EXTEND,
        provider="pixverse",
        tags=("shot",),
        parts=(Part("duel", K.SOURCE_VIDEO, start=0.5, end=1.5),),
    ),
    Chapter(
        "dusk-to-night",
        "From dusk to night",
        "clip",
        media=M.VIDEO,
        operation=OP.VIDEO_TRANSITION,
        provider="pixverse",
        tags=("shot",),
        metadata=TRANSITION,
    ),
    Chapter(
        "still",
        "The moment the gate opens",
        motif="gate",
        style=2,
        operation=OP.FRAME_EXTRACT,
        tags=("still",),
        parts=(Part("intro", K.PAUSED_FRAME, frame=24),),
    ),
    Chapter(
        "song",
        "Marcus sings",
        "clip",
        media=M.VIDEO,
        operation=OP.LIP_SYNC,
        provider="kling",
        tags=("shot",),
        parts=(*_of(K.SOURCE_IMAGE, "marcus-b"), *_of(K.SOURCE_AUDIO, "theme")),
    ),
    Chapter(
        "walk",
        "Through the gate",
        "clip",
        media=M.VIDEO,
        operation=OP.IMAGE_TO_VIDEO,
        provider="kling",
        tags=("shot",),
        parts=(*_of(K.KEYFRAME, "still"), *_of(K.KEYFRAME, "tavern")),
    ),
    Chapter(
        "trailer",
        "The trailer",
        "clip",
        media=M.VIDEO,
        operation=OP.COMPOSE,
        provider="studio",
        tags=("final",),
        parts=(
            Part("intro", K.VIDEO_CLIP, E.CLAIMED, start=0.0, end=1.0),
            Part("duel-long", K.VIDEO_CLIP, E.CLAIMED, start=0.0, end=1.5),
            Part("dusk-to-night", K.VIDEO_CLIP, E.CLAIMED),
            Part("theme", K.SOURCE_AUDIO, E.CLAIMED),
        ),
    ),
    Chapter(
        "poster",
        "The poster",
        motif="gate",
        style=1,
        operation=OP.RESTYLE,
        tags=("final",),
        parts=(
            Part("trailer", K.PAUSED_FRAME, frame=12),
            *_of(K.STYLE_REFERENCE, "night-board"),
        ),
    ),
    Chapter(
        "sprites",
        "Sprite sheet of the cast",
        "sheet",
        operation=OP.COMPOSE,
        provider="studio",
        tags=("final", "sprite"),
        parts=_of(K.COMPOSED_FROM, "knight-large", "knight-b", "marcus-b", "lantern"),
    ),
    Chapter(
        "reference",
        "Old postcard of a gate",
        "told",
        provider="archive",
        operation=OP.IMPORT,
        tags=("reference",),
    ),
    Chapter(
        "poster-copy",
        "The poster, as found online",
        "told",
        provider="web",
        operation=OP.IMPORT,
        parts=_of(K.VARIANT_OF, "poster", evidence=E.INFERRED),
    ),
)
