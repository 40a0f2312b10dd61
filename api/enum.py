"""The enums of the graph as GraphQL shows them, each value with its meaning."""

from collections.abc import Mapping
from enum import Enum
from typing import Any

import strawberry

from graph.asset import MediaState
from graph.edge import CATALOGUE, EdgeKind, Evidence, MediaType, Operation
from graph.lineage import Cut, Direction
from graph.relation import RelationKind
from workers.feed_event import Happening

OPERATIONS = {
    Operation.TEXT_TO_IMAGE: "An image made from words.",
    Operation.IMAGE_TO_IMAGE: "An image made from another.",
    Operation.TEXT_TO_VIDEO: "A clip made from words.",
    Operation.IMAGE_TO_VIDEO: "A clip made from one image or more.",
    Operation.VIDEO_EXTEND: "A clip that goes on where another ended.",
    Operation.VIDEO_TRANSITION: "A clip that moves from one still to the next.",
    Operation.FUSION: "A clip that brings characters and a background together.",
    Operation.UPSCALE: "The same at a higher resolution.",
    Operation.FRAME_EXTRACT: "A still taken from a clip.",
    Operation.COMPOSE: "Several put side by side or over each other.",
    Operation.DERIVE: "Made from another in a way no other operation names.",
    Operation.RESTYLE: "The same in another style.",
    Operation.LIP_SYNC: "A clip whose lips follow a sound.",
    Operation.IMPORT: "Brought in from outside; how it was made is not known.",
}
EVIDENCE = {
    Evidence.RECORDED: "Our own worker ran it.",
    Evidence.EXTRACTED: "Read from a provider's metadata or from the file.",
    Evidence.CLAIMED: "A client said so.",
    Evidence.INFERRED: "Concluded from equal bytes.",
}
MEDIA_TYPES = {
    MediaType.IMAGE: "A still or animated picture.",
    MediaType.VIDEO: "A clip, with or without sound.",
    MediaType.AUDIO: "A sound.",
}
MEDIA_STATES = {
    MediaState.NONE: "Only what is said of it is known; there are no bytes.",
    MediaState.REMOTE: "The bytes are elsewhere, at `remoteUrl`.",
    MediaState.FETCHING: "The bytes are being fetched.",
    MediaState.STORED: "The bytes are here.",
    MediaState.FAILED: "Fetching the bytes failed; `mediaProblem` says why.",
    MediaState.REMOVED: "The bytes were deleted; what they were stays on record.",
}
DIRECTIONS = {
    Direction.BOTH: "Both ways.",
    Direction.PARENTS: "What it was made from.",
    Direction.CHILDREN: "What was made from it.",
}
CUTS = {
    Cut.MAX_NODES: "There are more assets than may be taken in; `maxNodes` for a neighbourhood.",
    Cut.MAX_DEPTH: "There are assets further away than may be gone; `maxDepth` for a neighbourhood.",
}
HAPPENINGS = {
    Happening.ATTACHED: "Nothing yet: this is how it stands, and what happens from here on follows.",
    Happening.MISSED: "Something may have happened that is not told: read again what you hold.",
    Happening.CREATED: "Assets came in.",
    Happening.UPDATED: "What is known of assets changed, or their bytes came.",
    Happening.DELETED: "Assets were deleted.",
    Happening.LINKED: "Assets were linked to what they were made from.",
    Happening.UNLINKED: "Links between assets were retracted.",
    Happening.IMPORTED: "An import brought in a batch; which assets is not told one by one.",
    Happening.QUEUED: "Generations wait for their turn, or wait elsewhere than before.",
    Happening.STARTED: "A worker began with generations.",
    Happening.PROGRESSED: "A generation is further; told in passing, and not kept.",
    Happening.COMPLETED: "Generations ended with what they were to make.",
    Happening.FAILED: "Generations ended without it; `problem` says why.",
    Happening.CANCELLING: "Generations that run were called off: they end soon, as COMPLETED if they were done already.",
    Happening.CANCELLED: "Generations ended as they were called off.",
    Happening.CLEARED: "Generations that had ended were put away.",
    Happening.PROVIDER: "Whether a provider can be used changed.",
}
RELATIONS = {
    RelationKind.SAME: "They are one and the same.",
    RelationKind.ANCESTOR: "The second was made from the first.",
    RelationKind.DESCENDANT: "The first was made from the second.",
    RelationKind.COMMON_ANCESTOR: "Both were made from a third.",
    RelationKind.COMMON_DESCENDANT: "A third was made from both.",
    RelationKind.NONE: "No lineage joins them.",
}


def describe(enum: type[Enum], text: str, values: Mapping[Any, str]) -> None:
    """Registers an enum of the graph with GraphQL; a value without a meaning is an error."""
    strawberry.enum(enum, description=text)
    definition = enum.__strawberry_definition__  # type: ignore[attr-defined]
    for value in definition.values:
        value.description = values[enum[value.name]]


describe(MediaType, "What an asset is, by its bytes.", MEDIA_TYPES)
describe(MediaState, "Where an asset's bytes are.", MEDIA_STATES)
describe(Operation, "What was done to make an asset.", OPERATIONS)
describe(Evidence, "How an edge is known.", EVIDENCE)
describe(
    EdgeKind,
    "What a parent was to its child.",
    {kind: row.meaning for kind, row in CATALOGUE.items()},
)
describe(Direction, "Which way to walk from an asset.", DIRECTIONS)
describe(Cut, "Why an answer is not the whole of it.", CUTS)
describe(RelationKind, "What the first of two assets is to the second.", RELATIONS)
describe(Happening, "What an event tells.", HAPPENINGS)
