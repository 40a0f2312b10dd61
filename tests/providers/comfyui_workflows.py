"""ComfyUI graphs as people build them, in API format."""

from tests.providers.comfyui_graphs import Graph, image_to_image, node, text_to_image


def inpainting() -> Graph:
    graph = image_to_image()
    graph["21"] = node("LoadImageMask", image="mask.png", channel="alpha")
    graph["5"] = node("VAEEncodeForInpaint", pixels=["20", 0], vae=["4", 2], mask=["21", 0])
    return graph


def portrait() -> Graph:
    """An IPAdapter whose picture is prepared first, beside a ControlNet's pose."""
    graph = text_to_image() | {
        "30": node("LoadImage", image="style.png"),
        "31": node("PrepImageForClipVision", image=["30", 0], interpolation="LANCZOS"),
        "32": node("IPAdapterUnifiedLoader", model=["10", 0], preset="PLUS"),
        "33": node(
            "IPAdapterAdvanced", model=["32", 0], ipadapter=["32", 1], image=["31", 0], weight=1
        ),
        "40": node("LoadImage", image="pose.png"),
        "41": node("ControlNetLoader", control_net_name="openpose.safetensors"),
        "42": node(
            "ControlNetApplyAdvanced",
            positive=["6", 0],
            negative=["7", 0],
            control_net=["41", 0],
            image=["40", 0],
            strength=1,
        ),
    }
    graph["3"]["inputs"] |= {"model": ["33", 0], "positive": ["42", 0], "negative": ["42", 1]}
    return graph


def refined() -> Graph:
    """SDXL: the base begins and the refiner ends, each with encoders of its own."""
    graph = text_to_image()
    graph["6"] = node("CLIPTextEncodeSDXL", text_g="a fox", text_l="ink", clip=["10", 1])
    graph["3"] = node(
        "KSamplerAdvanced",
        model=["10", 0],
        positive=["6", 0],
        negative=["7", 0],
        latent_image=["5", 0],
        noise_seed=7,
        steps=25,
        cfg=8,
        end_at_step=20,
    )
    return graph | {
        "50": node("CheckpointLoaderSimple", ckpt_name="sd_xl_refiner.safetensors"),
        "51": node("CLIPTextEncodeSDXLRefiner", text="a fox", ascore=6.0, clip=["50", 1]),
        "52": node("CLIPTextEncodeSDXLRefiner", text="blurry", ascore=2.5, clip=["50", 1]),
        "53": node(
            "KSamplerAdvanced",
            model=["50", 0],
            positive=["51", 0],
            negative=["52", 0],
            latent_image=["3", 0],
            noise_seed=0,
            start_at_step=20,
        ),
        "8": node("VAEDecode", samples=["53", 0], vae=["4", 2]),
    }


def animated() -> Graph:
    graph = text_to_image() | {
        "60": node("ADE_AnimateDiffLoaderGen1", model=["10", 0], model_name="mm_sd_v15.ckpt"),
        "9": node("VHS_VideoCombine", images=["8", 0], frame_rate=8, format="video/h264-mp4"),
    }
    graph["3"]["inputs"]["model"] = ["60", 0]
    return graph
