"""The pictures that the built-in provider makes."""

import json
from typing import Any

import pytest
from PIL import Image, ImageStat

from providers.contract import Input
from providers.local.plugin import PLUGIN
from tests.providers import samples
from tests.providers.conforming import outputs_of
from tests.providers.local_help import SMALL, Parameters, apart, drawn, events_of, given, made, seen

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    "other",
    [
        {"prompt": "a forest in winter"},
        {"seed": 2},
        {"negativePrompt": "sun"},
    ],
)
async def test_a_picture_depends_on_what_is_asked(other: Parameters) -> None:
    asked = {"prompt": "a forest in autumn", **SMALL}
    one = await drawn("text_to_image", asked)
    assert one.size == (128, 128)
    assert apart(one, await drawn("text_to_image", {**asked, **other})) > 4


async def test_a_picture_depends_on_its_style_references() -> None:
    asked = {"prompt": "a forest in autumn", **SMALL}
    blue = given("styleReferences", Image.new("RGB", (8, 8), (20, 40, 220)))
    plain, styled = await drawn("text_to_image", asked), await drawn("text_to_image", asked, blue)
    assert apart(plain, styled) > 20
    red, _, blueness = ImageStat.Stat(styled.convert("RGB")).mean
    assert blueness > red


async def test_a_picture_has_the_size_that_is_asked_for() -> None:
    assert (await drawn("text_to_image", {"prompt": "x", "width": 200, "height": 70})).size == (
        200,
        70,
    )


async def test_each_of_several_pictures_can_be_had_by_its_own_facts() -> None:
    events = await events_of("text_to_image", {"prompt": "hills", **SMALL, "count": 3})
    pictures = [one.data for one in await outputs_of(events)]
    assert len(set(pictures)) == 3
    facts = [json.loads(seen(data).info["Pedigree"]) for data in pictures]
    assert [one["seed"] for one in facts] == [1, 2, 3]
    names = set(PLUGIN.abilities[0].parameters["properties"])
    asked = {name: value for name, value in facts[2].items() if name in names}
    assert await made("text_to_image", asked) == pictures[2]


async def test_a_picture_says_how_it_was_made() -> None:
    asked = {"prompt": "ein Fuchs im Schnee, größer", "negativePrompt": "moon", **SMALL}
    said = seen(await made("text_to_image", asked)).info
    assert said["Description"] == asked["prompt"]
    found = PLUGIN.extract({"request": json.loads(said["Pedigree"])})
    assert (found.operation, found.prompt) == ("text_to_image", asked["prompt"])
    assert (found.negative_prompt, found.seed) == ("moon", 1)
    assert found.model == "pedigree-local"


async def test_a_caption_is_written_at_the_foot() -> None:
    asked = {"prompt": "a very long story " * 40, **SMALL}
    plain = await drawn("text_to_image", asked)
    told = await drawn("text_to_image", {**asked, "caption": True})
    half = (0, 0, 128, 64)
    assert apart(plain.crop(half), told.crop(half)) == 0
    assert apart(plain, told) > 0


async def test_strength_says_how_far_a_picture_is_left() -> None:
    source = seen(await samples.picture(size=(160, 120)).read())
    asked = {"prompt": "night city", "seed": 4}
    far = [
        apart(
            source,
            await drawn("image_to_image", {**asked, "strength": s}, given("image", source)),
        )
        for s in (0, 0.4, 1)
    ]
    assert far[0] == 0
    assert far[0] < far[1] < far[2]


async def test_a_mask_says_where_a_picture_may_differ() -> None:
    source = seen(await samples.picture().read())
    mask = Input("mask", samples.mask())
    asked = {"prompt": "fire", "seed": 4, "strength": 1}
    image = await drawn("image_to_image", asked, given("image", source), mask)
    left, right = (0, 0, 40, 64), (56, 0, 96, 64)
    assert apart(image.crop(right), source.crop(right)) == 0
    assert apart(image.crop(left), source.crop(left)) > 10


async def test_what_is_transparent_stays_so() -> None:
    source = Image.new("RGBA", (64, 64), (200, 30, 30, 255))
    source.paste((0, 0, 0, 0), (0, 0, 32, 64))
    for operation, parameters in (("image_to_image", {"seed": 1}), ("upscale", {})):
        image = await drawn(operation, parameters, given("image", source))
        assert image.getpixel((4, 4))[3] == 0  # type: ignore[index]
        assert image.getpixel((image.width - 4, 4))[3] == 255  # type: ignore[index]


@pytest.mark.parametrize("factor", [2, 4])
async def test_upscaled_is_so_many_times_as_large(factor: int) -> None:
    source = seen(await samples.picture().read())
    image = await drawn("upscale", {"factor": factor}, given("image", source))
    assert image.size == (96 * factor, 64 * factor)
    assert apart(image.resize(source.size, Image.Resampling.BOX), source) < 6


async def test_a_grid_holds_each_part_in_its_place() -> None:
    colours = [(220, 0, 0), (0, 220, 0), (0, 0, 220)]
    parts = [given("images", Image.new("RGB", (30, 20), colour)) for colour in colours]
    sheet = await drawn("compose", {"layout": "spriteSheet", "columns": 2, "cell": 32}, *parts)
    assert sheet.size == (64, 64)
    places = [(16, 16), (48, 16), (16, 48)]
    assert [sheet.getpixel(place) for place in places] == [(*colour, 255) for colour in colours]
    assert sheet.getpixel((48, 48)) == (0, 0, 0, 0)
    grid = await drawn("compose", {"cell": 32, "background": "#ffffff"}, *parts)
    assert grid.getpixel((0, 0)) == (255, 255, 255)


async def test_a_picture_is_turned_mirrored_greyed_and_cut() -> None:
    source = Image.new("RGB", (40, 20), (0, 0, 250))
    source.paste((250, 0, 0), (0, 0, 10, 20))

    async def derived(**parameters: Any) -> Image.Image:
        return await drawn("derive", parameters, given("image", source))

    assert (await derived(turn=90)).getpixel((10, 2)) == (250, 0, 0)
    assert (await derived(mirror=True)).getpixel((38, 10)) == (250, 0, 0)
    grey = (await derived(grey=True)).getpixel((2, 2))
    assert isinstance(grey, tuple)
    assert len(set(grey)) == 1
    assert (await derived(square=True)).size == (20, 20)


@pytest.mark.parametrize(
    ("where", "red"), [({"frame": 3}, True), ({"frame": 4}, False), ({"start_seconds": 0.5}, False)]
)
async def test_the_frame_that_is_said_is_taken(where: dict[str, Any], red: bool) -> None:
    image = await drawn("frame_extract", {}, Input("video", samples.clip(), **where))
    r, _, b = ImageStat.Stat(image.convert("RGB")).mean
    assert (r > b) is red
