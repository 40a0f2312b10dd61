"""Runway's entry point."""

import pytest
from pydantic import HttpUrl, SecretStr

from providers.registry import plugins
from providers.runway.plugin import PLUGIN
from providers.runway.provider import POLL_SECONDS, Runway
from settings import Settings


def test_it_is_found() -> None:
    assert plugins()["runway"] is PLUGIN


def test_without_a_key_it_is_not_there() -> None:
    assert PLUGIN.make(Settings(runway_key=None)) is None


@pytest.mark.anyio
async def test_with_a_key_it_is_set_up_as_said() -> None:
    url = HttpUrl("http://127.0.0.1:9/")
    made = PLUGIN.make(Settings(runway_key=SecretStr("key_1"), runway_url=url, runway_jobs=5))
    assert isinstance(made, Runway)
    assert made.concurrency == 5
    await made.close()


def test_it_polls_no_faster_than_runway_allows() -> None:
    assert POLL_SECONDS >= 5


def test_what_it_can_do() -> None:
    assert [(one.operation, one.output) for one in PLUGIN.abilities] == [
        ("text_to_image", "IMAGE"),
        ("image_to_image", "IMAGE"),
        ("text_to_video", "VIDEO"),
        ("image_to_video", "VIDEO"),
        ("restyle", "VIDEO"),
        ("video_extend", "VIDEO"),
        ("lip_sync", "VIDEO"),
        ("upscale", "VIDEO"),
        ("derive", "VIDEO"),
    ]
