"""The catalogue of lineage edges: what each kind means and which media it joins.

Adding a kind is one row here. An edge points from the child to the parent it was made from.
"""

from dataclasses import dataclass
from enum import StrEnum


class MediaType(StrEnum):
    """What an asset is, by its bytes."""

    IMAGE = "IMAGE"
    VIDEO = "VIDEO"
    AUDIO = "AUDIO"


class Evidence(StrEnum):
    """How an edge is known."""

    RECORDED = "RECORDED"
    EXTRACTED = "EXTRACTED"
    CLAIMED = "CLAIMED"
    INFERRED = "INFERRED"


class Operation(StrEnum):
    """What was done to make an asset."""

    TEXT_TO_IMAGE = "text_to_image"
    IMAGE_TO_IMAGE = "image_to_image"
    TEXT_TO_VIDEO = "text_to_video"
    IMAGE_TO_VIDEO = "image_to_video"
    VIDEO_EXTEND = "video_extend"
    VIDEO_TRANSITION = "video_transition"
    FUSION = "fusion"
    UPSCALE = "upscale"
    FRAME_EXTRACT = "frame_extract"
    COMPOSE = "compose"
    DERIVE = "derive"
    RESTYLE = "restyle"
    LIP_SYNC = "lip_sync"
    IMPORT = "import"


IMAGE = frozenset({MediaType.IMAGE})
VIDEO = frozenset({MediaType.VIDEO})
AUDIO = frozenset({MediaType.AUDIO})
SEEN = IMAGE | VIDEO
ANY = SEEN | AUDIO


@dataclass(frozen=True)
class Kind:
    """One row of the catalogue."""

    meaning: str
    parent: frozenset[MediaType]
    child: frozenset[MediaType]


class EdgeKind(StrEnum):
    """What the parent was to the child."""

    SOURCE_IMAGE = "SOURCE_IMAGE"
    SOURCE_VIDEO = "SOURCE_VIDEO"
    SOURCE_AUDIO = "SOURCE_AUDIO"
    TRANSITION_INPUT = "TRANSITION_INPUT"
    KEYFRAME = "KEYFRAME"
    VIDEO_CLIP = "VIDEO_CLIP"
    PAUSED_FRAME = "PAUSED_FRAME"
    FIRST_FRAME = "FIRST_FRAME"
    LAST_FRAME = "LAST_FRAME"
    STYLE_REFERENCE = "STYLE_REFERENCE"
    CHARACTER_REFERENCE = "CHARACTER_REFERENCE"
    MASK = "MASK"
    FUSION_CHARACTER = "FUSION_CHARACTER"
    FUSION_BACKGROUND = "FUSION_BACKGROUND"
    FUSION_REFERENCE = "FUSION_REFERENCE"
    COMPOSED_FROM = "COMPOSED_FROM"
    UPSCALED_FROM = "UPSCALED_FROM"
    VARIANT_OF = "VARIANT_OF"
    REVISION_OF = "REVISION_OF"

    def misfit(self, child: MediaType, parent: MediaType) -> str | None:
        """Why an edge of this kind cannot join these media; None if it can."""
        row = CATALOGUE[self]
        for name, actual, allowed in (("parent", parent, row.parent), ("child", child, row.child)):
            if actual not in allowed:
                fitting = " or ".join(sorted(allowed))
                return f"{self} wants {fitting} as its {name}, and this one is {actual}"
        return None


CATALOGUE: dict[EdgeKind, Kind] = {
    EdgeKind.SOURCE_IMAGE: Kind("The image the child was made from.", IMAGE, SEEN),
    EdgeKind.SOURCE_VIDEO: Kind("The video the child continues, edits or restyles.", VIDEO, ANY),
    EdgeKind.SOURCE_AUDIO: Kind("The sound the child speaks, sings or moves to.", AUDIO, ANY),
    EdgeKind.TRANSITION_INPUT: Kind("A still the child moves through, in order.", IMAGE, VIDEO),
    EdgeKind.KEYFRAME: Kind("An image that fixes or guides one moment of the child.", IMAGE, SEEN),
    EdgeKind.VIDEO_CLIP: Kind("A clip that is cut into the child.", VIDEO, VIDEO),
    EdgeKind.PAUSED_FRAME: Kind("The video the child is a still of.", VIDEO, IMAGE),
    EdgeKind.FIRST_FRAME: Kind("The image the child begins with.", IMAGE, VIDEO),
    EdgeKind.LAST_FRAME: Kind("The image the child ends with.", IMAGE, VIDEO),
    EdgeKind.STYLE_REFERENCE: Kind("What the child takes its style from.", SEEN, SEEN),
    EdgeKind.CHARACTER_REFERENCE: Kind("Who or what the child shows again.", SEEN, SEEN),
    EdgeKind.MASK: Kind("The image that says where the child may differ.", IMAGE, SEEN),
    EdgeKind.FUSION_CHARACTER: Kind("A character put into the child.", IMAGE, VIDEO),
    EdgeKind.FUSION_BACKGROUND: Kind("The background put behind the child.", IMAGE, VIDEO),
    EdgeKind.FUSION_REFERENCE: Kind("Another reference fused into the child.", SEEN, VIDEO),
    EdgeKind.COMPOSED_FROM: Kind("A part of the composition.", ANY, ANY),
    EdgeKind.UPSCALED_FROM: Kind("The smaller original of the child.", SEEN, SEEN),
    EdgeKind.VARIANT_OF: Kind("What the child is another take of.", ANY, ANY),
    EdgeKind.REVISION_OF: Kind("What the child replaces.", ANY, ANY),
}

ALL_KINDS = "|".join(EdgeKind)


def kinds_literal(kinds: list[EdgeKind] | None) -> str:
    """The kinds as a relationship pattern spells them; all of them when none is named."""
    return "|".join(dict.fromkeys(kinds)) if kinds else ALL_KINDS
