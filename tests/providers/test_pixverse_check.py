"""What no schema can tell of a request to PixVerse is told before it is sent."""

from dataclasses import replace
from typing import Any

import pytest

from providers.contract import Input, Media, Request
from providers.pixverse.check import check
from providers.pixverse.limit import MEGABYTE, too_much
from tests.providers.pixverse_requests import audio, image, known, video
from tests.providers.samples import clip, picture, sound

FOX = {"prompt": "a fox"}
STILL, SWAP = image("stills"), {"edit": "swap"}
Row = tuple[str, dict[str, Any], tuple[Input, ...], set[str]]
ROWS: dict[str, Row] = {
    "no prompt": ("text_to_video", {}, (), {"prompt"}),
    "no such operation": ("upscale", {}, (), {"operation"}),
    "no such edit": ("derive", {"edit": "colour"}, (video(),), {"edit"}),
    "neither image nor images": ("image_to_video", FOX, (), {"image"}),
    "both": (
        "image_to_video",
        {**FOX, "template": "1"},
        (image(), image("images")),
        {"image"},
    ),
    "images without a template": ("image_to_video", FOX, (image("images"),), {"template"}),
    "an image without words": ("image_to_video", {}, (image(),), {"prompt"}),
    "movements for nobody": ("image_to_video", {}, (video(),), {"image"}),
    "movements, and words that nobody hears": (
        "image_to_video",
        FOX,
        (video(), image()),
        {"prompt"},
    ),
    "movements, and what an asker fills in": (
        "image_to_video",
        {"seed": 5, "model": "v6", "durationSeconds": 5, "audio": False},
        (video(), image()),
        set(),
    ),
    "one still": ("video_transition", FOX, (STILL,), {"stills"}),
    "eight stills": ("video_transition", FOX, (STILL,) * 8, {"stills"}),
    "two stills without words": ("video_transition", {}, (STILL,) * 2, {"prompt"}),
    "half a second": (
        "video_transition",
        FOX,
        (image("stills", duration_seconds=1.5), STILL),
        {"stills"},
    ),
    "too long together": (
        "video_transition",
        {"durationSeconds": 8},
        (STILL,) * 6,
        {"stills"},
    ),
    "long words of a still": (
        "video_transition",
        {},
        (image("stills", prompt="x" * 2049), STILL),
        {"stills"},
    ),
    "several stills and no sound": (
        "video_transition",
        {"soundEffect": "rain"},
        (STILL,) * 3,
        {"soundEffect"},
    ),
    "nothing to extend": ("video_extend", FOX, (), {"video"}),
    "a model that does not extend": ("video_extend", {**FOX, "model": "c1"}, (video(),), {"model"}),
    "nothing to fuse": ("fusion", FOX, (), {"characters"}),
    "four images on v5": (
        "fusion",
        {**FOX, "model": "v5"},
        (image("characters"),) * 4,
        {"references"},
    ),
    "eight images on v6": ("fusion", FOX, (image("characters"),) * 8, {"references"}),
    "a clip on v5.6": ("fusion", {**FOX, "model": "v5.6"}, (video("references"),), {"references"}),
    "a name twice": ("fusion", FOX, (image("characters", name="fox"),) * 2, {"characters"}),
    "a name of two words": (
        "fusion",
        FOX,
        (image("characters", name="old fox"),),
        {"characters"},
    ),
    "a long name": ("fusion", FOX, (image("characters", name="f" * 31),), {"characters"}),
    "a name that nobody has": (
        "fusion",
        {"prompt": "@fxo runs"},
        (image("characters", name="fox"),),
        {"prompt"},
    ),
    "words that get too long with names": (
        "fusion",
        {"prompt": "x" * 4999},
        (image("characters", name="fox"),),
        {"prompt"},
    ),
    "nobody who speaks": ("lip_sync", {}, (audio(),), {"video"}),
    "two who speak": ("lip_sync", {}, (audio(), video(), image()), {"video"}),
    "nothing to say": ("lip_sync", {}, (video(),), {"audio"}),
    "two things to say": ("lip_sync", {"speech": "hello"}, (video(), audio()), {"audio"}),
    "a speech": ("lip_sync", {"speech": "x" * 201}, (video(),), {"speech"}),
    "a shorter speech, still too long beside a prompt": (
        "text_to_video",
        {**FOX, "model": "v5", "speech": "x" * 141},
        (),
        {"speech"},
    ),
    "a blurred portrait": (
        "lip_sync",
        {"speech": "hello", "resolution": "540p"},
        (image(),),
        {"resolution"},
    ),
    "no style": ("restyle", {}, (video(),), {"restyle"}),
    "two styles": ("restyle", {"restyle": "1", "prompt": "clay"}, (video(),), {"restyle"}),
    "a sound effect with an image": (
        "derive",
        {"edit": "soundEffect"},
        (video(), image("images")),
        {"images"},
    ),
    "an edit without words": ("derive", {"edit": "modify"}, (video(),), {"prompt"}),
    "an edit of four images": (
        "derive",
        {"edit": "modify", **FOX},
        (video(), *(image("images"),) * 4),
        {"images"},
    ),
    "a selection that is not called": (
        "derive",
        {"edit": "modify", **FOX, "maskIds": ["1"]},
        (video(),),
        {"prompt"},
    ),
    "a swap for nothing": ("derive", SWAP, (video(),), {"images"}),
    "a swap of two": (
        "derive",
        {**SWAP, "maskIds": ["1", "2"]},
        (video(), image("images")),
        {"maskIds"},
    ),
    "a swap with words": ("derive", {**SWAP, **FOX}, (video(), image("images")), {"prompt"}),
    "a sharp swap": (
        "derive",
        {**SWAP, "resolution": "1080p"},
        (video(), image("images")),
        {"resolution"},
    ),
    "a template of nothing": ("image_to_image", {"template": "1"}, (), {"images"}),
    "no template": ("image_to_image", {}, (image("images"),), {"template"}),
}


