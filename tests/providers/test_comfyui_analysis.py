"""What graphs as people build them can be given, and what they make."""

import json
from typing import Any

import pytest

from providers.comfyui.analysis import Analysis, analyse
from providers.comfyui.parameter import ValueType, type_of
from providers.error import Refused
from providers.extraction import extract
from tests.providers.comfyui_graphs import Graph, flux, image_to_image, node, text_to_image, video
from tests.providers.comfyui_workflows import animated, inpainting, portrait, refined


def kinds(found: Analysis) -> dict[str, str]:
    return {rule.name: rule.kind for rule in found.inputs}


def models(found: Analysis) -> dict[str, str]:
    return {one.parameter.key: one.role for one in found.models}


def test_a_plain_sampler() -> None:
    found = analyse(text_to_image())
    assert (found.operation, found.output) == ("text_to_image", "IMAGE")
    assert [step.id for step in found.samplers] == ["3"]
    assert (found.positive, found.negative) == (("6.text",), ("7.text",))
    assert (found.seeds, found.widths, found.heights) == (("3.seed",), ("5.width",), ("5.height",))
    assert models(found) == {"4.ckpt_name": "CHECKPOINT", "10.lora_name": "LORA"}
    assert [(one.step.id, one.media_type, one.preview) for one in found.savings] == [
        ("9", "IMAGE", False)
    ]
    assert (found.inputs, found.style, found.problems) == ((), None, ())


def test_every_literal_is_a_parameter_with_its_type_in_the_order_of_the_nodes() -> None:
    found = analyse(text_to_image())
    told = {one.key: (one.type, one.value) for one in found.parameters}
    assert told["3.steps"] == (ValueType.INT, 20)
    assert told["3.cfg"] == (ValueType.FLOAT, 7.5)
    assert told["3.denoise"] == (ValueType.FLOAT, 1)
    assert told["3.sampler_name"] == (ValueType.STRING, "euler")
    assert "3.model" not in told
    assert [step.id for step in found.steps] == ["3", "4", "5", "6", "7", "8", "9", "10"]
    assert found.parameters[0].step.title == "KSampler"


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("tiled", True, "BOOLEAN"),
        ("start_at_step", 3, "INT"),
        ("strength_model", 1, "FLOAT"),
        ("x", 0.5, "FLOAT"),
        ("points", {"__value__": [1, 2]}, "LIST"),
        ("options", {"a": 1}, "OBJECT"),
        ("seed_override", None, "NULL"),
    ],
)
def test_a_type_is_guessed_by_value_and_name(name: str, value: object, wanted: str) -> None:
    assert type_of(name, value) == wanted


def test_image_to_image_with_a_mask() -> None:
    found = analyse(inpainting())
    assert found.operation == "image_to_image"
    assert kinds(found) == {"20.image": "SOURCE_IMAGE", "21.image": "MASK"}
    assert {rule.least for rule in found.inputs} == {1}
    assert found.media[0].file == "portraits/fox.png"


def test_an_ipadapter_is_found_with_the_loader_behind_it() -> None:
    found = analyse(portrait())
    assert kinds(found) == {"30.image": "STYLE_REFERENCE", "40.image": "KEYFRAME"}
    assert {rule.name: rule.least for rule in found.inputs} == {"30.image": 0, "40.image": 1}
    assert found.style is not None
    assert (found.style.key, found.style.step.class_type) == ("30.image", "IPAdapterAdvanced")
    assert (found.positive, found.negative) == (("6.text",), ("7.text",))
    assert models(found)["41.control_net_name"] == "CONTROLNET"


def test_a_face_is_whom_it_shows_and_no_style() -> None:
    graph = portrait()
    graph["33"]["class_type"] = "IPAdapterFaceID"
    found = analyse(graph)
    assert kinds(found)["30.image"] == "CHARACTER_REFERENCE"
    assert found.style is None


def test_an_adapter_whose_picture_is_made_on_the_way_has_no_loader() -> None:
    graph = portrait()
    graph["31"]["inputs"]["image"] = ["8", 0]
    graph["8"]["inputs"]["samples"] = ["5", 0]
    assert analyse(graph).style is None


def test_base_and_refiner() -> None:
    found = analyse(refined())
    assert [step.id for step in found.samplers] == ["3", "53"]
    assert set(found.positive) == {"6.text_g", "6.text_l", "51.text"}
    assert set(found.negative) == {"7.text", "52.text"}
    assert set(found.seeds) == {"3.noise_seed", "53.noise_seed"}
    assert [key for key, role in models(found).items() if role == "CHECKPOINT"] == [
        "4.ckpt_name",
        "50.ckpt_name",
    ]


def test_a_split_sampler_with_a_guider_and_separate_loaders() -> None:
    graph = flux() | {
        "7": node("BasicGuider", model=["1", 0], conditioning=["5", 0]),
        "20": node(
            "DualCLIPLoader", clip_name1="t5xxl.safetensors", clip_name2="clip_l.safetensors"
        ),
        "21": node("VAELoader", vae_name="ae.safetensors"),
    }
    found = analyse(graph)
    assert (found.positive, found.negative) == (("2.value", "3.string_b"), ())
    assert (found.seeds, found.widths) == (("11.value",), ("12.width",))
    assert models(found) == {
        "1.unet_name": "DIFFUSION_MODEL",
        "20.clip_name1": "TEXT_ENCODER",
        "20.clip_name2": "TEXT_ENCODER",
        "21.vae_name": "VAE",
    }


