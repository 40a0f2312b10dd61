"""Turns what provider metadata says of a parent into what the graph can look up and make."""

from collections.abc import Mapping

from graph.asset import MediaState, NewAsset
from graph.edge import EdgeKind, MediaType, Operation
from graph.extraction import Clue
from graph.link import NewEdge
from graph.provider_upload import key_of
from planning.extraction import Wanted
from providers.hint import ParentHint, Reference

# Id spaces whose ids name what a provider made, and so stand as `providerAssetId`. All others
# name uploads, files, jobs or things that are kept there, and are told apart by their kind.
MADE: Mapping[str, frozenset[str]] = {
    "kling": frozenset({"video_id", "image_id", "audio_id"}),
    "pixverse": frozenset({"video_id", "image_id"}),
    "runway": frozenset({"task_id"}),
}
FILE = "file"
# Neo4j indexes no longer keys.
URL_BYTES_MAX = 4096
# GraphQL's whole numbers have 31 bits.
FRAME_MAX = 2**31 - 1


def wanted(child_id: str, hint: ParentHint) -> Wanted:
    """The edge a hint asks for, its parent still open."""
    edge = NewEdge(
        child_id=child_id,
        parent_id="",
        kind=EdgeKind(hint.kind),
        operation=Operation(hint.operation),
        sequence=hint.sequence,
        parent_start_seconds=hint.parent_start,
        parent_end_seconds=hint.parent_end,
        parent_frame=_frame(hint.parent_frame),
        prompt=hint.prompt,
        duration_seconds=hint.duration,
    )
    found = clue(hint.reference)
    new = _new(hint.reference, found, MediaType(hint.media_type))
    return Wanted(edge, found, name_of(hint.reference), new)


def clue(reference: Reference) -> Clue:
    """By what the graph may know the asset."""
    kind, number = _identity(reference)
    made = number if is_made(reference.provider, kind) else None
    return Clue(
        upload=key_of(reference.provider, kind, number) if kind and number else None,
        provider=reference.provider if made else None,
        made=made,
        url=_url(reference),
        sha256=reference.sha256,
    )


def is_made(provider: str, id_kind: str | None) -> bool:
    """Whether ids of this kind name what the provider made."""
    return id_kind in MADE.get(provider, frozenset())


def _identity(reference: Reference) -> tuple[str | None, str | None]:
    if reference.file:
        return FILE, reference.file
    return reference.id_kind, reference.id


def _new(reference: Reference, found: Clue, media_type: MediaType) -> NewAsset | None:
    """The asset to make if there is none. A hash alone is nothing that could be shown or found."""
    if not (found.upload or found.url):
        return None
    kind, number = _identity(reference)
    held = found.upload and not found.made
    return NewAsset(
        media_type,
        provider=reference.provider if found.upload else None,
        provider_asset_id=found.made,
        provider_uploads={reference.provider: {kind: number}} if held and kind and number else {},
        remote_url=found.url,
        media_state=MediaState.REMOTE if found.url else MediaState.NONE,
    )


def _url(reference: Reference) -> str | None:
    url = reference.url
    return url if url and len(url.encode()) <= URL_BYTES_MAX else None


def _frame(frame: int | None) -> int | None:
    return frame if frame is None or frame <= FRAME_MAX else None


def name_of(reference: Reference) -> str:
    """How a problem speaks of it; the query of an address may hold a signature."""
    kind, number = _identity(reference)
    if kind and number:
        return f"{reference.provider} {kind} {number[:80]}"
    if reference.url:
        return reference.url.partition("?")[0][:120]
    return f"The file with SHA-256 {reference.sha256}"