@pytest.mark.parametrize(("operation", "parameters", "inputs", "faults"), ROWS.values(), ids=ROWS)
def test_what_is_wrong_is_told(
    operation: str, parameters: dict[str, Any], inputs: tuple[Input, ...], faults: set[str]
) -> None:
    found = check(Request(operation, parameters, inputs))
    assert {name for name, _ in found} == faults
    assert all(said for _, said in found)


PICTURE, CLIP, SOUND = picture(), clip(), sound()
MEDIA: dict[str, tuple[Media, str]] = {
    "a GIF": (replace(PICTURE, mime="image/gif"), "image/gif"),
    "a heavy picture": (replace(PICTURE, size=20 * MEGABYTE), "20 MB"),
    "a wide picture": (replace(PICTURE, width=4001), "4000 pixels"),
    "a high picture": (replace(PICTURE, height=4001), "4000 pixels"),
    "a Matroska": (replace(CLIP, mime="video/x-matroska"), "video/x-matroska"),
    "a heavy clip": (replace(CLIP, size=50 * MEGABYTE), "50 MB"),
    "a wide clip": (replace(CLIP, width=1921), "1920 pixels"),
    "a long clip": (replace(CLIP, duration_seconds=30.1), "30 seconds"),
    "an Ogg": (replace(SOUND, mime="audio/ogg"), "audio/ogg"),
    "a long sound": (replace(SOUND, duration_seconds=31.0), "30 seconds"),
    "a heavy sound": (replace(SOUND, size=50 * MEGABYTE), "50 MB"),
}


@pytest.mark.parametrize(("media", "said"), MEDIA.values(), ids=MEDIA)
def test_media_beyond_a_limit_are_refused_by_the_name_of_their_parameter(
    media: Media, said: str
) -> None:
    assert said in str(too_much(media))
    parameter = {"IMAGE": "image", "VIDEO": "video", "AUDIO": "audio"}[media.media_type]
    assert (parameter, too_much(media)) in check(
        Request("lip_sync", {}, (Input(parameter, media),))
    )


@pytest.mark.parametrize(
    "media",
    [
        PICTURE,
        CLIP,
        SOUND,
        replace(PICTURE, size=20 * MEGABYTE - 1, width=4000, height=4000),
        replace(CLIP, size=50 * MEGABYTE - 1, width=1920, duration_seconds=30.0),
        replace(PICTURE, width=None, height=None),
    ],
)
def test_media_within_the_limits_are_taken(media: Media) -> None:
    assert too_much(media) is None


def test_what_pixverse_has_already_may_be_of_any_size() -> None:
    large = known(replace(CLIP, size=90 * MEGABYTE, duration_seconds=90.0), video_id="7")
    assert not check(Request("video_extend", FOX, (Input("video", large),)))


def test_an_id_of_another_space_or_form_does_not_count() -> None:
    for ids in ({"img_id": "7"}, {"video_id": "a7"}, {"video_id": ""}):
        large = known(replace(CLIP, size=90 * MEGABYTE), **ids)
        assert check(Request("video_extend", FOX, (Input("video", large),)))
