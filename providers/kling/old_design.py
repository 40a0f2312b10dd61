"""Bodies of Kling's old design: flat fields, a path for each task, and the model in `model_name`."""

from collections.abc import Callable, Mapping
from typing import Any

from providers.error import Refused
from providers.kling.draft import Draft, Given, addressed, without_none

Fields = dict[str, Any]


def _same(value: Any) -> Any:
    return value


def _on(value: bool) -> str:
    return "on" if value else "off"


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _elements(ids: list[str]) -> list[Fields]:
    return [{"element_id": int(one)} for one in ids]


def _camera(camera: Mapping[str, Any]) -> Fields:
    axes = {name: value for name, value in camera.items() if name != "type"}
    return {"type": camera["type"], **({"config": axes} if axes else {})}


FIELDS: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "prompt": ("prompt", _same),
    "negativePrompt": ("negative_prompt", _same),
    "cfgScale": ("cfg_scale", _same),
    "mode": ("mode", _same),
    "aspectRatio": ("aspect_ratio", _same),
    "durationSeconds": ("duration", str),
    "audio": ("sound", _on),
    "keepAudio": ("keep_original_sound", _yes),
    "camera": ("camera_control", _camera),
    "elements": ("element_list", _elements),
    "voices": ("voice_list", lambda ids: [{"voice_id": one} for one in ids]),
    "characterOrientation": ("character_orientation", _same),
    "resolution": ("resolution", _same),
    "count": ("n", _same),
    "imageReference": ("image_reference", _same),
    "imageFidelity": ("image_fidelity", _same),
    "humanFidelity": ("human_fidelity", _same),
}


def body(draft: Draft) -> Fields:
    """What is posted for a draft."""
    said = {
        field: encode(draft.values[name])
        for name, (field, encode) in FIELDS.items()
        if name in draft.values
    }
    if draft.offer.models:
        said["model_name"] = draft.model
    shaped = SHAPES[draft.offer.endpoint](draft, {**said, **_shots(draft)})
    told = {"external_task_id": draft.key, "callback_url": draft.callback_url}
    return without_none({**shaped, **told})


def _shots(draft: Draft) -> Fields:
    if draft.values.get("multiShot"):
        return {"multi_shot": True, "shot_type": "intelligence"}
    shots = draft.values.get("shots")
    if not shots:
        return {}
    listed = [
        {"index": index, "prompt": shot["prompt"], "duration": str(int(shot["durationSeconds"]))}
        for index, shot in enumerate(shots, 1)
    ]
    return {"multi_shot": True, "shot_type": "customize", "multi_prompt": listed}


def _image_to_video(draft: Draft, said: Fields) -> Fields:
    masks = draft.all("motionMasks")
    brushes = [
        {"mask": mask.sent.text, "trajectories": path}
        for mask, path in zip(masks, draft.values.get("trajectories", ()), strict=True)
    ]
    frames = {
        "image": draft.text("firstFrame"),
        "image_tail": draft.text("lastFrame"),
        "static_mask": draft.text("mask"),
    }
    return {**said, **frames, "dynamic_masks": brushes or None}


def _multi_image_to_video(draft: Draft, said: Fields) -> Fields:
    return {**said, "image_list": [{"image": one.sent.text} for one in draft.all("characters")]}


FRAMES = {"firstFrame": {"type": "first_frame"}, "lastFrame": {"type": "end_frame"}}
PICTURES = ("firstFrame", "lastFrame", "characters", "background", "styleReferences", "references")
CLIPS = ("video", "styleReferences", "references")


def _omni_video(draft: Draft, said: Fields) -> Fields:
    kept = said.pop("keep_original_sound", "no")
    images, videos = draft.all(*PICTURES), draft.all(*CLIPS, media_type="VIDEO")
    listed = [{"image_url": one.sent.text, **FRAMES.get(one.input.parameter, {})} for one in images]
    clips = [
        {
            "video_url": one.sent.text,
            "refer_type": "base" if one.input.parameter == "video" else "feature",
            "keep_original_sound": kept,
        }
        for one in videos
    ]
    labels = {**_labels("image", images), **_labels("video", videos)}
    lists = {"image_list": listed or None, "video_list": clips or None}
    return {**_named(said, labels), **lists}


