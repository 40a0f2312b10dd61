"""What Kling costs."""

from decimal import Decimal
from typing import Any

import pytest

from providers.cost import Cost
from providers.kling.price import quote
from tests.providers.kling_help import A, wanted


@pytest.mark.parametrize(
    ("parameters", "dollars"),
    [
        ({}, "0.42"),
        ({"durationSeconds": 10}, "0.84"),
        ({"durationSeconds": 10.0}, "0.84"),
        ({"audio": True}, "0.63"),
        ({"mode": "pro"}, "0.56"),
        ({"mode": "pro", "audio": True}, "0.84"),
        ({"model": "kling-3.0"}, "0.42"),
        ({"model": "kling-3.0", "resolution": "1080p", "audio": True}, "0.84"),
        ({"model": "kling-3.0", "resolution": "4k"}, "2.10"),
        ({"model": "kling-3.0-turbo", "audio": True}, "0.56"),
        ({"model": "kling-3.0-turbo", "audio": True, "resolution": "1080p"}, "0.70"),
        ({"model": "kling-3.0-turbo"}, None),
        ({"model": "kling-v2-6"}, None),
        ({"model": "kling-3.0-omni"}, None),
    ],
)
def test_a_second_has_its_price(parameters: dict[str, Any], dollars: str | None) -> None:
    found = quote(wanted("text_to_video", prompt="a fox", **parameters))
    assert found == (Cost(Decimal(dollars), "USD") if dollars else None)


def test_shots_cost_their_seconds() -> None:
    shots = [{"prompt": "a fox", "durationSeconds": 5}] * 2
    assert quote(wanted("text_to_video", shots=shots)) == Cost(Decimal("0.84"), "USD")


def test_an_image_set_in_motion_costs_the_same() -> None:
    assert quote(wanted("image_to_video", ("firstFrame", A))) == Cost(Decimal("0.42"), "USD")


@pytest.mark.parametrize("operation", ["text_to_video", "video_extend", "upscale"])
def test_what_cannot_be_done_has_no_price(operation: str) -> None:
    assert quote(wanted(operation)) is None
