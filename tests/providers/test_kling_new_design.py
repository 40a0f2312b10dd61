"""The body of every endpoint of Kling's new design."""

from dataclasses import replace
from typing import Any

import pytest

from providers.contract import Input, Request
from providers.kling import new_design
from providers.kling.models import OFFERS
from providers.kling.offer import NEW
from tests.providers.kling_help import KEY, LINKED, A, B, C, draft_of, mark, posted, wanted

PLAIN = {"resolution": "720p", "duration": 5, "audio": "off"}
ROWS: dict[str, tuple[Request, str, dict[str, Any]]] = {
    "text": (
        wanted(
            "text_to_video",
            model="kling-3.0",
            prompt="a fox",
            resolution="4k",
            durationSeconds=12,
            audio=True,
            multiShot=True,
            aspectRatio="9:16",
        ),
        "text-to-video/kling-3.0",
        {
            "prompt": "a fox",
            "settings": {
                "resolution": "4k",
                "aspect_ratio": "9:16",
                "duration": 12,
                "audio": "native",
                "multi_shot": True,
            },
        },
    ),
    "text, fast": (
        wanted("text_to_video", model="kling-3.0-turbo", prompt="a fox"),
        "text-to-video/kling-3.0-turbo",
        {"prompt": "a fox", "settings": {**PLAIN, "aspect_ratio": "16:9"}},
    ),
    "frames": (
        wanted(
            "image_to_video",
            ("lastFrame", B),
            ("firstFrame", A),
            model="kling-3.0",
            prompt="on",
            elements=["160"],
        ),
        "image-to-video/kling-3.0",
        {
            "contents": [
                {"type": "prompt", "text": "on"},
                {"type": "first_frame", "url": mark(A)},
                {"type": "last_frame", "url": mark(B)},
                {"type": "element", "element_id": "160"},
            ],
            "settings": PLAIN,
        },
    ),
    "a frame, fast": (
        wanted("image_to_video", ("firstFrame", A), model="kling-3.0-turbo", prompt="on"),
        "image-to-video/kling-3.0-turbo",
        {
            "contents": [
                {"type": "prompt", "text": "on"},
                {"type": "first_frame", "url": mark(A)},
            ],
            "settings": PLAIN,
        },
    ),
    "omni of names": (
        wanted(
            "fusion",
            Input("characters", A, name="fox"),
            ("background", B),
            ("references", C),
            Input("references", LINKED, name="walk"),
            model="kling-3.0-omni",
            prompt="@fox goes as in @walk",
        ),
        "omni-video/kling-3.0-omni",
        {
            "contents": [
                {"type": "prompt", "text": "@fox goes as in @walk"},
                {"type": "refer_image", "url": mark(A), "id": "fox"},
                {"type": "refer_image", "url": mark(B)},
                {"type": "refer_image", "url": mark(C)},
                {"type": "feature_video", "url": mark(LINKED), "id": "walk"},
            ],
            "settings": {**PLAIN, "aspect_ratio": "16:9"},
        },
    ),
    "omni edited": (
        wanted("derive", ("video", LINKED), model="kling-3.0-omni", prompt="at night"),
        "omni-video/kling-3.0-omni",
        {
            "contents": [
                {"type": "prompt", "text": "at night"},
                {"type": "base_video", "url": mark(LINKED)},
            ],
            "settings": {"resolution": "720p", "audio": "original"},
        },
    ),
    "omni restyled, silent": (
        wanted(
            "restyle",
            ("video", LINKED),
            ("styleReferences", A),
            model="kling-3.0-omni",
            prompt="as ink",
            keepAudio=False,
        ),
        "omni-video/kling-3.0-omni",
        {
            "contents": [
                {"type": "prompt", "text": "as ink"},
                {"type": "refer_image", "url": mark(A)},
                {"type": "base_video", "url": mark(LINKED)},
            ],
            "settings": {"resolution": "720p", "audio": "off"},
        },
    ),
    "motion": (
        wanted("image_to_video", ("image", A), ("video", LINKED), model="kling-2.6"),
        "motion-control/kling-2.6",
        {
            "contents": [
                {"type": "image", "url": mark(A)},
                {"type": "video", "url": mark(LINKED)},
            ],
            "settings": {"resolution": "720p"},
        },
    ),
}


@pytest.mark.parametrize("name", ROWS)
def test_the_body_is_as_the_endpoint_wants_it(name: str) -> None:
    request, endpoint, body = ROWS[name]
    whole = {**body, "options": {"external_task_id": KEY}}
    assert posted(request) == (f"/{endpoint}", whole)


def test_every_endpoint_stands_in_the_table() -> None:
    told = {endpoint for _, endpoint, _ in ROWS.values()}
    assert told == {one.endpoint for one in OFFERS if one.design is NEW}


def test_the_address_to_call_is_sent_where_there_is_one() -> None:
    draft = replace(draft_of(ROWS["text"][0]), callback_url="https://p.example/hooks/kling")
    options = new_design.body(draft)["options"]
    assert options == {"external_task_id": KEY, "callback_url": "https://p.example/hooks/kling"}