def _labels(sort: str, media: list[Given]) -> dict[str, str]:
    return {
        one.input.name: f"<<<{sort}_{index}>>>"
        for index, one in enumerate(media, 1)
        if one.input.name
    }


def _named(said: Fields, labels: Mapping[str, str]) -> Fields:
    """The prompts, with what they call by name."""
    shots = [
        {**shot, "prompt": addressed(shot["prompt"], labels)}
        for shot in said.get("multi_prompt", ())
    ]
    prompt = {"prompt": addressed(said["prompt"], labels)} if "prompt" in said else {}
    return {**said, **prompt, **({"multi_prompt": shots} if shots else {})}


def _extend(draft: Draft, said: Fields) -> Fields:
    return {**said, "video_id": draft.all("video", media_type="VIDEO")[0].sent.text}


def _sound(draft: Draft) -> tuple[Given, Fields]:
    audio = draft.all("audio", media_type="AUDIO")[0]
    field = "audio_id" if audio.sent.kind == "audio_id" else "sound_file"
    return audio, {field: audio.sent.text}


def _lip_sync(draft: Draft, said: Fields) -> Fields:
    if draft.face is None:  # it was not looked for: a mistake of ours, told as what it comes to
        raise Refused("Kling: no face of the video was chosen", field="video")
    audio, sound = _sound(draft)
    insert = draft.values.get("insertSeconds", draft.face.start_seconds)
    start, end = _span(draft, audio, insert)
    choice = {
        "face_id": draft.face.number,
        **sound,
        "sound_start_time": _milliseconds(start),
        "sound_end_time": _milliseconds(end),
        "sound_insert_time": _milliseconds(insert),
        "sound_volume": draft.values.get("volume"),
        "original_audio_volume": draft.values.get("originalVolume"),
    }
    return {**said, "session_id": draft.face.session, "face_choose": [without_none(choice)]}


def _span(draft: Draft, audio: Given, insert: float) -> tuple[float, float]:
    """Which part of the sound is used: no more than the video has room for."""
    start = audio.input.start_seconds or 0.0
    end = audio.input.end_seconds
    if end is not None:
        return start, end
    whole = audio.input.media.duration_seconds
    if whole is None:
        raise Refused("Kling: say by endSeconds how long the audio is", field="audio")
    video = draft.all("video", media_type="VIDEO")[0].input.media.duration_seconds
    return start, whole if video is None else min(whole, start + video - insert)


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def _avatar(draft: Draft, said: Fields) -> Fields:
    return {**said, "image": draft.text("image"), **_sound(draft)[1]}


def _effects(draft: Draft, said: Fields) -> Fields:
    images = [one.sent.text for one in draft.all("images")]
    shown = {"image": images[0]} if len(images) == 1 else {"images": images}
    if "mode" in said:  # the elder effects for two run on a model that must be named
        said["model_name"] = "kling-v1-6"
    return {"effect_scene": draft.values["effect"], "input": {**shown, **said}}


def _motion(draft: Draft, said: Fields) -> Fields:
    video = draft.all("video", media_type="VIDEO")[0]
    return {**said, "image_url": draft.text("image"), "video_url": video.sent.text}


def _generations(draft: Draft, said: Fields) -> Fields:
    return {**said, "image": draft.text("image")}


def _multi_image_to_image(draft: Draft, said: Fields) -> Fields:
    subjects = [{"subject_image": one.sent.text} for one in draft.all("characters")]
    scene, style = draft.text("background"), draft.text("styleReferences")
    return {**said, "subject_image_list": subjects, "scene_image": scene, "style_image": style}


def _omni_image(draft: Draft, said: Fields) -> Fields:
    images = draft.all("image", "references")
    listed = [{"image": one.sent.text} for one in images]
    return {**_named(said, _labels("image", images)), "image_list": listed or None}


SHAPES: Mapping[str, Callable[[Draft, Fields], Fields]] = {
    "videos/text2video": lambda _, said: said,
    "videos/image2video": _image_to_video,
    "videos/multi-image2video": _multi_image_to_video,
    "videos/omni-video": _omni_video,
    "videos/video-extend": _extend,
    "videos/advanced-lip-sync": _lip_sync,
    "videos/avatar/image2video": _avatar,
    "videos/effects": _effects,
    "videos/motion-control": _motion,
    "images/generations": _generations,
    "images/multi-image2image": _multi_image_to_image,
    "images/omni-image": _omni_image,
}
