"""Prompts, seeds, models and settings, through links of every sort."""

from providers.comfyui.facts import WorkflowFacts, read_facts
from providers.comfyui.reach import find_outputs, reach
from providers.comfyui.workflow import read_workflow
from tests.providers.comfyui_graphs import Graph, flux, node, text_to_image, video


def facts(graph: Graph) -> WorkflowFacts:
    workflow = read_workflow(graph, [])
    assert workflow
    return read_facts(workflow, reach(workflow, find_outputs(workflow, ())))


def test_a_plain_sampler() -> None:
    assert facts(text_to_image()) == WorkflowFacts(
        prompt="a fox in snow",
        negative_prompt="blurry",
        seed=2**64 - 1,
        steps=20,
        cfg=7.5,
        sampler="euler",
        scheduler="karras",
        model="sd_xl.safetensors",
        loras=("ink.safetensors",),
        width=1024,
        height=768,
    )


def test_the_split_sampler() -> None:
    assert facts(flux()) == WorkflowFacts(
        prompt="a fox, at dawn",
        negative_prompt=None,
        seed=42,
        steps=28,
        cfg=1.5,
        sampler="euler",
        scheduler="simple",
        model="flux1-dev.safetensors",
        width=1024,
        height=1024,
    )


def test_a_basic_guider_has_no_negative() -> None:
    graph = flux() | {"7": node("BasicGuider", model=["1", 0], conditioning=["5", 0])}
    assert (facts(graph).prompt, facts(graph).negative_prompt) == ("a fox, at dawn", None)


def test_combined_conditionings_give_both_texts_in_order() -> None:
    graph = text_to_image() | {
        "60": node("CLIPTextEncode", text="watercolour", clip=["4", 1]),
        "61": node("ConditioningCombine", conditioning_1=["6", 0], conditioning_2=["60", 0]),
    }
    graph["3"]["inputs"]["positive"] = ["61", 0]
    assert facts(graph).prompt == "a fox in snow\nwatercolour"


def test_a_wrapped_literal() -> None:
    graph = text_to_image()
    graph["6"]["inputs"]["text"] = {"__value__": "wrapped"}
    assert facts(graph).prompt == "wrapped"


def test_a_wrapped_list_is_no_link() -> None:
    graph = text_to_image()
    graph["3"]["inputs"]["seed"] = {"__value__": ["4", 0]}
    assert facts(graph).seed is None


def test_both_texts_of_a_two_part_encoder_and_a_styler() -> None:
    graph = text_to_image() | {
        "6": node("CLIPTextEncodeSDXL", text_g="fox", text_l="ink", clip=["4", 1]),
        "7": node("CLIPTextEncode", text=["70", 1], clip=["4", 1]),
        "70": node("PromptStyler", text_positive="fox", text_negative="ugly"),
    }
    assert (facts(graph).prompt, facts(graph).negative_prompt) == ("fox\nink", "ugly")


def test_an_encoder_that_keeps_both_prompts() -> None:
    graph = {
        "1": node("WanVideoTextEncode", positive_prompt="run", negative_prompt="still"),
        "2": node("WanVideoSampler", text_embeds=["1", 0], image_embeds=["3", 0], seed=3, steps=6),
        "3": node("WanVideoEmptyEmbeds", width=832, height=480),
        "4": node("VHS_VideoCombine", images=["2", 0], format="video/h264-mp4"),
    }
    found = facts(graph)
    assert (found.prompt, found.negative_prompt, found.seed) == ("run", "still", 3)


def test_the_size_of_a_video() -> None:
    assert (facts(video()).width, facts(video()).height) == (832, 480)
