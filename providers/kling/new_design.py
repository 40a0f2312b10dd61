"""Bodies of Kling's new design: contents, settings and options; the model stands in the path."""

from typing import Any

from providers.kling.draft import Draft, without_none

Fields = dict[str, Any]
# How an input of a parameter is called among the contents, by its type of media.
ROLES: dict[str, dict[str, str]] = {
    "firstFrame": {"IMAGE": "first_frame"},
    "lastFrame": {"IMAGE": "last_frame"},
    "characters": {"IMAGE": "refer_image"},
    "background": {"IMAGE": "refer_image"},
    "styleReferences": {"IMAGE": "refer_image", "VIDEO": "feature_video"},
    "references": {"IMAGE": "refer_image", "VIDEO": "feature_video"},
    "video": {"VIDEO": "base_video"},
}
MOTION_ROLES = {"image": {"IMAGE": "image"}, "video": {"VIDEO": "video"}}


def body(draft: Draft) -> Fields:
    """What is posted for a draft."""
    options = {"external_task_id": draft.key, "callback_url": draft.callback_url}
    prompt = draft.values.get("prompt")
    text_only = draft.offer.endpoint.startswith("text-to-video/")
    said = {"prompt": prompt} if text_only else {"contents": _contents(draft)}
    return {**said, "settings": _settings(draft), "options": without_none(options)}


def _contents(draft: Draft) -> list[Fields]:
    motion = draft.offer.endpoint.startswith("motion-control/")
    roles = MOTION_ROLES if motion else ROLES
    prompt = draft.values.get("prompt")
    text = [{"type": "prompt", "text": prompt}] if prompt else []
    media = [
        without_none(
            {
                "type": roles[name][media_type],
                "url": one.sent.text,
                "id": one.input.name,
            }
        )
        for name in roles
        for media_type in roles[name]
        for one in draft.all(name, media_type=media_type)
    ]
    elements = [{"type": "element", "element_id": one} for one in draft.values.get("elements", ())]
    return [*text, *media, *elements]


def _settings(draft: Draft) -> Fields:
    values = draft.values
    return without_none(
        {
            "resolution": values.get("resolution"),
            "aspect_ratio": values.get("aspectRatio"),
            "duration": values.get("durationSeconds"),
            "audio": _audio(draft),
            "multi_shot": values.get("multiShot"),
        }
    )


def _audio(draft: Draft) -> str | None:
    values = draft.values
    if "keepAudio" in values:
        return "original" if values["keepAudio"] else "off"
    if "audio" in values:
        return "native" if values["audio"] else "off"
    return None
