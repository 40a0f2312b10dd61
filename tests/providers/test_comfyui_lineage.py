"""What ComfyUI graphs say of parents and of the operation."""

import json

import pytest

from providers.extraction import extract
from providers.hint import Extraction
from tests.providers.comfyui_graphs import Graph, flux, image_to_image, node, text_to_image, video
from tests.providers.reading_help import PICTURE_BASE64, PICTURE_SHA256, Body, Brief, briefs


def read(graph: object, **more: object) -> Extraction:
    return extract("comfyui", {"prompt": graph, **more})


def image(kind: str, file: str) -> Brief:
    return (kind, "IMAGE", None, file)


def test_text_to_image_has_no_parents() -> None:
    found = read(text_to_image())
    assert (found.operation, found.parents, found.problems) == ("text_to_image", (), ())
    assert (found.prompt, found.negative_prompt) == ("a fox in snow", "blurry")
    assert (found.seed, found.model) == (18446744073709551615, "sd_xl.safetensors")


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("fox.png", "input/fox.png"),
        ("sub/dir/fox.png [output]", "output/sub/dir/fox.png"),
        ("fox.png[temp]", "temp/fox.png"),
        ("sub\\fox.png [input]", "input/sub/fox.png"),
        ("clipspace/clipspace-mask-12.5.png [input]", "input/clipspace/clipspace-mask-12.5.png"),
        ("./a b [x].png", "input/a b [x].png"),
    ],
)
def test_annotated_names(name: str, file: str) -> None:
    found = read(image_to_image(name))
    assert found.operation == "image_to_image"
    assert briefs(found) == [image("SOURCE_IMAGE", file)]


@pytest.mark.parametrize(
    "name", ["../secret.png", "/etc/x.png", "C:\\x.png", "", "a\nb.png", 7, None]
)
def test_a_name_outside_the_folders_is_refused_and_said(name: object) -> None:
    found = read(image_to_image(name))
    assert found.parents == ()
    assert "'20'" in found.problems[0]


@pytest.mark.parametrize(
    ("loader", "parent"),
    [
        (node("LoadImageOutput", image="a.png"), image("SOURCE_IMAGE", "output/a.png")),
        (node("LoadImageMask", image="m.png", channel="alpha"), image("MASK", "input/m.png")),
        (node("LoadVideo", file="a.mp4"), ("SOURCE_VIDEO", "VIDEO", None, "input/a.mp4")),
        (node("VHS_LoadVideo", video="a.mp4"), ("SOURCE_VIDEO", "VIDEO", None, "input/a.mp4")),
        (node("LoadAudio", audio="a.mp3"), ("SOURCE_AUDIO", "AUDIO", None, "input/a.mp3")),
        (node("MyOwnThing", clip="a.webm [temp]"), ("SOURCE_VIDEO", "VIDEO", None, "temp/a.webm")),
        (
            node("LoadImageFromUrl", url="https://a.example/a.png"),
            image("SOURCE_IMAGE", "https://a.example/a.png"),
        ),
        (node("ETN_LoadImageBase64", image=PICTURE_BASE64), image("SOURCE_IMAGE", PICTURE_SHA256)),
    ],
)
def test_loaders(loader: Graph, parent: Brief) -> None:
    graph = image_to_image() | {"20": loader}
    assert briefs(read(graph)) == [parent]


def test_a_file_name_kept_in_a_node_of_its_own() -> None:
    graph = image_to_image() | {"21": node("PrimitiveString", value="far.png")}
    graph["20"]["inputs"]["image"] = ["21", 0]
    assert briefs(read(graph)) == [image("SOURCE_IMAGE", "input/far.png")]


def test_only_what_the_output_is_made_from() -> None:
    graph = image_to_image() | {
        "30": node("LoadImage", image="unused.png"),
        "31": node("PreviewImage", images=["30", 0]),
    }
    assert briefs(read(graph)) == [image("SOURCE_IMAGE", "input/portraits/fox.png")]


