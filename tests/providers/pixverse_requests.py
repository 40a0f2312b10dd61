"""A request for each of PixVerse's calls, with the body that it must become."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from providers.contract import Input, Media, Request
from tests.providers.samples import clip, picture, sound

FROM_MODEL = {"model": "v6", "quality": "540p", "duration": 5}
FROM_V5 = {**FROM_MODEL, "model": "v5"}


def known(media: Media, **ids: str) -> Media:
    return replace(media, known=ids)


def image(parameter: str = "image", number: str = "", **more: Any) -> Input:
    media = known(picture(), img_id=number) if number else picture()
    return Input(parameter, media, **more)


def video(parameter: str = "video", number: str = "", **more: Any) -> Input:
    media = known(clip(), video_id=number) if number else clip()
    return Input(parameter, media, **more)


def audio() -> Input:
    return Input("audio", sound())


@dataclass(frozen=True)
class Case:
    """A request, where it goes and what is sent: inputs have the ids 101, 102, ..."""

    operation: str
    path: str
    parameters: Mapping[str, Any]
    body: Mapping[str, Any]
    inputs: Callable[[], tuple[Input, ...]] = tuple
    masks: tuple[str, ...] = ()

    def request(self) -> Request:
        return Request(self.operation, self.parameters, self.inputs())


FOX = {"prompt": "a fox"}
SOURCE = {"video_media_id": 101}
CASES: dict[str, Case] = {
    "text": Case(
        "text_to_video",
        "video/text/generate",
        {**FOX, "seed": 3},
        {**FOX, **FROM_MODEL, "aspect_ratio": "16:9", "seed": 3},
    ),
    "text, all of a new model": Case(
        "text_to_video",
        "video/text/generate",
        {
            **FOX,
            "negativePrompt": "rain",
            "model": "v6",
            "resolution": "1080p",
            "durationSeconds": 15,
            "aspectRatio": "21:9",
            "style": "realistic",
            "audio": True,
            "multiClip": True,
        },
        {
            **FOX,
            "negative_prompt": "rain",
            "model": "v6",
            "quality": "1080p",
            "duration": 15,
            "aspect_ratio": "21:9",
            "style": "realistic",
            "generate_audio_switch": True,
            "generate_multi_clip_switch": True,
        },
    ),
    "text, all of an old model": Case(
        "text_to_video",
        "video/text/generate",
        {
            **FOX,
            "model": "v4.5",
            "motionMode": "fast",
            "cameraMovement": "zoom_in",
            "soundEffect": "rustling",
            "speech": "Good day.",
            "voice": "12",
            "template": "302325299692608",
            "audio": False,
        },
        {
            **FOX,
            **FROM_MODEL,
            "model": "v4.5",
            "aspect_ratio": "16:9",
            "motion_mode": "fast",
            "camera_movement": "zoom_in",
            "sound_effect_switch": True,
            "sound_effect_content": "rustling",
            "lip_sync_tts_switch": True,
            "lip_sync_tts_content": "Good day.",
            "lip_sync_tts_speaker_id": "12",
            "template_id": 302325299692608,
        },
    ),
    "image": Case(
        "image_to_video",
        "video/img/generate",
        {**FOX, "model": "v5", "soundEffect": ""},
        {**FOX, **FROM_V5, "img_id": 101, "sound_effect_switch": True},
        lambda: (image(),),
    ),
    "images of a template": Case(
        "image_to_video",
        "video/img/generate",
        {"template": "315446315336768"},
        {"prompt": "", **FROM_MODEL, "img_ids": [101, 102], "template_id": 315446315336768},
        lambda: (image("images"), image("images")),
    ),
    "mimic": Case(
        "image_to_video",
        "video/mimic/generate",
        {"resolution": "720p"},
        {"quality": "720p", "img_id": 102, "video_media_id": 101},
        lambda: (video(), image()),
    ),
    "transition": Case(
        "video_transition",
        "video/transition/generate",
        FOX,
        {**FOX, **FROM_V5, "first_frame_img": 101, "last_frame_img": 102},
        lambda: (image("stills"), image("stills")),
    ),
    "transition through several": Case(
        "video_transition",
        "video/multi_transition/generate",
        {**FOX, "durationSeconds": 8},
        {
            "model": "v5",
            "quality": "540p",
            "multi_transition": [
                {"img_id": 101, "duration": 3, "prompt": "it leaps"},
                {"img_id": 102, "duration": 8, "prompt": "a fox"},
                {"img_id": 103},
            ],
        },
        lambda: (
            image("stills", prompt="it leaps", duration_seconds=3.0),
            image("stills"),
            image("stills"),
        ),
    ),
    "transition of two with a word of their own": Case(
        "video_transition",
        "video/multi_transition/generate",
        {},
        {
            "model": "v5",
            "quality": "540p",
            "multi_transition": [
                {"img_id": 101, "duration": 5, "prompt": "it leaps"},
                {"img_id": 102},
            ],
        },
        lambda: (image("stills", prompt="it leaps"), image("stills")),
    ),
    "extend": Case(
        "video_extend",
        "video/extend/generate",
        {**FOX, "audio": True},
        {**FOX, **FROM_MODEL, **SOURCE, "generate_audio_switch": True},
        lambda: (video(),),
    ),
    "fusion": Case(
        "fusion",
        "video/fusion/generate",
        {"prompt": "@fox, at dusk, runs in @wood"},
        {
            **FROM_MODEL,
            "prompt": "@fox , at dusk, runs in @wood @reference1 @reference2",
            "aspect_ratio": "16:9",
            "image_references": [
                {"type": "background", "img_id": 101, "ref_name": "wood"},
                {"type": "subject", "img_id": 102, "ref_name": "fox"},
                {"type": "subject", "img_id": 103, "ref_name": "reference1"},
            ],
            "video_references": [{"ref_name": "reference2", "video_media_id": 104}],
        },
        lambda: (
            image("background", name="wood"),
            image("characters", name="fox"),
            image("references"),
            video("references"),
        ),
    ),
    "lip sync to a sound": Case(
        "lip_sync",
        "video/lip_sync/generate",
        {},
        {**SOURCE, "audio_media_id": 102},
        lambda: (video(), audio()),
    ),
    "lip sync to words": Case(
        "lip_sync",
        "video/lip_sync/generate",
        {"speech": "Good day."},
        {
            **SOURCE,
            "lip_sync_tts_content": "Good day.",
            "lip_sync_tts_speaker_id": "auto",
        },
        lambda: (video(),),
    ),
    "avatar": Case(
        "lip_sync",
        "video/avatar/generate",
        {"prompt": "She nods."},
        {"prompt": "She nods.", "quality": "720p", "img_id": 102, "audio_media_id": 101},
        lambda: (audio(), image()),
    ),
    "restyle by id": Case(
        "restyle",
        "video/restyle/generate",
        {"restyle": "322876019426368", "seed": 4},
        {**SOURCE, "restyle_id": 322876019426368, "seed": 4},
        lambda: (video(),),
    ),
    "restyle by words": Case(
        "restyle",
        "video/restyle/generate",
        {"prompt": "woodcut"},
        {**SOURCE, "restyle_prompt": "woodcut"},
        lambda: (video(),),
    ),
    "sound effect": Case(
        "derive",
        "video/sound_effect/generate",
        {"edit": "soundEffect", "soundEffect": "rain", "keepSound": True},
        {**SOURCE, "sound_effect_content": "rain", "original_sound_switch": True},
        lambda: (video(),),
    ),
    "modify": Case(
        "derive",
        "video/modify/generate",
        {"edit": "modify", "prompt": "make it snow"},
        {**SOURCE, "prompt": "make it snow", "quality": "540p"},
        lambda: (video(),),
    ),
    "modify what is selected": Case(
        "derive",
        "video/modify/generate",
        {"edit": "modify", "prompt": "@selection0 becomes @img0", "maskIds": ["9"]},
        {
            **SOURCE,
            "prompt": "@selection0 becomes @img0",
            "quality": "540p",
            "img_ids": [102],
            "mask_ids": ["9"],
            "keyframe_ids": 4,
        },
        lambda: (video(frame=4), image("images")),
        masks=("9",),
    ),
    "swap": Case(
        "derive",
        "video/swap/generate",
        {"edit": "swap", "subject": "Background", "resolution": "360p"},
        {**SOURCE, "quality": "360p", "keyframe_id": 1, "mask_id": "4002", "img_id": 102},
        lambda: (video(), image("images")),
        masks=("4002",),
    ),
    "image template": Case(
        "image_to_image",
        "image/template/generate",
        {"template": "384268229671680"},
        {"template_id": 384268229671680, "img_ids": [101]},
        lambda: (image("images"),),
    ),
}
