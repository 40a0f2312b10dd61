"""The models that a workflow uses, and what each is for."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from providers.comfyui.parameter import Parameter
from providers.comfyui.rules import MODEL_SUFFIXES


class ModelRole(StrEnum):
    """What a model is for."""

    CHECKPOINT = "CHECKPOINT"
    DIFFUSION_MODEL = "DIFFUSION_MODEL"
    LORA = "LORA"
    VAE = "VAE"
    TEXT_ENCODER = "TEXT_ENCODER"
    CLIP_VISION = "CLIP_VISION"
    CONTROLNET = "CONTROLNET"
    IPADAPTER = "IPADAPTER"
    STYLE_MODEL = "STYLE_MODEL"
    MOTION = "MOTION"
    UPSCALER = "UPSCALER"
    OTHER = "OTHER"


# The first row of which a word is in a model's input and class tells its role.
MODEL_WORDS = (
    (ModelRole.LORA, ("lora",)),
    (ModelRole.CONTROLNET, ("controlnet", "control_net")),
    (ModelRole.IPADAPTER, ("ipadapter",)),
    (ModelRole.CLIP_VISION, ("clipvision", "clip_vision")),
    (ModelRole.TEXT_ENCODER, ("clip", "t5", "text_encoder")),
    (ModelRole.VAE, ("vae",)),
    (ModelRole.UPSCALER, ("upscale",)),
    (ModelRole.MOTION, ("animatediff", "motion")),
    (ModelRole.CHECKPOINT, ("ckpt", "checkpoint")),
    (ModelRole.STYLE_MODEL, ("stylemodel", "style_model")),
    (ModelRole.DIFFUSION_MODEL, ("unet", "diffusion", "modelloader")),
)
MODEL_INPUTS = ("ckpt_name", "unet_name", "lora_name", "vae_name", "control_net_name")


@dataclass(frozen=True)
class ModelInput:
    """Where a model's file is named."""

    parameter: Parameter
    role: ModelRole


def find_models(parameters: Iterable[Parameter]) -> tuple[ModelInput, ...]:
    """Every input that names a model."""
    return tuple(ModelInput(one, _role(one)) for one in parameters if _is_model(one))


def _is_model(parameter: Parameter) -> bool:
    value = parameter.value
    if not isinstance(value, str) or value in {"", "None"}:
        return False
    return value.lower().endswith(MODEL_SUFFIXES) or parameter.name in MODEL_INPUTS


def _role(parameter: Parameter) -> ModelRole:
    told = f"{parameter.name} {parameter.step.class_type}".lower()
    fitting = (role for role, words in MODEL_WORDS if any(word in told for word in words))
    return next(fitting, ModelRole.OTHER)