def test_several_outputs_are_told_apart_by_the_node() -> None:
    graph = image_to_image() | {
        "30": node("LoadImage", image="other.png"),
        "31": node("SaveImage", images=["30", 0]),
    }
    both = read(graph)
    assert len(both.parents) == 2
    assert "output_node" in both.problems[0]
    one = read(graph, output_node="31")
    assert (one.operation, briefs(one)) == ("derive", [image("SOURCE_IMAGE", "input/other.png")])
    assert one.problems == ()
    assert "not in the graph" in read(graph, output_node="77").problems[0]


def test_style_control_and_mask_are_guides() -> None:
    graph = text_to_image() | {
        "20": node("LoadImage", image="style.png"),
        "21": node("IPAdapterAdvanced", model=["10", 0], image=["20", 0], attn_mask=["26", 0]),
        "22": node("LoadImage", image="pose.png"),
        "23": node("CannyEdgePreprocessor", image=["22", 0]),
        "24": node(
            "ControlNetApplyAdvanced", positive=["6", 0], negative=["7", 0], image=["23", 0]
        ),
        "26": node("LoadImageMask", image="mask.png"),
        "27": node("PulidFluxInsightFace", image=["28", 0], model=["21", 0]),
        "28": node("LoadImage", image="face.png"),
    }
    graph["3"]["inputs"] |= {"model": ["27", 0], "positive": ["24", 0], "negative": ["24", 1]}
    found = read(graph)
    assert found.operation == "text_to_image"
    assert sorted(briefs(found)) == [
        image("CHARACTER_REFERENCE", "input/face.png"),
        image("KEYFRAME", "input/pose.png"),
        image("MASK", "input/mask.png"),
        image("STYLE_REFERENCE", "input/style.png"),
    ]
    assert (found.prompt, found.negative_prompt) == ("a fox in snow", "blurry")


def test_inpainting_with_one_file_has_one_parent() -> None:
    graph = image_to_image()
    graph["5"] = node("VAEEncodeForInpaint", pixels=["20", 0], mask=["20", 1], vae=["4", 2])
    assert briefs(read(graph)) == [image("SOURCE_IMAGE", "input/portraits/fox.png")]


def test_a_video_between_two_frames() -> None:
    found = read(video(end_image="z.png", start_image="a.png"))
    assert found.operation == "image_to_video"
    assert briefs(found) == [
        image("FIRST_FRAME", "input/a.png"),
        image("LAST_FRAME", "input/z.png"),
    ]
    assert (found.prompt, found.negative_prompt) == ("the fox runs", "still")


def test_a_video_from_text_and_one_from_a_reference() -> None:
    assert read(video()).operation == "text_to_video"
    found = read(video(reference_image="hero.png"))
    assert found.operation == "text_to_video"
    assert briefs(found) == [image("STYLE_REFERENCE", "input/hero.png")]


def upscaled(loader: Graph, *, save: str = "SaveImage") -> Graph:
    return {
        "1": loader,
        "2": node("UpscaleModelLoader", model_name="4x.pth"),
        "3": node("ImageUpscaleWithModel", upscale_model=["2", 0], image=["1", 0]),
        "4": node(save, images=["3", 0]),
    }


def test_an_upscale_without_a_sampler() -> None:
    found = read(upscaled(node("LoadImage", image="small.png [output]")))
    assert (found.operation, found.model) == ("upscale", "4x.pth")
    assert briefs(found) == [image("UPSCALED_FROM", "output/small.png")]
    clip = read(upscaled(node("LoadVideo", file="small.mp4"), save="SaveVideo"))
    assert clip.operation == "upscale"
    assert briefs(clip) == [("UPSCALED_FROM", "VIDEO", None, "input/small.mp4")]


def test_an_upscale_within_a_generation_is_no_upscale() -> None:
    graph = image_to_image() | {"30": node("ImageUpscaleWithModel", image=["8", 0])}
    graph["9"]["inputs"]["images"] = ["30", 0]
    assert read(graph).operation == "image_to_image"


