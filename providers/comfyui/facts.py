"""What a graph says of how its output was made: prompts, seed, models, sampler, size."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from providers.comfyui.reach import Reach, has_word
from providers.comfyui.rules import (
    CFG,
    CHECKPOINTS,
    LORAS,
    MODEL_SUFFIXES,
    SAMPLER,
    SAMPLER_INPUTS,
    SCHEDULER,
    SEED,
    STEPS,
)
from providers.comfyui.wording import setting, side_text, text_of
from providers.comfyui.workflow import Node, Workflow, literal
from providers.value import seconds, text, whole


@dataclass(frozen=True)
class WorkflowFacts:
    """The settings of the sampling step nearest to the output, and the models it used."""

    prompt: str | None = None
    negative_prompt: str | None = None
    seed: int | None = None
    steps: int | None = None
    cfg: float | None = None
    sampler: str | None = None
    scheduler: str | None = None
    model: str | None = None
    loras: tuple[str, ...] = ()
    width: int | None = None
    height: int | None = None


def read_facts(workflow: Workflow, reached: Reach) -> WorkflowFacts:
    """The facts of the part of the graph that the output is made from."""
    sampler = find_sampler(reached)
    width, height = _size(workflow, reached)
    models = _names(reached.nodes, CHECKPOINTS)
    return WorkflowFacts(
        prompt=_prompt(workflow, reached, sampler, "positive"),
        negative_prompt=_prompt(workflow, reached, sampler, "negative"),
        seed=whole(_setting(workflow, reached, sampler, SEED)),
        steps=whole(_setting(workflow, reached, sampler, STEPS)),
        cfg=seconds(_setting(workflow, reached, sampler, CFG)),
        sampler=text(_setting(workflow, reached, sampler, SAMPLER), 100),
        scheduler=text(_setting(workflow, reached, sampler, SCHEDULER), 100),
        model=models[0] if models else None,
        loras=_names(reached.nodes, LORAS),
        width=width,
        height=height,
    )


def find_sampler(reached: Reach) -> Node | None:
    """The sampling step nearest to the output."""
    return next((node for node in reached.nodes if is_sampler(node)), None)


def is_sampler(node: Node) -> bool:
    """Samplers carry the word and what they sample from; selectors of one carry only the word."""
    return has_word(node, ("sampler",)) and any(name in node.inputs for name in SAMPLER_INPUTS)


def _prompt(workflow: Workflow, reached: Reach, sampler: Node | None, side: str) -> str | None:
    found = side_text(workflow, sampler, side) if sampler else None
    return text(found) or text(_bare_prompt(workflow, reached, side))


def _bare_prompt(workflow: Workflow, reached: Reach, side: str) -> str | None:
    """The prompt of nodes that call a service or keep both prompts in one place."""
    names = (f"{side}_prompt", "prompt") if side == "positive" else (f"{side}_prompt",)
    holders = (node for node in reached.nodes if any(name in node.inputs for name in names))
    for node in islice(holders, 20):
        found = [text_of(workflow, node.inputs.get(name), side) for name in names]
        if any(part.strip() for part in found):
            return next(part for part in found if part.strip())
    return None


def _setting(
    workflow: Workflow, reached: Reach, sampler: Node | None, names: tuple[str, ...]
) -> object:
    if sampler:
        return setting(workflow, sampler, names)
    # The first two names are the setting's own; those behind them are of nodes that hand it on.
    holders = (node for node in reached.nodes if any(name in node.inputs for name in names[:2]))
    holder = next(holders, None)
    return setting(workflow, holder, names) if holder else None


def _names(nodes: Iterable[Node], inputs: tuple[str, ...]) -> tuple[str, ...]:
    """File names of models under these inputs, nearest first, each once."""
    values = (literal(node.inputs.get(name)) for name in inputs for node in nodes)
    names = (text(value, 300) for value in values)
    return tuple(dict.fromkeys(name for name in names if name and name.endswith(MODEL_SUFFIXES)))


def _size(workflow: Workflow, reached: Reach) -> tuple[int | None, int | None]:
    for node in reached.nodes:
        if "latent" in node.name or "tovideo" in node.name:
            width = whole(setting(workflow, node, ("width", "value")))
            height = whole(setting(workflow, node, ("height", "value")))
            if width and height:
                return width, height
    return None, None
