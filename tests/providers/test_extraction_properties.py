"""Whatever JSON a client stored: it never raises, and says the same twice."""

import copy
import json

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from graph.edge import CATALOGUE, EdgeKind, MediaType, Operation
from providers.comfyui.rules import ENCODED_TEXTS, LOADERS
from providers.extraction import extract
from providers.kling.rules import SERVICE as KLING
from providers.pixverse.rules import SERVICE as PIXVERSE
from providers.registry import plugins
from providers.rule import Service
from providers.runway.rules import ENDPOINTS as SHARED
from providers.runway.rules import SERVICE as RUNWAY

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(
        ["https://a.example/a.png", "runway://a", "data:,x", "a.png [output]", "first"]
    )
)


def json_of(names: st.SearchStrategy[str]) -> st.SearchStrategy[object]:
    return st.recursive(
        SCALARS,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=6),
        max_leaves=25,
    )


def words(service: Service) -> list[str]:
    """Every name a table looks for, so that random bodies meet its rows."""
    found = {"ErrCode", *service.envelope, *service.prompt, *service.model}
    for endpoint in (*service.endpoints.values(), *SHARED.values()):
        for row in (*endpoint.parameters, *endpoint.echo):
            found |= {part.removesuffix("[]") for part in row.at.split(".")}
            found |= {field.name for field in row.fields} | set(row.span or ()) | {row.frame or ""}
            found |= {row.where.name} if row.where else set()
    return sorted(found)


ANY_JSON = st.dictionaries(st.text(max_size=12), json_of(st.text(max_size=12)), max_size=6)


def calls(service: Service) -> st.SearchStrategy[dict[str, object]]:
    body = json_of(st.sampled_from(words(service)))
    return st.fixed_dictionaries(
        {"request": body},
        optional={
            "endpoint": st.sampled_from([*service.endpoints, "omni-video/x"]) | SCALARS,
            "response": body,
            "task": body,
            "media_metadata": body,
        },
    ) | st.dictionaries(st.sampled_from([*words(service), *service.endpoints]), body, max_size=5)


NODE_IDS = st.sampled_from(["1", "2", "3", "4", "5"])
INPUT_NAMES = st.sampled_from(
    [
        "image",
        "images",
        "mask",
        "positive",
        "negative",
        "latent_image",
        "guider",
        "seed",
        "start_image",
        "file",
        "audio",
        "conditioning",
        "noise",
        "width",
        "height",
        *ENCODED_TEXTS,
    ]
)
LINKS = st.tuples(NODE_IDS, st.integers(0, 2)).map(list)
CLASSES = st.sampled_from(
    [
        "SaveImage",
        "SaveVideo",
        "SaveAudio",
        "PreviewImage",
        "KSampler",
        "CLIPTextEncode",
        "ControlNetApply",
        "IPAdapter",
        "ImageUpscaleWithModel",
        "StringConcatenate",
        *LOADERS,
    ]
)
NODES = st.fixed_dictionaries(
    {
        "class_type": CLASSES | st.text(max_size=8),
        "inputs": st.dictionaries(INPUT_NAMES, LINKS | SCALARS, max_size=6),
    }
)
GRAPHS = st.fixed_dictionaries(
    {"prompt": st.dictionaries(NODE_IDS, NODES, min_size=1)}, optional={"output_node": NODE_IDS}
)


def check(provider: str, metadata: dict[str, object]) -> None:
    kept = copy.deepcopy(metadata)
    found = extract(provider, metadata)
    assert metadata == kept, "the metadata was changed"
    assert extract(provider, kept) == found
    assert found.operation is None or found.operation in set(Operation)
    assert [hint.sequence for hint in found.parents] == list(range(len(found.parents)))
    for hint in found.parents:
        reference = hint.reference
        assert hint.operation == found.operation
        assert MediaType(hint.media_type) in CATALOGUE[EdgeKind(hint.kind)].parent
        assert reference.id or reference.url or reference.file or reference.sha256
    repr(found).encode()
    json.dumps([found.prompt, found.model, found.provider_asset_id]).encode()


@settings(deadline=None)
@given(st.sampled_from(sorted(plugins())), ANY_JSON)
@example("comfyui", {"prompt": [0, 0, {}, 0, [0]]})
@example("kling", {"request": {"prompt": 10**5000, "seed": 10**5000}})
@example("pixverse", {"media_metadata": {"pixverse_extend": {"source_video_id": 10**5000}}})
def test_any_json(provider: str, metadata: dict[str, object]) -> None:
    check(provider, metadata)


@pytest.mark.parametrize("service", [KLING, PIXVERSE, RUNWAY], ids=lambda service: service.name)
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_call(service: Service, data: st.DataObject) -> None:
    check(service.name, data.draw(calls(service)))


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(GRAPHS)
def test_any_graph(metadata: dict[str, object]) -> None:
    check("comfyui", metadata)


@settings(deadline=None)
@given(st.text(max_size=50))
def test_any_provider(name: str) -> None:
    if name not in plugins():
        found = extract(name, {"prompt": "x"})
        assert (found.parents, len(found.problems)) == ((), 1)
        assert ", ".join(sorted(plugins())) in found.problems[0]
