"""Small ComfyUI graphs in API format."""

from typing import Any

Graph = dict[str, Any]


def node(class_type: str, **inputs: object) -> dict[str, Any]:
    return {"class_type": class_type, "inputs": inputs, "_meta": {"title": class_type}}


def text_to_image() -> Graph:
    return {
        "4": node("CheckpointLoaderSimple", ckpt_name="sd_xl.safetensors"),
        "10": node(
            "LoraLoader", model=["4", 0], clip=["4", 1], lora_name="ink.safetensors", strength=1
        ),
        "5": node("EmptyLatentImage", width=1024, height=768, batch_size=1),
        "6": node("CLIPTextEncode", text="a fox in snow", clip=["10", 1]),
        "7": node("CLIPTextEncode", text="blurry", clip=["10", 1]),
        "3": node(
            "KSampler",
            model=["10", 0],
            positive=["6", 0],
            negative=["7", 0],
            latent_image=["5", 0],
            seed=18446744073709551615,
            steps=20,
            cfg=7.5,
            sampler_name="euler",
            scheduler="karras",
            denoise=1,
        ),
        "8": node("VAEDecode", samples=["3", 0], vae=["4", 2]),
        "9": node("SaveImage", images=["8", 0], filename_prefix="fox.png"),
    }


def image_to_image(name: object = "portraits/fox.png") -> Graph:
    graph = text_to_image()
    graph["20"] = node("LoadImage", image=name)
    graph["5"] = node("VAEEncode", pixels=["20", 0], vae=["4", 2])
    return graph


def flux() -> Graph:
    """The split sampler, a guider, a text put together, a silenced negative."""
    return {
        "1": node("UNETLoader", unet_name="flux1-dev.safetensors"),
        "2": node("PrimitiveString", value="a fox"),
        "3": node("StringConcatenate", string_a=["2", 0], string_b="at dawn", delimiter=", "),
        "4": node("CLIPTextEncodeFlux", clip_l=["3", 0], t5xxl=["3", 0], guidance=3.5),
        "5": node("FluxGuidance", conditioning=["4", 0], guidance=3.5),
        "6": node("ConditioningZeroOut", conditioning=["4", 0]),
        "7": node("CFGGuider", model=["1", 0], positive=["5", 0], negative=["6", 0], cfg=1.5),
        "8": node("KSamplerSelect", sampler_name="euler"),
        "9": node("BasicScheduler", model=["1", 0], scheduler="simple", steps=28, denoise=1),
        "10": node("RandomNoise", noise_seed=["11", 0]),
        "11": node("PrimitiveInt", value=42),
        "12": node("EmptySD3LatentImage", width=1024, height=1024),
        "13": node(
            "SamplerCustomAdvanced",
            noise=["10", 0],
            guider=["7", 0],
            sampler=["8", 0],
            sigmas=["9", 0],
            latent_image=["12", 0],
        ),
        "14": node("VAEDecode", samples=["13", 0]),
        "15": node("SaveImage", images=["14", 0]),
    }


def video(**frames: str) -> Graph:
    """A video model given pictures by input name."""
    graph = {
        "1": node("UNETLoader", unet_name="wan2.2.safetensors"),
        "2": node("CLIPTextEncode", text="the fox runs", clip=["1", 0]),
        "3": node("CLIPTextEncode", text="still", clip=["1", 0]),
        "5": node("KSampler", positive=["4", 0], negative=["4", 1], latent_image=["4", 2], seed=5),
        "6": node("VAEDecode", samples=["5", 0]),
        "7": node("CreateVideo", images=["6", 0], fps=16),
        "8": node("SaveVideo", video=["7", 0], filename_prefix="video/fox"),
    }
    links = {name: [f"L{name}", 0] for name in frames}
    graph["4"] = node(
        "WanFirstLastFrameToVideo",
        positive=["2", 0],
        negative=["3", 0],
        width=832,
        height=480,
        **links,
    )
    return graph | {f"L{name}": node("LoadImage", image=file) for name, file in frames.items()}
