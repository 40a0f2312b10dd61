"""What a graph in API format can be given and what it makes, found out by looking at it alone."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from providers.comfyui.facts import is_sampler
from providers.comfyui.media_input import MediaInput, StyleInput, find_media, find_style
from providers.comfyui.model_input import ModelInput, find_models
from providers.comfyui.parameter import Parameter, Step, key_of, read_parameters
from providers.comfyui.parents import output_medium
from providers.comfyui.reach import has_word
from providers.comfyui.rules import PREVIEW_WORDS, SAVE_WORDS, SEED
from providers.comfyui.view import View, open_view
from providers.comfyui.wording import Place, setting_place, side_places, text_places
from providers.comfyui.workflow import Node
from providers.contract import InputRule
from providers.hint import MediaType
from providers.reading import said

PROMPTS_MAX = 100
SEED_INPUTS = ("seed", "noise_seed")
SIZE_WORDS = ("latent", "tovideo", "embeds")


@dataclass(frozen=True)
class Saving:
    """A node that hands out what was made."""

    step: Step
    media_type: MediaType
    preview: bool


@dataclass(frozen=True)
class Analysis:
    """What was found. Keys are `node.input`; `positive`, `negative`, `seeds`, `widths` and
    `heights` are keys of parameters; `inputs` are the rules of what takes media."""

    steps: tuple[Step, ...]
    parameters: tuple[Parameter, ...]
    samplers: tuple[Step, ...]
    models: tuple[ModelInput, ...]
    media: tuple[MediaInput, ...]
    savings: tuple[Saving, ...]
    positive: tuple[str, ...]
    negative: tuple[str, ...]
    seeds: tuple[str, ...]
    widths: tuple[str, ...]
    heights: tuple[str, ...]
    style: StyleInput | None
    operation: str
    output: MediaType
    problems: tuple[str, ...]

    @property
    def inputs(self) -> tuple[InputRule, ...]:
        """What takes media, as rules of a request."""
        return tuple(one.rule for one in self.media)


def analyse(graph: Mapping[str, object]) -> Analysis:
    """What the graph can be given and makes; raises Refused for what is none in API format."""
    problems: list[str] = []
    view = open_view(graph, problems)
    parameters = read_parameters(view.workflow, view.steps)
    operation, media = find_media(view, problems)
    positive, negative = (_prompts(view, side) for side in ("positive", "negative"))
    return Analysis(
        steps=tuple(view.steps.values()),
        parameters=parameters,
        samplers=tuple(
            step for step in view.steps.values() if is_sampler(view.workflow.nodes[step.id])
        ),
        models=find_models(parameters),
        media=media,
        savings=_savings(view),
        positive=positive,
        negative=tuple(key for key in negative if key not in positive),
        seeds=_seeds(view),
        widths=_sizes(view, "width"),
        heights=_sizes(view, "height"),
        style=find_style(view, media),
        operation=operation,
        output=output_medium(view.outputs),
        problems=said([*problems, *_broken(view)]),
    )


def _prompts(view: View, side: str) -> tuple[str, ...]:
    samplers = [node for node in view.reached.nodes if is_sampler(node)]
    traced = (
        place
        for sampler in samplers[:PROMPTS_MAX]
        for place in side_places(view.workflow, sampler, side)
    )
    places = list(islice(traced, PROMPTS_MAX)) or list(_bare_prompts(view, side))
    return _keys(text for place in places for text in text_places(view.workflow, place, side))


def _bare_prompts(view: View, side: str) -> Iterator[Place]:
    """The prompts of nodes that call a service or keep both prompts in one place."""
    names = (f"{side}_prompt", "prompt") if side == "positive" else (f"{side}_prompt",)
    places = ((node, name) for node in view.reached.nodes for name in names if name in node.inputs)
    yield from islice(places, PROMPTS_MAX)


def _seeds(view: View) -> tuple[str, ...]:
    nodes = [node for node in view.reached.nodes if _has_seed(node)]
    found = (setting_place(view.workflow, node, SEED) for node in nodes)
    return _keys(place for place in found if place and _is_whole(place))


def _has_seed(node: Node) -> bool:
    return any(name in node.inputs for name in (*SEED_INPUTS, "noise")) and not has_word(
        node, SAVE_WORDS
    )


def _sizes(view: View, name: str) -> tuple[str, ...]:
    nodes = (node for node in view.reached.nodes if has_word(node, SIZE_WORDS))
    sized = (node for node in nodes if {"width", "height"} <= node.inputs.keys())
    found = (setting_place(view.workflow, node, (name, "value")) for node in sized)
    return _keys(place for place in found if place and _is_whole(place))


def _is_whole(place: Place) -> bool:
    value = place[0].inputs[place[1]]
    return isinstance(value, int) and not isinstance(value, bool)


def _keys(places: Iterable[Place]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key_of(node, name) for node, name in places))


def _savings(view: View) -> tuple[Saving, ...]:
    return tuple(
        Saving(
            view.steps[node.id],
            output_medium([node]),
            preview=has_word(node, PREVIEW_WORDS) and not has_word(node, SAVE_WORDS),
        )
        for node in view.outputs
        if has_word(node, (*SAVE_WORDS, *PREVIEW_WORDS))
    )


def _broken(view: View) -> Iterator[str]:
    """What a server is sure to refuse."""
    if not any(has_word(node, (*SAVE_WORDS, *PREVIEW_WORDS)) for node in view.outputs):
        yield "No node saves anything, as far as class names tell."
    for node in view.workflow.nodes.values():
        for name, value in node.inputs.items():
            if isinstance(value, list) and view.workflow.source(value) is None:
                yield f"{key_of(node, name)} is linked to a node that is not in the graph."
