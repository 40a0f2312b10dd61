"""The built-in provider is a true one, for each of its operations."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from providers.contract import Input, Request
from providers.local.plugin import PLUGIN
from providers.local.provider import Local
from tests.providers import samples
from tests.providers.conformance import Conformance
from tests.providers.conforming import Service, Traits

FILM = {"width": 128, "height": 72, "durationSeconds": 0.5, "frameRate": 8}
SHORT = {"durationSeconds": 0.5, "frameRate": 8}


def request(operation: str, parameters: Mapping[str, Any], *inputs: Input) -> Request:
    return Request(operation, parameters, inputs)


def image(parameter: str, **more: Any) -> Input:
    return Input(parameter, samples.picture(), **more)


def video(parameter: str = "video", **more: Any) -> Input:
    return Input(parameter, samples.clip(), **more)


REQUESTS: Mapping[str, Callable[[], Request]] = {
    "text_to_image": lambda: request(
        "text_to_image",
        {"prompt": "a lake at night", "seed": 3, "width": 128, "height": 96, "count": 2},
    ),
    "styled": lambda: request(
        "text_to_image",
        {"prompt": "portrait of a king", "seed": 3, "width": 128, "height": 96, "caption": True},
        image("styleReferences"),
    ),
    "image_to_image": lambda: request(
        "image_to_image",
        {"prompt": "autumn", "seed": 1, "count": 2},
        image("image"),
        Input("mask", samples.mask()),
    ),
    "upscale": lambda: request("upscale", {"factor": 4}, image("image")),
    "grid": lambda: request("compose", {"cell": 32}, *(image("images") for _ in range(3))),
    "sprite sheet": lambda: request(
        "compose", {"layout": "spriteSheet", "columns": 2, "cell": 32}, image("images")
    ),
    "derive": lambda: request("derive", {"turn": 90, "grey": True}, image("image")),
    "text_to_video": lambda: request("text_to_video", {"prompt": "a planet", "seed": 5, **FILM}),
    "image_to_video": lambda: request(
        "image_to_video", {"prompt": "iris", "seed": 5, **SHORT}, image("firstFrame")
    ),
    "first to last": lambda: request(
        "image_to_video",
        SHORT,
        image("firstFrame"),
        Input("lastFrame", samples.picture("maroon")),
    ),
    "video_extend": lambda: request("video_extend", {"durationSeconds": 0.5}, video()),
    "video_transition": lambda: request(
        "video_transition",
        SHORT,
        image("stills", prompt="slide", duration_seconds=0.5),
        Input("stills", samples.picture("maroon"), prompt="dissolve"),
        image("stills"),
    ),
    "fusion": lambda: request(
        "fusion",
        {"prompt": "a meadow", **FILM},
        image("characters", name="one"),
        Input("background", samples.picture("navy")),
        video("references"),
    ),
    "frame_extract": lambda: request("frame_extract", {}, video(frame=5)),
    "frame at seconds": lambda: request("frame_extract", {}, video(start_seconds=0.5)),
    "restyle": lambda: request(
        "restyle", {"style": "sketch", "prompt": "night"}, video(), image("styleReferences")
    ),
}
BAD: Mapping[str, Callable[[], Request]] = {
    "no prompt": lambda: request("text_to_image", {}),
    "unknown parameter": lambda: request("text_to_image", {"prompt": "x", "steps": 3}),
    "too large": lambda: request("text_to_image", {"prompt": "x", "width": 9000}),
    "too long": lambda: request(
        "text_to_video",
        {
            "prompt": "x",
            "width": 1280,
            "height": 1280,
            "durationSeconds": 6,
            "frameRate": 30,
        },
    ),
    "no image": lambda: request("upscale", {}),
    "two images": lambda: request("upscale", {}, image("image"), image("image")),
    "unknown input": lambda: request("upscale", {}, image("image"), image("mask")),
    "a clip for an image": lambda: request("upscale", {}, video("image")),
    "a frame that is not there": lambda: request("frame_extract", {}, video(frame=99)),
    "no picture in it": lambda: request(
        "upscale", {}, Input("image", samples.media(b"\x89PNG\r\n\x1a\n", "image/png"))
    ),
    "no clip in it": lambda: request(
        "video_extend", {}, Input("video", samples.media(b"nothing at all", "video/mp4"))
    ),
}


class TestLocal(Conformance):
    """What every provider must hold."""

    plugin = PLUGIN
    requests = REQUESTS
    bad = BAD
    traits = Traits(always=True, seconds=60)

    @pytest.fixture
    def service(self) -> Service:
        return Service(make=lambda: Local(2))
