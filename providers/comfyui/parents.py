"""The files a graph's output was made from, and what was done with them."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from providers.comfyui.facts import find_sampler
from providers.comfyui.file import NAME_LIMIT, annotated, media_type
from providers.comfyui.reach import Reach, has_word
from providers.comfyui.rules import (
    AUDIO_WORDS,
    ENCODED_TEXTS,
    LOADERS,
    RANKS,
    SAVE_WORDS,
    SOURCE,
    UPSCALE_WORDS,
    VIDEO_WORDS,
)
from providers.comfyui.wording import text_of
from providers.comfyui.workflow import Node, Workflow
from providers.hint import MediaType, ParentHint, Reference
from providers.parents import bounded
from providers.source import link

OWN_KINDS: dict[MediaType, str] = {
    "IMAGE": "SOURCE_IMAGE",
    "VIDEO": "SOURCE_VIDEO",
    "AUDIO": "SOURCE_AUDIO",
}
# What is started from, where the operation says more than the medium.
WHOLE_KINDS = {
    "upscale": "UPSCALED_FROM",
    "frame_extract": "PAUSED_FRAME",
    "compose": "COMPOSED_FROM",
}
# Guides change how a result looks, not what it starts from.
GUIDING = ("CHARACTER_REFERENCE", "STYLE_REFERENCE", "KEYFRAME", "MASK")
# Only a picture can be a mask, a keyframe or a frame; a clip used as one is a source.
PLAYABLE: dict[MediaType, tuple[str, ...]] = {
    "IMAGE": (*GUIDING, "FIRST_FRAME", "LAST_FRAME"),
    "VIDEO": ("CHARACTER_REFERENCE", "STYLE_REFERENCE"),
    "AUDIO": (),
}
# Where the search for files ends: well beyond the parents kept, whose cut is said.
LOADED_LIMIT = 1000


@dataclass(frozen=True)
class Loaded:
    """A file that flows into the output, in one role."""

    reference: Reference
    media_type: MediaType
    role: str


def find_parents(
    workflow: Workflow, reached: Reach, outputs: Iterable[Node], problems: list[str]
) -> tuple[str | None, tuple[ParentHint, ...]]:
    """The operation the graph performs and the files it starts from."""
    loaded = _load_all(workflow, reached, problems)
    made = output_medium(outputs)
    operation = operation_of(reached, loaded, made)
    if operation is None:
        return None, ()
    ordered = sorted(dict.fromkeys(loaded), key=_rank)
    hints = [_hint(each, operation, made, place) for place, each in enumerate(ordered)]
    return operation, bounded(hints, problems)


def output_medium(outputs: Iterable[Node]) -> MediaType:
    """What the output nodes save, by their class names."""
    nodes = list(outputs)
    if any(has_word(node, VIDEO_WORDS) for node in nodes):
        return "VIDEO"
    return "AUDIO" if any(has_word(node, AUDIO_WORDS) for node in nodes) else "IMAGE"


def _load_all(workflow: Workflow, reached: Reach, problems: list[str]) -> list[Loaded]:
    loaded = (each for node in reached.nodes for each in _load(workflow, reached, node, problems))
    return list(islice(loaded, LOADED_LIMIT))


def _load(workflow: Workflow, reached: Reach, node: Node, problems: list[str]) -> list[Loaded]:
    files = _files(workflow, node, problems)
    return [
        Loaded(found, medium, role)
        for found, medium in files
        for role in roles_of(reached, node, medium)
    ]


def roles_of(reached: Reach, node: Node, medium: MediaType) -> list[str]:
    """The roles that a file loaded by this node plays in what is made."""
    roles = ["MASK"] if node.class_type == "LoadImageMask" else _played(reached, node)
    return [role if role in PLAYABLE[medium] else SOURCE for role in roles]


def _played(reached: Reach, node: Node) -> list[str]:
    played = reached.roles[node.id]
    ranks = ([role for role in rank if role in played] for rank in RANKS)
    return next((rank for rank in ranks if rank), [SOURCE])


def _files(
    workflow: Workflow, node: Node, problems: list[str]
) -> list[tuple[Reference, MediaType]]:
    loader = LOADERS.get(node.class_type)
    if loader is None:
        return _unknown_loader(node)
    value = text_of(workflow, node.inputs.get(loader.input))
    found = annotated(value, loader.folder)
    if found is None:
        problems.append(
            f"Node {node.id[:40]!r} names no file of the server's folders; that parent is unknown."
        )
        return []
    return [(Reference("comfyui", file=found.key), loader.media_type)]


def _unknown_loader(node: Node) -> list[tuple[Reference, MediaType]]:
    """Any other class that holds the name of a media file is taken for a loader."""
    if has_word(node, SAVE_WORDS):
        return []
    names = sorted(name for name in node.inputs if name not in ENCODED_TEXTS)
    found = (_foreign(node, node.inputs[name]) for name in names)
    return [each for each in found if each]


def _foreign(node: Node, value: object) -> tuple[Reference, MediaType] | None:
    if not isinstance(value, str):
        return None
    if has_word(node, ("load",)) and (has_word(node, ("base64",)) or "://" in value[:10]):
        reference = link("comfyui", value)
        medium = media_type(value.partition("?")[0][-NAME_LIMIT:]) or "IMAGE"
        return (reference, medium) if reference else None
    found = annotated(value)
    named = media_type(found.filename) if found else None
    return (Reference("comfyui", file=found.key), named) if found and named else None


def operation_of(reached: Reach, loaded: list[Loaded], made: MediaType) -> str | None:
    """What is done with the files; None if that cannot be told."""
    started = {each.media_type for each in loaded if each.role not in GUIDING}
    if generates(reached):
        return _generated(started, made) if loaded or made != "AUDIO" else None
    if not loaded:
        return None
    if (
        made != "AUDIO"
        and len(started - {"AUDIO"}) == 1
        and any(has_word(node, UPSCALE_WORDS) for node in reached.nodes)
    ):
        return "upscale"
    if made == "IMAGE" and started == {"VIDEO"}:
        return "frame_extract"
    return "compose" if len({each.reference for each in loaded}) > 1 else "derive"


def generates(reached: Reach) -> bool:
    """Whether a model makes something new here: a sampler runs, or a service gets a prompt."""
    if find_sampler(reached):
        return True
    others = (node for node in reached.nodes if not has_word(node, UPSCALE_WORDS))
    return any(node.inputs.get("prompt") for node in others)


def _generated(started: set[MediaType], made: MediaType) -> str:
    if "VIDEO" in started or made == "AUDIO":
        return "derive"
    start = "image" if "IMAGE" in started else "text"
    return f"{start}_to_{made.lower()}"


def _hint(loaded: Loaded, operation: str, made: MediaType, sequence: int) -> ParentHint:
    kind = kind_of(loaded, operation, made)
    return ParentHint(kind, operation, sequence, loaded.reference, loaded.media_type)


def kind_of(loaded: Loaded, operation: str, made: MediaType) -> str:
    """The kind of edge that a loaded file implies."""
    own = OWN_KINDS[loaded.media_type]
    if made == "AUDIO" and own == "SOURCE_IMAGE":
        return "COMPOSED_FROM"
    if loaded.role in GUIDING:
        return loaded.role
    # Only a video has a first and a last frame.
    if loaded.role != SOURCE and made == "VIDEO":
        return loaded.role
    if own == "SOURCE_AUDIO" and operation != "compose":
        return own
    return WHOLE_KINDS.get(operation, own)


def _rank(loaded: Loaded) -> int:
    roles = [role for rank in RANKS for role in rank]
    return roles.index(loaded.role)
