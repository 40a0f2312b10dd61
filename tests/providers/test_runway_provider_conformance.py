"""Runway holds what every provider must."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import ClassVar

import pytest

from providers.contract import Input, Request
from providers.runway.plugin import PLUGIN
from providers.runway.provider import Runway
from tests.providers import samples
from tests.providers.conformance import Conformance
from tests.providers.conforming import Service, Traits
from tests.providers.misbehaving import Misbehaving, Way, serving
from tests.providers.runway_server import CREATES, KEY, SIGNATURE, RunwayServer

Requests = Mapping[str, Callable[[], Request]]
CREATE = rf"/v1/({'|'.join(CREATES)})"


def _asked(operation: str, inputs: Callable[[], tuple[Input, ...]] = tuple, **parameters: object) -> Callable[[], Request]:  # fmt: skip
    return lambda: Request(operation, parameters, inputs())


def _clip(name: str = "video") -> tuple[Input, ...]:
    return (Input(name, samples.clip(24)),)


class TestRunway(Conformance):
    """What every provider must hold."""

    plugin = PLUGIN
    traits = Traits(looks_up=False)
    requests: ClassVar[Requests] = {
        "text_to_image": _asked("text_to_image", prompt="a fox", seed=7),
        "image_to_image": _asked(
            "image_to_image", lambda: (Input("image", samples.picture()),), prompt="a fox"
        ),
        "text_to_video": _asked("text_to_video", prompt="a fox runs", seed=7),
        "image_to_video": _asked(
            "image_to_video", lambda: (Input("firstFrame", samples.picture()),), prompt="it runs"
        ),
        "restyle": _asked("restyle", lambda: (Input("video", samples.clip(24)),), prompt="in snow"),
        "video_extend": _asked("video_extend", _clip, prompt="it goes on"),
        "lip_sync": _asked(
            "lip_sync",
            lambda: (Input("characters", samples.picture()), Input("video", samples.clip(24))),
        ),
        "upscale": _asked("upscale", _clip, resolution="4k"),
        "derive": _asked("derive", _clip, model="ruby"),
    }
    bad: ClassVar[Requests] = {
        "no prompt": _asked("text_to_image"),
        "a long prompt": _asked("text_to_image", prompt="x" * 1001),
        "no image": _asked("image_to_video", prompt="it runs"),
        "an unknown model": _asked("text_to_video", prompt="a fox", model="gen3a_turbo"),
        "what the model does not take": _asked("text_to_video", prompt="a fox", audio=True),
    }

    @pytest.fixture
    def service(self) -> Iterator[Service]:
        server = RunwayServer()
        front = Misbehaving(server.app())

        @contextmanager
        def hold() -> Iterator[None]:
            server.held = True
            yield
            server.held = False

        with serving(front) as base:
            server.base = base
            yield Service(
                make=lambda: Runway(KEY, base, poll_seconds=0.01),
                begun=lambda: len(server.tasks),
                hold=hold,
                lose=lambda: front.meet(Way.LOST, path=CREATE),
                cut=lambda: front.meet(Way.UNHEARD, times=1000),
                unknown="task-nobody",
                secrets=(KEY, SIGNATURE),
            )
        assert not server.problems