def test_animatediff_makes_a_video() -> None:
    found = analyse(animated())
    assert (found.operation, found.output) == ("text_to_video", "VIDEO")
    assert models(found)["60.model_name"] == "MOTION"


def test_first_and_last_frame() -> None:
    found = analyse(video(start_image="a.png", end_image="b.png"))
    assert (found.operation, found.output) == ("image_to_video", "VIDEO")
    assert kinds(found) == {"Lstart_image.image": "FIRST_FRAME", "Lend_image.image": "LAST_FRAME"}
    assert found.widths == ("4.width",)


def test_a_video_with_a_sound() -> None:
    graph = {
        "1": node("LoadVideo", file="clip.mp4"),
        "2": node("GetVideoComponents", video=["1", 0]),
        "3": node("VAEEncode", pixels=["2", 0]),
        "4": node("CLIPTextEncode", text="ink"),
        "5": node("KSampler", latent_image=["3", 0], positive=["4", 0], negative=["4", 0], seed=1),
        "6": node("VAEDecode", samples=["5", 0]),
        "7": node("LoadAudio", audio="song.mp3"),
        "8": node("CreateVideo", images=["6", 0], audio=["7", 0], fps=24),
        "9": node("SaveVideo", video=["8", 0]),
    }
    found = analyse(graph)
    assert kinds(found) == {"1.file": "SOURCE_VIDEO", "7.audio": "SOURCE_AUDIO"}
    assert [rule.media_types for rule in found.inputs] == [("VIDEO",), ("AUDIO",)]
    assert (found.operation, found.output) == ("derive", "VIDEO")
    assert found.positive == ("4.text",)


def test_an_upscale() -> None:
    graph = {
        "1": node("LoadImage", image="small.png"),
        "2": node("UpscaleModelLoader", model_name="4x.pth"),
        "3": node("ImageUpscaleWithModel", upscale_model=["2", 0], image=["1", 0]),
        "4": node("SaveImage", images=["3", 0]),
    }
    found = analyse(graph)
    assert (found.operation, kinds(found)) == ("upscale", {"1.image": "UPSCALED_FROM"})
    assert models(found) == {"2.model_name": "UPSCALER"}


def test_what_is_not_on_the_way_to_an_output_is_no_input() -> None:
    graph = text_to_image() | {"70": node("LoadImage", image="unused.png")}
    assert analyse(graph).inputs == ()


def test_an_unknown_class_that_names_a_file_is_a_loader() -> None:
    graph = image_to_image()
    graph["20"]["class_type"] = "FancyPictureSource"
    assert kinds(analyse(graph)) == {"20.image": "SOURCE_IMAGE"}


@pytest.mark.parametrize("version", [0.4, 1])
def test_the_editors_format_is_refused_with_how_to_export(version: float) -> None:
    with pytest.raises(Refused, match=r"Workflow > Export \(API\).*dev mode") as refused:
        analyse({"nodes": [{"id": 1}], "links": [], "version": version})
    assert refused.value.field == "json"


@pytest.mark.parametrize(
    ("graph", "told"),
    [
        ({}, "No node was found"),
        ({"a": 1}, "No node was found"),
        ({"1": node("SaveImage"), "x": {"inputs": {}}}, "'x' is no node"),
        ({"1.2": node("SaveImage")}, "holds a dot"),
        ({str(number): node("SaveImage") for number in range(2001)}, "at most 2000"),
    ],
)
def test_what_is_no_graph_is_refused(graph: dict[str, Any], told: str) -> None:
    with pytest.raises(Refused, match=told):
        analyse(graph)


def test_what_a_server_is_sure_to_refuse_is_told() -> None:
    graph = {"1": node("KSampler", latent_image=["2", 0], seed=1)}
    told = " ".join(analyse(graph).problems)
    assert "No node saves anything" in told
    assert "1.latent_image is linked to a node that is not in the graph" in told


def test_a_large_knot_is_no_matter() -> None:
    """Every node is linked to many others, in circles too."""
    graph: Graph = {
        str(number): node(
            "IPAdapterSampler",
            text="x",
            latent_image=[str((number * 7) % 1999), 0],
            positive=[str((number * 11) % 1999), 0],
            image=[str((number * 13) % 1999), 0],
        )
        for number in range(1999)
    }
    graph["1999"] = node("SaveImage", images=["1", 0])
    assert len(analyse(graph).samplers) == 1999


def test_an_analysis_does_not_depend_on_the_order_of_the_nodes() -> None:
    for graph in (portrait(), refined(), animated(), flux()):
        shuffled = json.loads(json.dumps(dict(reversed(graph.items())), sort_keys=False))
        found, again = analyse(graph), analyse(shuffled)
        assert found.steps == again.steps
        assert set(found.positive) == set(again.positive)
        assert (found.inputs, found.style, found.operation) == (
            again.inputs,
            again.style,
            again.operation,
        )


@pytest.mark.parametrize(
    "graph",
    [
        image_to_image(),
        inpainting(),
        portrait(),
        animated(),
        video(start_image="a.png", end_image="b.png"),
        {
            "1": node("LoadImage", image="a.png"),
            "2": node("ImageUpscaleWithModel", image=["1", 0]),
            "3": node("SaveImage", images=["2", 0]),
        },
    ],
)
def test_what_is_recorded_is_what_stored_metadata_says(graph: Graph) -> None:
    found, said = analyse(graph), extract("comfyui", {"prompt": graph})
    assert said.operation == found.operation
    assert sorted(one.kind for one in said.parents) == sorted(kinds(found).values())
