"""Kling holds what every provider must hold."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import ClassVar

import pytest

from providers.contract import Request
from providers.kling.plugin import PLUGIN
from tests.providers import samples
from tests.providers.conformance import Conformance
from tests.providers.conforming import Service, Traits
from tests.providers.kling_help import LINKED, OWN, A, B, clip, sound, wanted
from tests.providers.kling_running import Running, kling, kling_process
from tests.providers.kling_server import ACCESS, KEY, SECRET
from tests.providers.misbehaving import Way

__all__ = ["kling", "kling_process"]


class TestKling(Conformance):
    """Over a Kling of our own."""

    plugin = PLUGIN
    traits = Traits(cancels=False)
    requests: ClassVar[Mapping[str, Callable[[], Request]]] = {
        "text_to_video": lambda: wanted("text_to_video", prompt="a fox"),
        "text_to_video, new": lambda: wanted("text_to_video", prompt="a fox", model="kling-3.0"),
        "image_to_video": lambda: wanted("image_to_video", ("firstFrame", A), ("lastFrame", B)),
        "image_to_video, new": lambda: wanted(
            "image_to_video", ("firstFrame", A), model="kling-3.0", prompt="on"
        ),
        "motion, new": lambda: wanted(
            "image_to_video", ("image", A), ("video", LINKED), model="kling-2.6"
        ),
        "fusion": lambda: wanted("fusion", ("characters", A), ("background", B), prompt="they"),
        "restyle": lambda: wanted("restyle", ("video", LINKED), prompt="as ink"),
        "derive": lambda: wanted("derive", ("video", LINKED), prompt="at night"),
        "effect": lambda: wanted("derive", ("images", A), effect="pet_lion_pro"),
        "video_extend": lambda: wanted("video_extend", ("video", OWN), prompt="on"),
        "lip_sync": lambda: wanted("lip_sync", ("video", OWN), ("audio", sound())),
        "avatar": lambda: wanted("lip_sync", ("image", A), ("audio", sound())),
        "text_to_image": lambda: wanted("text_to_image", prompt="a fox", count=3),
        "image_to_image": lambda: wanted("image_to_image", ("image", A), prompt="a fox"),
    }
    bad: ClassVar[Mapping[str, Callable[[], Request]]] = {
        "no prompt": lambda: wanted("text_to_video"),
        "a model of another trade": lambda: wanted(
            "text_to_image", prompt="a fox", model="kling-v3"
        ),
        "a parameter of another model": lambda: wanted(
            "text_to_video", prompt="a fox", model="kling-v2-master", audio=True
        ),
        "a picture that is small": lambda: wanted(
            "image_to_video", ("firstFrame", samples.picture())
        ),
        "a picture that Kling does not read": lambda: wanted(
            "image_to_video", ("firstFrame", replace(A, mime="image/webp"))
        ),
        "a video without an address": lambda: wanted("restyle", ("video", clip()), prompt="as ink"),
        "a video that Kling did not make": lambda: wanted("video_extend", ("video", LINKED)),
        "too many": lambda: wanted("fusion", *[("characters", A)] * 8, prompt="they meet"),
    }

    @pytest.fixture
    def service(self, kling: Running) -> Service:
        return Service(
            make=kling.provider,
            begun=lambda: len(kling.server.tasks),
            hold=lambda: held(kling),
            lose=lambda: kling.front.meet(Way.LOST, method="POST"),
            unknown="old:videos/text2video:t999",
            secrets=(ACCESS, SECRET, KEY),
        )


@contextmanager
def held(there: Running) -> Iterator[None]:
    there.server.held = True
    yield
    there.server.held = False
