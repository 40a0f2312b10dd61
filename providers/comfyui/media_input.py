"""The inputs of a workflow that take media, and the edges they imply."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from providers.comfyui.file import annotated, media_type
from providers.comfyui.parameter import Step, key_of, place_of
from providers.comfyui.parents import Loaded, kind_of, operation_of, output_medium, roles_of
from providers.comfyui.reach import has_word, role_of
from providers.comfyui.rules import ENCODED_TEXTS, LOADERS, SAVE_WORDS
from providers.comfyui.view import View
from providers.comfyui.wording import Place
from providers.comfyui.workflow import Node, Workflow
from providers.contract import InputRule
from providers.hint import MediaType, Reference

TAKERS_MAX = 100
STYLE = "STYLE_REFERENCE"
# What is not a must: without it, the file that the workflow names on the server is taken.
OPTIONAL_KINDS = frozenset({STYLE, "CHARACTER_REFERENCE"})


@dataclass(frozen=True)
class MediaInput:
    """Where a media file is named: the input, its medium, and the edge that it implies."""

    key: str
    step: Step
    media_type: MediaType
    kind: str
    file: str | None

    @property
    def required(self) -> bool:
        """Whether an asset must be given in place of the file that is named there."""
        return self.kind not in OPTIONAL_KINDS

    @property
    def rule(self) -> InputRule:
        """As a request must keep to it."""
        title = self.step.title or self.step.class_type
        return InputRule(
            name=self.key,
            kind=self.kind,
            media_types=(self.media_type,),
            description=f"What node {self.step.id}, {title}, loads.",
            least=1 if self.required else 0,
        )


@dataclass(frozen=True)
class StyleInput:
    """The input that takes a style reference, and the node that takes the style from it."""

    key: str
    step: Step


def find_media(view: View, problems: list[str]) -> tuple[str, tuple[MediaInput, ...]]:
    """What is done, and the media inputs it is done with."""
    found = [
        (node, name, Loaded(Reference("comfyui", file=key_of(node, name)), medium, role))
        for node in view.reached.nodes
        for name, medium in _files(node)
        for role in roles_of(view.reached, node, medium)[:1]
    ]
    made = output_medium(view.outputs)
    operation = operation_of(view.reached, [loaded for *_, loaded in found], made)
    if operation is None:
        operation = "derive" if made == "AUDIO" else f"text_to_{made.lower()}"
        problems.append(f"No sampler was found; it is taken for {operation}.")
    found.sort(key=lambda one: place_of(one[0].id))
    return operation, tuple(
        _media_input(view, node, name, loaded.media_type, kind_of(loaded, operation, made))
        for node, name, loaded in found
    )


def _media_input(view: View, node: Node, name: str, medium: MediaType, kind: str) -> MediaInput:
    value = node.inputs.get(name)
    file = value if isinstance(value, str) else None
    return MediaInput(key_of(node, name), view.steps[node.id], medium, kind, file)


def _files(node: Node) -> Iterator[tuple[str, MediaType]]:
    """The inputs of a node that name media files: those known, or by what stands there."""
    known = LOADERS.get(node.class_type)
    if known and known.input in node.inputs:
        yield known.input, known.media_type
    elif known is None and not has_word(node, SAVE_WORDS):
        for name in sorted(node.inputs.keys() - set(ENCODED_TEXTS)):
            file = annotated(node.inputs[name])
            medium = media_type(file.filename) if file else None
            if medium:
                yield name, medium


def find_style(view: View, media: Iterable[MediaInput]) -> StyleInput | None:
    """The loader next to a node that takes a style from a picture, an IPAdapter first of all."""
    loaders = {one.step.id: one for one in media if one.kind == STYLE}
    takers = [
        (node, name)
        for node in view.reached.nodes
        for name, _ in view.workflow.sources(node)
        if role_of(node, name) == STYLE
    ]
    takers.sort(key=lambda taker: not has_word(taker[0], ("ipadapter",)))
    for node, name in takers[:TAKERS_MAX] if loaders else ():
        if found := _nearest(view.workflow, (node, name), loaders):
            return StyleInput(found.key, view.steps[node.id])
    return None


def _nearest(
    workflow: Workflow, place: Place, loaders: Mapping[str, MediaInput]
) -> MediaInput | None:
    """The loader that feeds an input through the fewest nodes."""
    start = workflow.source(place[0].inputs[place[1]])
    waiting = deque([start] if start else [])
    seen = {node.id for node in waiting}
    while waiting:
        node = waiting.popleft()
        if node.id in loaders:
            return loaders[node.id]
        fresh = [source for _, source in workflow.sources(node) if source.id not in seen]
        seen |= {source.id for source in fresh}
        waiting.extend(fresh)
    return None
