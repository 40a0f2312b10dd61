"""The seed and the models of a job: what its graph names, and hashes where a server tells them."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from providers.comfyui.facts import read_facts
from providers.comfyui.reach import Reach, find_outputs, reach
from providers.comfyui.rules import CHECKPOINTS, MODEL_SUFFIXES
from providers.comfyui.server import Server
from providers.comfyui.workflow import literal, read_workflow
from providers.error import ProviderError
from providers.event import Model
from providers.value import text

MODEL_LIMIT = 20
HASH_SECONDS = 5.0
HASH = "modelspec.hash_sha256"
# The server's folder of what an input names.
FOLDERS: Mapping[str, str] = {
    "ckpt_name": "checkpoints",
    "unet_name": "diffusion_models",
    "lora_name": "loras",
    "vae_name": "vae",
    "clip_name": "text_encoders",
    "clip_name1": "text_encoders",
    "clip_name2": "text_encoders",
    "clip_name3": "text_encoders",
    "control_net_name": "controlnet",
    "style_model_name": "style_models",
    "model_name": "upscale_models",
}


@dataclass(frozen=True)
class Making:
    """What an output was made with: models by name with the input that names each, and what
    is sampled from before what only changes it."""

    seed: int | None = None
    models: tuple[tuple[str, str], ...] = ()


def read_making(graph: Mapping[str, object], targets: tuple[str, ...]) -> Making:
    """What the graph says of the outputs that were made."""
    workflow = read_workflow(graph, [])
    if workflow is None:
        return Making()
    reached = reach(workflow, find_outputs(workflow, targets))
    named = sorted(dict(_models(reached)).items(), key=lambda one: one[1] not in CHECKPOINTS)
    return Making(read_facts(workflow, reached).seed, tuple(named)[:MODEL_LIMIT])


async def hashed(server: Server, making: Making) -> tuple[Model, ...]:
    """The models with their hashes, as far as the server tells them in good time: what it does
    not tell is left out, as the job is done either way."""
    hashes: dict[str, str] = {}
    try:
        async with asyncio.timeout(HASH_SECONDS):
            for name, field in making.models:
                if found := await _hash(server, name, field):
                    hashes[name] = found
    except (ProviderError, TimeoutError):
        pass
    return tuple(Model(name, hashes.get(name)) for name, _ in making.models)


def _models(reached: Reach) -> Iterator[tuple[str, str]]:
    for node in reached.nodes:
        for field, value in node.inputs.items():
            name = text(literal(value), 300)
            if name and name.endswith(MODEL_SUFFIXES):
                yield name, field


async def _hash(server: Server, name: str, field: str) -> str | None:
    folder = FOLDERS.get(field)
    if folder is None or not name.endswith(".safetensors"):
        return None
    told = text((await server.metadata(folder, name)).get(HASH), 100)
    return told.removeprefix("0x").lower() if told else None
