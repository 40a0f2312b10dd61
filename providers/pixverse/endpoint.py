"""PixVerse's calls that make something: what each takes, and which one a request means."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from providers.contract import Request
from providers.pixverse.models import ALL, MODELS

RESOLUTIONS = ("360p", "540p", "720p", "1080p")
EDITED = RESOLUTIONS[:3]
SPOKEN = ("speech", "voice")
DREAMT = ("prompt", "negativePrompt", "model", "resolution", "durationSeconds", "seed", "style")
MOVED = (*DREAMT, "motionMode")
DEFAULTS: Mapping[str, Any] = {
    "model": "v6",
    "resolution": "540p",
    "durationSeconds": 5,
    "aspectRatio": "16:9",
    "voice": "auto",
    "keepSound": False,
}


@dataclass(frozen=True)
class Endpoint:
    """A call: the parameters it takes, those it cannot do without, and those whose place in its
    body is not the usual one."""

    path: str
    takes: tuple[str, ...]
    needs: tuple[str, ...] = ()
    models: tuple[str, ...] = ALL
    resolutions: tuple[str, ...] = RESOLUTIONS
    defaults: Mapping[str, Any] | None = None
    speech: int = 140
    apart: tuple[str, ...] = ()

    def settled(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """The values it gets, where what was left out has its default."""
        told = {**DEFAULTS, **(self.defaults or {}), **parameters}
        return {name: told[name] for name in self.takes if told.get(name) is not None}


TEXT = Endpoint(
    "video/text/generate",
    (
        *MOVED,
        "aspectRatio",
        "cameraMovement",
        "audio",
        "multiClip",
        "soundEffect",
        *SPOKEN,
        "template",
    ),
    needs=("prompt",),
)
IMAGE = Endpoint(
    "video/img/generate",
    (*MOVED, "cameraMovement", "audio", "multiClip", "soundEffect", *SPOKEN, "template"),
)
MIMIC = Endpoint("video/mimic/generate", ("resolution",))
# Of the models that take more than two stills the newest, so that it need not be named.
STILL = {"model": "v5"}
TRANSITION = Endpoint(
    "video/transition/generate",
    (*MOVED, "audio", "soundEffect", *SPOKEN),
    needs=("prompt",),
    defaults=STILL,
)
STILLS = Endpoint(
    "video/multi_transition/generate",
    ("prompt", "model", "resolution", "durationSeconds", "motionMode"),
    models=("v3.5", "v4", "v4.5", "v5"),
    defaults=STILL,
    apart=("prompt", "durationSeconds"),
)
EXTEND = Endpoint(
    "video/extend/generate",
    (*MOVED, "audio"),
    needs=("prompt",),
    models=("v3.5", "v4", "v4.5", "v5", "v5.5", "v6"),
)
FUSION = Endpoint(
    "video/fusion/generate",
    ("prompt", "model", "resolution", "durationSeconds", "aspectRatio", "audio", "seed"),
    needs=("prompt",),
    models=tuple(name for name, model in MODELS.items() if model.references),
)
LIPS = Endpoint("video/lip_sync/generate", SPOKEN, speech=200)
AVATAR = Endpoint(
    "video/avatar/generate",
    ("prompt", "resolution", *SPOKEN),
    resolutions=("720p", "1080p"),
    defaults={"resolution": "720p"},
    speech=200,
)
RESTYLE = Endpoint("video/restyle/generate", ("prompt", "restyle", "seed"), apart=("prompt",))
SOUND = Endpoint(
    "video/sound_effect/generate", ("edit", "soundEffect", "keepSound"), needs=("edit",)
)
MODIFY = Endpoint(
    "video/modify/generate",
    ("edit", "prompt", "resolution", "maskIds", "subject"),
    needs=("edit", "prompt"),
    resolutions=EDITED,
)
SWAP = Endpoint(
    "video/swap/generate",
    ("edit", "resolution", "maskIds", "subject"),
    needs=("edit",),
    resolutions=EDITED,
)
PICTURE = Endpoint("image/template/generate", ("template",), needs=("template",))

EDITS = {"soundEffect": SOUND, "modify": MODIFY, "swap": SWAP}
OPERATIONS: Mapping[str, tuple[Endpoint, ...]] = {
    "text_to_video": (TEXT,),
    "image_to_video": (IMAGE, MIMIC),
    "video_transition": (TRANSITION, STILLS),
    "video_extend": (EXTEND,),
    "fusion": (FUSION,),
    "lip_sync": (LIPS, AVATAR),
    "restyle": (RESTYLE,),
    "derive": (SOUND, MODIFY, SWAP),
    "image_to_image": (PICTURE,),
}


def chosen(request: Request) -> Endpoint | None:
    """The call that a request means; None if there is none."""
    if request.operation == "derive":
        return EDITS.get(str(request.parameters.get("edit")))
    plain, *other = OPERATIONS.get(request.operation, (None,))
    return other[0] if other and _is_other(request) else plain


def _is_other(request: Request) -> bool:
    if request.operation == "video_transition":
        stills = request.given("stills")
        own = any(one.prompt or one.duration_seconds is not None for one in stills)
        return len(stills) > 2 or own
    if request.operation == "lip_sync":
        return bool(request.given("image")) and not request.given("video")
    return bool(request.given("video"))
