"""What Runway's requests cost, as far as it is published."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from providers.contract import Input, Request
from providers.cost import Cost
from providers.runway.price import cost_of, quote
from tests.providers import samples

FIRST = (Input("firstFrame", samples.picture()),)
ACTED = (Input("characters", samples.picture()), Input("video", samples.clip(24)))
CASES: list[tuple[str, dict[str, Any], tuple[Input, ...], str | None]] = [
    ("text_to_video", {}, (), "60"),
    ("text_to_video", {"durationSeconds": 10}, (), "120"),
    ("text_to_video", {"durationSeconds": 10, "outputFormat": "mp4"}, (), "120"),
    ("text_to_video", {"durationSeconds": 10, "outputFormat": "prores"}, (), "170"),
    ("text_to_video", {"durationSeconds": 10, "outputFormat": "hdr10"}, (), "320"),
    ("image_to_video", {"durationSeconds": 5}, FIRST, "25"),
    ("image_to_video", {}, FIRST, None),
    ("image_to_video", {"model": "veo3.1", "durationSeconds": 8}, FIRST, "320"),
    ("image_to_video", {"model": "veo3.1", "durationSeconds": 8, "audio": False}, FIRST, "160"),
    ("text_to_video", {"model": "veo3.1_fast", "durationSeconds": 4, "audio": True}, (), "60"),
    ("text_to_video", {"model": "seedance2", "durationSeconds": 5}, (), "180"),
    ("text_to_video", {"model": "kling_4", "durationSeconds": 5}, (), None),
    ("text_to_image", {}, (), "8"),
    ("text_to_image", {"aspectRatio": "1280:720"}, (), "5"),
    ("text_to_image", {"model": "muse_image", "count": 3}, (), "3"),
    ("text_to_image", {"model": "bria_fibo_1_5"}, (), "5"),
    ("text_to_image", {"model": "bria_fibo_1_5", "aspectRatio": "2048:2048"}, (), "10"),
    ("text_to_image", {"model": "ideogram_4_0"}, (), None),
    ("text_to_image", {"model": "ideogram_4_0", "quality": "high", "count": 2}, (), "22"),
    ("image_to_image", {"model": "gen4_image_turbo"}, (), "2"),
    ("text_to_image", {"aspectRatio": "square"}, (), None),
    ("lip_sync", {}, ACTED, "15.0"),
    ("lip_sync", {}, (), None),
    ("lip_sync", {}, (replace(ACTED[1], media=replace(ACTED[1].media, duration_seconds=None)),), None),
    ("upscale", {}, (), None),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "parameters", "inputs", "amount"), CASES)
def test_a_quote(
    operation: str, parameters: dict[str, Any], inputs: tuple[Input, ...], amount: str | None
) -> None:
    expected = None if amount is None else Cost(Decimal(amount), "credits")
    assert quote(Request(operation, parameters, inputs)) == expected


@pytest.mark.parametrize("told", [None, "12", True, -1, [3]])
def test_what_is_no_amount_is_no_cost(told: object) -> None:
    assert cost_of(told) is None
