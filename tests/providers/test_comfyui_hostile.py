"""Graphs made to hurt: each is read or refused within a bounded time."""

import json
import time

import pytest

from providers.extraction import extract
from tests.providers.comfyui_graphs import Graph, node

MANY = 10_000
BOUND_SECONDS = 10


def chain(class_type: str, name: str) -> Graph:
    graph = {str(n): node(class_type, **{name: [str(n + 1), 0]}) for n in range(MANY)}
    return graph | {"save": node("SaveImage", images=["0", 0])}


def ring() -> Graph:
    graph = {
        str(n): node(
            "KSampler", positive=[str((n + 1) % MANY), 0], model=[str(n), 0], seed=["0", 0]
        )
        for n in range(MANY)
    }
    return graph | {"save": node("SaveImage", images=["0", 0])}


def text_ladder() -> Graph:
    """Each step joins the one below twice: written out, it would be 2**10000 words."""
    graph = {
        str(n): node("StringConcatenate", string_a=[str(n + 1), 0], string_b=[str(n + 1), 0])
        for n in range(MANY)
    }
    return graph | {
        str(MANY): node("PrimitiveString", value="x" * 1000),
        "sampler": node("KSampler", positive=["encode", 0], seed=["0", 0]),
        "encode": node("CLIPTextEncode", text=["0", 0]),
        "save": node("SaveImage", images=["sampler", 0]),
    }


def loaders_on_one_text() -> Graph:
    files = {f"in{n}": [str(n), 0] for n in range(400)}
    graph = {str(n): node("LoadImage", image=["0", 0]) for n in range(1, MANY)}
    for start in range(1, MANY, 400):
        block = {name: [str(start + int(name[2:])), 0] for name in files}
        graph[f"join{start}"] = node("Batch", **block, last=[f"join{start + 400}", 0])
    return graph | {
        "0": node("PrimitiveString", value="y" * 1_000_000),
        "save": node("SaveImage", images=["join1", 0]),
    }


def loaders() -> Graph:
    graph = {
        str(n): node("Batch", a=[f"l{n}", 0], b=[str(n + 1), 0], mask=[str(n + 1), 0])
        for n in range(MANY // 2)
    }
    files = {f"l{n}": node("LoadImage", image=f"{n}.png") for n in range(MANY // 2)}
    return graph | files | {"save": node("SaveImage", images=["0", 0])}


def prompts() -> Graph:
    graph = chain("Odd", "prompt")
    return {
        name: each | {"inputs": each["inputs"] | {"noise_seed": ["0", 0]}}
        for name, each in graph.items()
    }


def latents() -> Graph:
    graph = {
        str(n): node(
            "LatentThing", width=[str(n + 1), 0], height=[str(n + 1), 0], z=[str(n + 1), 0]
        )
        for n in range(MANY)
    }
    return graph | {"save": node("SaveImage", images=["0", 0])}


def fat_node() -> Graph:
    wide = {f"text{n}": ["1", 0] for n in range(200_000)}
    return {"1": node("CLIPTextEncode", **wide), "2": node("SaveImage", images=["1", 0])}


GRAPHS = {
    "chain": chain("VAEDecode", "samples"),
    "conditioning chain": chain("ConditioningCombine", "conditioning_1"),
    "ring": ring(),
    "text ladder": text_ladder(),
    "loaders": loaders(),
    "loaders on one text": loaders_on_one_text(),
    "prompts": prompts(),
    "latents": latents(),
    "fat node": fat_node(),
    "too many": {str(n): node("SaveImage", images=[str(n + 1), 0]) for n in range(50_000)},
}


@pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS.keys())
def test_bounded(graph: Graph) -> None:
    began = time.process_time()
    found = extract("comfyui", {"prompt": graph})
    assert time.process_time() - began < BOUND_SECONDS
    assert len(found.parents) <= 100
    assert len(found.problems) <= 21
    assert len(found.prompt or "") <= 20_000


def test_a_cut_is_said() -> None:
    assert any(
        "More than 100" in said for said in extract("comfyui", {"prompt": loaders()}).problems
    )
    assert any("500 inputs" in said for said in extract("comfyui", {"prompt": fat_node()}).problems)
    assert "at most 20000" in extract("comfyui", {"prompt": GRAPHS["too many"]}).problems[0]


def test_deep_nesting() -> None:
    deep: object = "x"
    for _ in range(100_000):
        deep = [deep]
    graph = {"1": node("KSampler", positive=deep, seed=deep), "2": node("Save", a=["1", deep])}
    assert extract("comfyui", {"prompt": graph, "workflow": deep}).parents == ()
    raw = "[" * 100_000 + "]" * 100_000
    assert "No ComfyUI graph" in extract("comfyui", {"prompt": raw}).problems[0]
    while isinstance(deep, list):
        deep = deep.pop()


def test_numbers_too_long_to_write() -> None:
    huge = 10**5000
    graph = {"1": node("KSampler", positive=[huge, 0], latent_image=[huge, huge], seed=huge)}
    graph["2"] = node("SaveImage", images=["1", huge])
    assert extract("comfyui", {"prompt": graph, "output_node": huge}).seed is None


def test_text_that_no_store_takes() -> None:
    graph = {
        "\ud800": node("CLIPTextEncode", text="a\0b\ud800"),
        "1": node("KSampler", positive=["\ud800", 0], latent_image=["3", 0]),
        "2": node("SaveImage", images=["1", 0]),
        "3": node("LoadImage", image=["\ud800", 0]),
    }
    found = extract("comfyui", {"prompt": json.loads(json.dumps(graph))})
    assert found.prompt == "ab?"
    repr(found).encode()
