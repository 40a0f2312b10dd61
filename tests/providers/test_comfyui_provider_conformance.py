"""ComfyUI holds what every provider must hold, on servers new and old."""

from collections.abc import Callable, Iterator, Mapping
from typing import ClassVar

import pytest

from providers.comfyui.plugin import PLUGIN
from providers.contract import Request
from tests.providers import samples
from tests.providers.comfyui_graphs import node
from tests.providers.comfyui_help import comfy, edited, graph, pool, request, saving
from tests.providers.conformance import Conformance
from tests.providers.conforming import Service, Traits
from tests.providers.misbehaving import Way

Requests = Mapping[str, Callable[[], Request]]


def unknown_class() -> Request:
    return request({**graph(), "40": node("IPAdapter", image=["8", 0])})


class TestComfyUI(Conformance):
    """A server of today."""

    plugin = PLUGIN
    # A job that waits and is taken out of the queue leaves no trace.
    traits = Traits(forgets_cancelled=True)
    old = False
    requests: ClassVar[Requests] = {
        "text to image": request,
        "image to image": lambda: request(edited(), {"20.image": samples.picture()}),
        "video": lambda: request(saving("SaveVideo")),
        "sound": lambda: request(saving("SaveAudio")),
    }
    bad: ClassVar[Requests] = {
        "unknown class": unknown_class,
        "unknown node": lambda: request(parameters={"77.seed": 1}),
        "value not in list": lambda: request(parameters={"4.ckpt_name": "nowhere.safetensors"}),
        "no workflow": lambda: Request("text_to_image", {}),
        "nothing is made": lambda: request(saving("SaveText")),
    }

    @pytest.fixture
    def service(self) -> Iterator[Service]:
        with comfy(old=self.old) as server:
            yield Service(
                make=lambda: pool(server),
                begun=lambda: len(server.comfy.begun),
                hold=server.comfy.held,
                lose=lambda: server.front.meet(Way.LOST, method="POST", path=".*/prompt"),
                cut=lambda: server.front.meet(Way.UNHEARD, times=10_000),
                unknown=f"0190a0a0-0000-7000-8000-000000000000@{server.url}",
            )


class TestOldComfyUI(TestComfyUI):
    """A server of 2024, which gives jobs ids of its own."""

    old = True
