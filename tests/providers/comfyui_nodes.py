"""The nodes of the ComfyUI server that tests run: what they take, and what they make."""

import asyncio
import hashlib
import io
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import orjson
from PIL import Image

from providers.contract import Media
from tests.providers import samples

Graph = Mapping[str, Any]
CHECKPOINTS = ["sd_xl.safetensors", "flux1-dev.safetensors"]
LORAS = ["ink.safetensors"]
VAES = ["fine.safetensors"]
SAMPLERS = ["euler", "dpmpp_2m"]
LINK = ["IMAGE", {}]
INT = ["INT", {"default": 20, "min": 1, "max": 10000}]
SAVERS: Mapping[str, tuple[str, str, str]] = {
    "SaveImage": ("images", "output", "png"),
    "PreviewImage": ("images", "temp", "png"),
    "SaveAnimatedWEBP": ("images", "output", "webp"),
    "SaveVideo": ("images", "output", "mp4"),
    "VHS_VideoCombine": ("gifs", "output", "mp4"),
    "SaveAudio": ("audio", "output", "wav"),
    "SaveText": ("text", "output", "txt"),
}
LOADERS = {"LoadImage": "image", "LoadImageMask": "image", "LoadVideo": "file"}


def object_info(old: bool, files: list[str]) -> dict[str, Any]:
    """The classes there are, as /object_info tells them."""

    def choice(values: list[str], **options: object) -> list[Any]:
        return [values, options] if old else ["COMBO", {"options": values, **options}]

    def of(output_node: bool = False, **required: Any) -> dict[str, Any]:
        return {"input": {"required": required, "optional": {}}, "output_node": output_node}

    loads = {
        "LoadImage": of(image=choice(files, image_upload=True)),
        "LoadImageMask": of(image=choice(files, image_upload=True)),
        "LoadVideo": of(file=choice(files, video_upload=True)),
    }
    text = ["STRING", {"multiline": True}]
    return loads | {
        "CheckpointLoaderSimple": of(ckpt_name=choice(CHECKPOINTS)),
        "VAELoader": of(vae_name=choice(VAES)),
        "LoraLoader": of(model=LINK, clip=LINK, lora_name=choice(LORAS)),
        "CLIPTextEncode": of(text=text, clip=LINK),
        "EmptyLatentImage": of(width=INT, height=INT),
        "VAEDecode": of(samples=LINK, vae=LINK),
        "VAEEncode": of(pixels=LINK, vae=LINK),
        "ImageScale": of(image=LINK),
        "Boom": of(image=LINK, exception=text, message=text),
        "KSampler": of(
            model=LINK,
            positive=LINK,
            negative=LINK,
            latent_image=LINK,
            seed=["INT", {"min": 0, "max": 2**64 - 1}],
            steps=INT,
            sampler_name=choice(SAMPLERS),
        ),
        **{name: of(output_node=True, images=LINK) for name in SAVERS},
    }


def sources(node: Mapping[str, Any]) -> list[str]:
    links = [v for v in node["inputs"].values() if isinstance(v, list) and len(v) == 2]
    return [link[0] for link in links]


def order_of(graph: Graph, targets: list[str]) -> list[str]:
    """The nodes that the targets need, each after what it is made from."""
    done: dict[str, None] = {}

    def visit(name: str) -> None:
        if name not in done:
            for source in sources(graph[name]):
                visit(source)
            done[name] = None

    for target in targets:
        visit(target)
    return list(done)


def problems_of(graph: Graph, name: str, info: Mapping[str, Any], stored: set[str]) -> list[Any]:
    """What is wrong with a node's inputs, as the server says it."""
    node = graph[name]
    found = []
    for field, spec in info[node["class_type"]]["input"]["required"].items():
        if field not in node["inputs"]:
            found.append(problem("required_input_missing", "Required input is missing", field))
            continue
        value = node["inputs"][field]
        if isinstance(value, list):
            continue
        options = spec[1] if len(spec) > 1 else {}
        choices = spec[0] if isinstance(spec[0], list) else options.get("options")
        if node["class_type"] in LOADERS:
            if value not in stored:
                told = f"Invalid image file: {value}"
                found.append(problem("custom_validation_failed", told, field))
        elif choices is not None and value not in choices:
            detail = f"{field}: '{value}' not in {choices}"
            found.append(problem("value_not_in_list", "Value not in list", field, detail))
        elif spec[0] == "INT" and value < options.get("min", value):
            found.append(problem("value_smaller_than_min", "Value smaller than min", field))
    return found


def problem(kind: str, message: str, field: str, details: str | None = None) -> dict[str, Any]:
    extra = {"input_name": field}
    return {"type": kind, "message": message, "details": details or field, "extra_info": extra}


def made(graph: Graph, name: str) -> bytes:
    """The bytes that a saver makes: of a graph that is the same they are the same."""
    class_type = graph[name]["class_type"]
    if class_type in ("SaveVideo", "VHS_VideoCombine"):
        return apart(samples.clip)
    if class_type == "SaveAudio":
        return apart(samples.sound)
    needed = {one: graph[one]["inputs"] for one in order_of(graph, [name])}
    digest = hashlib.sha256(orjson.dumps(needed, option=orjson.OPT_SORT_KEYS)).digest()
    return picture(digest, "WEBP" if class_type == "SaveAnimatedWEBP" else "PNG")


def picture(digest: bytes, form: str, side: int = 8) -> bytes:
    """A picture that shows a digest."""
    image = Image.frombytes("L", (8, 4), digest).resize((side * 8, side * 4)).convert("RGB")
    held = io.BytesIO()
    image.save(held, form, **({"lossless": True} if form == "WEBP" else {}))
    return held.getvalue()


def preview() -> bytes:
    return picture(bytes(range(32)), "JPEG")


@cache
def apart(sample: Callable[[], Media]) -> bytes:
    """The bytes of a sample, read in a thread that has no event loop yet."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(lambda: asyncio.run(sample().read())).result()
