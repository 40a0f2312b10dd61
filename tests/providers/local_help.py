"""Has the built-in provider make something, and compares what it made."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import av
from PIL import Image, ImageChops, ImageStat

from providers.contract import Input, Media, Request
from providers.event import Done, Event
from providers.local.provider import Local
from tests.providers import samples
from tests.providers.conforming import followed, new_job, outputs_of

SMALL = {"width": 128, "height": 128, "seed": 1}
SHORT = {"durationSeconds": 0.5, "frameRate": 8, "seed": 1}
Parameters = Mapping[str, Any]


async def events_of(operation: str, parameters: Parameters, *inputs: Input) -> list[Event]:
    job = new_job(Request(operation, parameters, inputs))
    local = Local(2)
    return await followed(local, job, (await local.submit(job)).number)


async def made(operation: str, parameters: Parameters, *inputs: Input) -> bytes:
    events = await events_of(operation, parameters, *inputs)
    assert isinstance(events[-1], Done), events[-1]
    return (await outputs_of(events))[0].data


async def drawn(operation: str, parameters: Parameters, *inputs: Input) -> Image.Image:
    return seen(await made(operation, parameters, *inputs))


def seen(data: bytes) -> Image.Image:
    with Image.open(BytesIO(data)) as image:
        image.load()
        return image.copy()


def frames(data: bytes) -> list[Image.Image]:
    with av.open(BytesIO(data), "r") as container:
        return [frame.to_image() for frame in container.decode(video=0)]  # type: ignore[no-untyped-call]


def apart(one: Image.Image, other: Image.Image) -> float:
    """How far two pictures differ, in greys of 256."""
    difference = ImageChops.difference(one.convert("RGB"), other.convert("RGB"))
    return sum(ImageStat.Stat(difference).mean) / 3


def given(parameter: str, image: Image.Image, **more: Any) -> Input:
    return Input(parameter, still(image), **more)


def still(image: Image.Image) -> Media:
    held = BytesIO()
    image.save(held, "PNG")
    return samples.media(held.getvalue(), "image/png", width=image.width, height=image.height)