def test_a_still_of_a_video() -> None:
    graph = {
        "1": node("LoadVideo", file="a.mp4"),
        "2": node("GetVideoComponents", video=["1", 0]),
        "3": node("SaveImage", images=["2", 0]),
    }
    found = read(graph)
    assert found.operation == "frame_extract"
    assert briefs(found) == [("PAUSED_FRAME", "VIDEO", None, "input/a.mp4")]


def test_a_composition() -> None:
    graph = {
        "1": node("LoadImage", image="a.png"),
        "2": node("LoadImage", image="b.png"),
        "3": node("ImageBlend", image1=["1", 0], image2=["2", 0]),
        "4": node("SaveImage", images=["3", 0]),
    }
    found = read(graph)
    assert found.operation == "compose"
    assert briefs(found) == [
        image("COMPOSED_FROM", "input/a.png"),
        image("COMPOSED_FROM", "input/b.png"),
    ]


def test_a_service_called_from_a_node() -> None:
    graph = {
        "1": node("LoadImage", image="a.png"),
        "2": node("KlingImage2VideoNode", start_frame=["1", 0], prompt="run", seed=4),
        "3": node("SaveVideo", video=["2", 0]),
    }
    found = read(graph)
    assert (found.operation, found.prompt, found.seed) == ("image_to_video", "run", 4)


def test_the_graph_as_image_files_carry_it() -> None:
    raw = json.dumps(image_to_image() | {"99": node("Odd", is_changed=[float("nan")])})
    assert "NaN" in raw
    found = read(raw, workflow=json.dumps({"nodes": [], "links": []}))
    assert briefs(found) == [image("SOURCE_IMAGE", "input/portraits/fox.png")]


def test_an_entry_of_the_history() -> None:
    graph = image_to_image() | {"31": node("PreviewImage", images=["20", 0])}
    entry = {"prompt": [3, "p-1", graph, {}, ["9", "31"]], "outputs": {}}
    found = extract("comfyui", entry)
    assert (found.operation, found.problems) == ("image_to_image", ())


def test_the_graph_alone() -> None:
    assert extract("comfyui", image_to_image()).operation == "image_to_image"


def test_the_file_it_was_saved_as() -> None:
    output = {"filename": "fox_1.png", "subfolder": "batch/2", "type": "output"}
    found = read(text_to_image(), output=output)
    assert found.provider_asset_id == "output/batch/2/fox_1.png"
    assert found.provider_asset_id_kind == "file"


def test_a_mask_upload_points_at_its_picture() -> None:
    original = {"filename": "fox.png", "subfolder": "clipspace", "type": "input"}
    found = extract(
        "comfyui",
        {
            "endpoint": "/api/upload/mask",
            "request": {"original_ref": json.dumps(original)},
            "response": {"name": "mask.png", "subfolder": "", "type": "input"},
        },
    )
    assert found.operation == "derive"
    assert briefs(found) == [image("SOURCE_IMAGE", "input/clipspace/fox.png")]
    assert found.provider_asset_id == "input/mask.png"


@pytest.mark.parametrize(
    ("metadata", "words"),
    [
        ({"prompt": {"nodes": [], "links": [], "version": 0.4}}, "Export (API)"),
        ({"workflow": {"nodes": [], "links": []}}, "Export (API)"),
        ({}, "No ComfyUI graph"),
        ({"prompt": "not json"}, "No ComfyUI graph"),
        ({"prompt": {"1": {"no": "class"}}}, "No ComfyUI graph"),
        ({"prompt": text_to_image() | {"x": 5}}, "1 entries of the graph are no nodes"),
    ],
)
def test_what_is_no_graph_is_said(metadata: Body, words: str) -> None:
    assert words in extract("comfyui", metadata).problems[0]


def test_key_order_changes_nothing() -> None:
    for graph in (image_to_image(), flux(), video(start_image="a.png", end_image="b.png")):
        assert read(json.loads(json.dumps(graph, sort_keys=True))) == read(graph)
