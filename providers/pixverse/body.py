"""The body of a call to PixVerse, made of a request and the ids of its inputs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from providers.contract import Request
from providers.pixverse import endpoint as call
from providers.pixverse.endpoint import Endpoint
from providers.pixverse.fusion import called, fused, names

PLAIN = {
    "prompt": "prompt",
    "negativePrompt": "negative_prompt",
    "model": "model",
    "resolution": "quality",
    "durationSeconds": "duration",
    "seed": "seed",
    "style": "style",
    "motionMode": "motion_mode",
    "aspectRatio": "aspect_ratio",
    "cameraMovement": "camera_movement",
}
SWITCHES = {"audio": "generate_audio_switch", "multiClip": "generate_multi_clip_switch"}
FIRST_FRAME = 1
SOURCES = {"video_id": "source_video_id", "media_id": "video_media_id"}


class Id(NamedTuple):
    """An input as PixVerse knows it: the id space, and the id as text."""

    kind: str
    number: str


Body = dict[str, Any]


@dataclass(frozen=True)
class Given:
    """A request, the ids of its inputs in their order, and what was selected in its video."""

    request: Request
    ids: Sequence[Id]
    masks: Sequence[str] = ()

    def numbers(self, parameter: str) -> list[int]:
        pairs = zip(self.request.inputs, self.ids, strict=True)
        return [int(own.number) for one, own in pairs if one.parameter == parameter]

    def first(self, parameter: str) -> int:
        return self.numbers(parameter)[0]

    def source(self) -> Body:
        """The video that is worked on: one made by PixVerse, or one uploaded to it."""
        pairs = zip(self.request.inputs, self.ids, strict=True)
        own = next(own for one, own in pairs if one.parameter == "video")
        return {SOURCES[own.kind]: int(own.number)}

    def keyframe(self) -> int:
        """The frame of the video in which something is selected; PixVerse counts from 1."""
        frame = self.request.given("video")[0].frame
        return frame if frame is not None else FIRST_FRAME


def body_of(endpoint: Endpoint, given: Given) -> Body:
    """What is sent."""
    values = endpoint.settled(given.request.parameters)
    usual = [name for name in PLAIN if name not in endpoint.apart]
    body = {PLAIN[name]: values[name] for name in usual if values.get(name) not in (None, "")}
    body |= {SWITCHES[name]: True for name in SWITCHES if values.get(name)}
    return {**body, **PARTS[endpoint.path](given, values)}


def selection_of(given: Given) -> Body:
    """What is sent to have the things in a video's frame told apart."""
    return {**given.source(), "keyframe_id": given.keyframe()}


def _dubbed(values: Mapping[str, Any]) -> Body:
    body: Body = {}
    if "soundEffect" in values:
        body["sound_effect_switch"] = True
        body |= _if("sound_effect_content", values["soundEffect"])
    if values.get("speech"):
        body |= {"lip_sync_tts_switch": True, **_spoken(values)}
    return body


def _spoken(values: Mapping[str, Any]) -> Body:
    return {
        "lip_sync_tts_content": values["speech"],
        "lip_sync_tts_speaker_id": values["voice"],
    }


def _if(name: str, value: object) -> Body:
    return {name: value} if value else {}


def _template(values: Mapping[str, Any]) -> Body:
    return {"template_id": int(values["template"])} if values.get("template") else {}


def _text(_: Given, values: Mapping[str, Any]) -> Body:
    return {**_dubbed(values), **_template(values)}


def _image(given: Given, values: Mapping[str, Any]) -> Body:
    several = given.numbers("images")
    picture = {"img_ids": several} if several else {"img_id": given.first("image")}
    # A template takes no notice of the prompt, which must be there all the same.
    prompt = {"prompt": values.get("prompt", "")}
    return {**prompt, **picture, **_dubbed(values), **_template(values)}


def _mimic(given: Given, _: Mapping[str, Any]) -> Body:
    return {**given.source(), "img_id": given.first("image")}


def _transition(given: Given, values: Mapping[str, Any]) -> Body:
    first, last = given.numbers("stills")
    return {"first_frame_img": first, "last_frame_img": last, **_dubbed(values)}


def _stills(given: Given, values: Mapping[str, Any]) -> Body:
    stills = given.request.given("stills")
    *before, last = [
        {
            "img_id": number,
            "duration": int(one.duration_seconds or values["durationSeconds"]),
            "prompt": one.prompt or values.get("prompt", ""),
        }
        for one, number in zip(stills, given.numbers("stills"), strict=True)
    ]
    # Nothing comes after the last one that could last or be described.
    return {"multi_transition": [*before, {"img_id": last["img_id"]}]}


def _extend(given: Given, _: Mapping[str, Any]) -> Body:
    return given.source()


def _fusion(given: Given, values: Mapping[str, Any]) -> Body:
    # A fusion has no other inputs, so names and ids go side by side.
    own_names = names(fused(given.request))
    pictures, clips = [], []
    for one, own, name in zip(given.request.inputs, given.ids, own_names, strict=True):
        if one.media.media_type == "IMAGE":
            kind = "background" if one.parameter == "background" else "subject"
            pictures.append({"type": kind, "img_id": int(own.number), "ref_name": name})
        else:
            clips.append({"ref_name": name, SOURCES[own.kind]: int(own.number)})
    return {
        "prompt": called(values["prompt"], own_names),
        **_if("image_references", pictures),
        **_if("video_references", clips),
    }


def _lips(given: Given, values: Mapping[str, Any]) -> Body:
    return {**given.source(), **_voiced(given, values)}


def _avatar(given: Given, values: Mapping[str, Any]) -> Body:
    return {"img_id": given.first("image"), **_voiced(given, values)}


def _voiced(given: Given, values: Mapping[str, Any]) -> Body:
    sound = given.numbers("audio")
    return {"audio_media_id": sound[0]} if sound else _spoken(values)


def _restyle(given: Given, values: Mapping[str, Any]) -> Body:
    if values.get("restyle"):
        return {**given.source(), "restyle_id": int(values["restyle"])}
    return {**given.source(), "restyle_prompt": values["prompt"]}


def _sound(given: Given, values: Mapping[str, Any]) -> Body:
    content = _if("sound_effect_content", values.get("soundEffect"))
    return {**given.source(), **content, "original_sound_switch": values["keepSound"]}


def _modify(given: Given, _: Mapping[str, Any]) -> Body:
    masked = {"mask_ids": list(given.masks), "keyframe_ids": given.keyframe()}
    images = _if("img_ids", given.numbers("images"))
    return {**given.source(), **images, **(masked if given.masks else {})}


def _swap(given: Given, _: Mapping[str, Any]) -> Body:
    picture = {"mask_id": given.masks[0], "img_id": given.first("images")}
    return {**selection_of(given), **picture}


def _picture(given: Given, values: Mapping[str, Any]) -> Body:
    return {**_template(values), "img_ids": given.numbers("images")}


PARTS: Mapping[str, Callable[[Given, Mapping[str, Any]], Body]] = {
    call.TEXT.path: _text,
    call.IMAGE.path: _image,
    call.MIMIC.path: _mimic,
    call.TRANSITION.path: _transition,
    call.STILLS.path: _stills,
    call.EXTEND.path: _extend,
    call.FUSION.path: _fusion,
    call.LIPS.path: _lips,
    call.AVATAR.path: _avatar,
    call.RESTYLE.path: _restyle,
    call.SOUND.path: _sound,
    call.MODIFY.path: _modify,
    call.SWAP.path: _swap,
    call.PICTURE.path: _picture,
}
