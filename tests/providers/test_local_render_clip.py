"""The clips that the built-in provider makes."""

import json
from io import BytesIO

import av
import pytest
from PIL import Image, ImageStat

from providers.contract import Input
from tests.providers import samples
from tests.providers.local_help import SHORT, apart, frames, given, made, seen

pytestmark = pytest.mark.anyio


async def test_a_clip_says_how_it_was_made() -> None:
    clip = await made("text_to_video", {"prompt": "waves", "width": 96, "height": 64, **SHORT})
    with av.open(BytesIO(clip), "r") as container:
        told = json.loads(container.metadata["comment"])
    assert (told["operation"], told["prompt"], told["seed"]) == ("text_to_video", "waves", 1)


async def test_a_clip_has_the_size_length_and_rate_that_are_asked_for() -> None:
    clip = await made(
        "text_to_video",
        {"prompt": "sea", "width": 130, "height": 70, "durationSeconds": 1, "frameRate": 12},
    )
    shown = frames(clip)
    assert len(shown) == 12
    assert shown[0].size == (130, 70)
    assert apart(shown[0], shown[-1]) > 1
    with av.open(BytesIO(clip), "r") as container:
        assert container.streams.video[0].average_rate == 12


async def test_a_clip_begins_and_ends_with_its_frames() -> None:
    first = seen(await samples.picture("teal").read())
    last = seen(await samples.picture("maroon").read())
    inputs = given("firstFrame", first), given("lastFrame", last)
    shown = frames(await made("image_to_video", SHORT, *inputs))
    assert apart(shown[0], first) < 8
    assert apart(shown[-1], last) < 8


async def test_an_extended_clip_is_the_clip_and_what_follows() -> None:
    source = frames(await samples.clip().read())
    shown = frames(
        await made("video_extend", {"durationSeconds": 1}, Input("video", samples.clip()))
    )
    assert len(shown) == len(source) + samples.RATE
    assert all(apart(a, b) < 8 for a, b in zip(source, shown, strict=False))
    assert apart(shown[len(source)], source[-1]) < 12


async def test_a_transition_goes_through_its_stills_in_order() -> None:
    colours = ("teal", "maroon", "navy")
    stills = [seen(await samples.picture(colour).read()) for colour in colours]
    seconds = (1.0, 0.5, None)
    inputs = [
        given("stills", still, prompt="fade", duration_seconds=length)
        for still, length in zip(stills, seconds, strict=True)
    ]
    shown = frames(await made("video_transition", SHORT, *inputs))
    assert len(shown) == 8 + 4 + 1
    assert [apart(shown[place], stills[n]) < 8 for n, place in enumerate((0, 8, 12))] == [True] * 3


async def test_a_fusion_shows_its_background_and_its_characters() -> None:
    size = {"width": 160, "height": 96}
    ground = given("background", Image.new("RGB", (160, 96), (30, 60, 200)))
    body = Image.new("RGBA", (40, 40), (240, 220, 20, 255))
    shown = frames(await made("fusion", {**size, **SHORT}, given("characters", body), ground))
    middle, side = (shown[-1].crop((x, 48, x + 8, 56)) for x in (76, 16))
    assert ImageStat.Stat(middle).mean[0] > ImageStat.Stat(middle).mean[2]
    assert ImageStat.Stat(side).mean[0] < ImageStat.Stat(side).mean[2]


@pytest.mark.parametrize("style", ["duotone", "poster", "pixel", "sketch", "watercolour"])
async def test_each_style_redraws_a_clip(style: str) -> None:
    source = frames(await samples.clip().read())
    asked = {"style": style, "strength": 1, "prompt": "autumn", "seed": 1}
    shown = frames(await made("restyle", asked, Input("video", samples.clip())))
    assert len(shown) == len(source)
    assert apart(shown[0], source[0]) > 10
