"""What the classes and inputs of ComfyUI nodes mean for lineage.

Custom nodes are without number, so words in class names decide (all lower case here), and
the names of the core's own nodes are among them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from providers.hint import MediaType


@dataclass(frozen=True)
class Loader:
    """The input of a class that names a file, and its medium."""

    input: str
    media_type: MediaType
    folder: str = "input"


@dataclass(frozen=True)
class Guide:
    """What a picture is that flows into an input: the first row whose words fit holds."""

    role: str
    inputs: tuple[str, ...]
    classes: tuple[str, ...] = ("",)


LOADERS: Mapping[str, Loader] = {
    "LoadImage": Loader("image", "IMAGE"),
    "LoadImageMask": Loader("image", "IMAGE"),
    "LoadImageOutput": Loader("image", "IMAGE", "output"),
    "LoadVideo": Loader("file", "VIDEO"),
    "LoadAudio": Loader("audio", "AUDIO"),
    "VHS_LoadVideo": Loader("video", "VIDEO"),
    "VHS_LoadVideoFFmpeg": Loader("video", "VIDEO"),
    "VHS_LoadAudioUpload": Loader("audio", "AUDIO"),
}

SOURCE = "SOURCE"
# A control picture guides the shape of the result: the nearest kind is a keyframe.
GUIDES = (
    Guide("MASK", ("mask", "attn_mask", "noise_mask", "masks", "control_masks")),
    Guide("FIRST_FRAME", ("start_image", "first_frame", "first_image", "init_image")),
    Guide("LAST_FRAME", ("end_image", "last_frame", "last_image", "image_tail")),
    Guide(
        "CHARACTER_REFERENCE",
        ("image", "face_image", "image_kps", "reference_image"),
        ("faceid", "instantid", "pulid", "photomaker", "reactor", "infiniteyou"),
    ),
    Guide(
        "STYLE_REFERENCE",
        ("image", "image_style", "image_composition", "clip_vision_output"),
        ("ipadapter", "stylemodelapply", "style_model"),
    ),
    Guide("KEYFRAME", ("image", "control_image", "control_video"), ("controlnet", "control_net")),
    Guide("STYLE_REFERENCE", ("reference_image", "ref_image", "style_image")),
)
# A file can play several roles at once; those of the first group met are kept.
RANKS = (
    ("FIRST_FRAME", "LAST_FRAME"),
    (SOURCE,),
    ("CHARACTER_REFERENCE", "STYLE_REFERENCE"),
    ("KEYFRAME",),
    ("MASK",),
)

SAVE_WORDS = ("save", "videocombine", "video_combine", "imagesender")
PREVIEW_WORDS = ("preview",)
VIDEO_WORDS = ("video", "webm", "gif", "animated", "savewebp")
AUDIO_WORDS = ("audio",)

SAMPLER_INPUTS = ("latent_image", "positive", "guider", "image_embeds", "samples")
UPSCALE_WORDS = ("upscale", "supir", "seedvr", "rife", "vfi")

# Where texts stand: in encoders, and in the nodes that only hand text on.
ENCODED_TEXTS = ("text", "prompt", "text_g", "text_l", "clip_l", "clip_g", "t5xxl", "llama")
TEXT_STARTS = ("text", "string", "prompt", "value", "t5xxl", "populated_text")
SIDES = {"positive": "negative", "negative": "positive"}
# These classes turn a conditioning into nothing, whatever text flows into them.
SILENT = frozenset({"ConditioningZeroOut"})

SEED = ("noise_seed", "seed", "noise", "value", "int", "number")
STEPS = ("steps", "sigmas", "value", "int")
CFG = ("cfg", "cfg_conds", "guider", "value", "float")
SAMPLER = ("sampler_name", "sampler", "value")
SCHEDULER = ("scheduler", "sigmas", "value")
CHECKPOINTS = ("ckpt_name", "unet_name", "model_name", "model")
LORAS = ("lora_name", "lora")
MODEL_SUFFIXES = (".safetensors", ".ckpt", ".pt", ".pth", ".gguf", ".sft", ".bin")
