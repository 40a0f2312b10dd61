"""What Runway's models do not take, beyond what a schema can say."""

from dataclasses import replace
from typing import Any

import pytest

from providers.contract import Input, Request
from providers.runway.check import check
from tests.providers import samples

PICTURE, CLIP, SOUND = samples.picture(), samples.clip(24), samples.sound(3.0)
FOX: dict[str, Any] = {"prompt": "a fox"}
STILL = Input("stills", PICTURE, start_seconds=1)
GIF = replace(PICTURE, mime="image/gif")
HUGE = replace(CLIP, size=200_000_001)
LONG = replace(CLIP, duration_seconds=31.0)
EMPTY = replace(PICTURE, size=0)
SOURCE = Input("video", CLIP)
FIRST = Input("firstFrame", PICTURE)

# Operation, parameters, inputs, the parameter at fault, a part of what is said.
CASES: list[tuple[str, dict[str, Any], list[Input], str, str]] = [
    ("import", {}, [], "operation", "no operation import"),
    ("text_to_image", {"model": "gen3"}, [], "model", "no model gen3"),
    ("text_to_image", {}, [], "prompt", "needs it"),
    ("text_to_image", {"prompt": ""}, [], "prompt", "needs it"),
    ("text_to_image", {"prompt": "\U0001f98a" * 501}, [], "prompt", "this has 1002"),
    ("text_to_image", {**FOX, "audio": True}, [], "audio", "no such parameter"),
    ("text_to_video", {**FOX, "durationSeconds": 11}, [], "durationSeconds", "no more than 10"),
    ("text_to_video", {**FOX, "durationSeconds": 1}, [], "durationSeconds", "no less than 2"),
    ("text_to_video", {**FOX, "aspectRatio": "960:960"}, [], "aspectRatio", "1280:720, 720:1280"),
    ("text_to_video", {**FOX, "proresProfile": "422"}, [], "proresProfile", "only with ProRes"),
    (
        "text_to_video",
        {**FOX, "outputFormat": "hdr_prores", "proresProfile": "422 LT"},
        [],
        "proresProfile",
        "422, 422 HQ, 4444",
    ),
    ("text_to_video", FOX, [Input("references", PICTURE)], "references", "takes no image there"),
    ("image_to_video", FOX, [], "firstFrame", "needs one image"),
    ("image_to_video", FOX, [FIRST, FIRST], "firstFrame", "at most 1"),
    ("image_to_video", FOX, [FIRST, Input("lastFrame", PICTURE)], "lastFrame", "takes no image"),
    ("image_to_video", FOX, [Input("firstFrame", GIF)], "firstFrame", "JPEG, PNG and WebP"),
    ("image_to_video", FOX, [Input("firstFrame", EMPTY)], "firstFrame", "is empty"),
    ("image_to_video", FOX, [replace(FIRST, name="fox")], "firstFrame", "no names"),
    (
        "image_to_video",
        {"model": "kling_4"},
        [FIRST, Input("lastFrame", PICTURE), *[Input("references", PICTURE)] * 9],
        "firstFrame",
        "0 to 10 of firstFrame and lastFrame and references together",
    ),
    ("image_to_image", FOX, [Input("image", PICTURE), *[Input("references", PICTURE)] * 3], "image", "0 to 3 of"),
    ("text_to_image", FOX, [Input("characters", PICTURE, name="a b")], "characters", "3 to 16"),
    (
        "text_to_image",
        FOX,
        [Input("characters", PICTURE, name="fox"), Input("references", PICTURE, name="fox")],
        "references",
        "the name fox is given 2 times",
    ),
    ("restyle", FOX, [Input("video", HUGE)], "video", "200 MB"),
    ("restyle", FOX, [Input("video", LONG)], "video", "2 to 30 seconds, and this has 31.0"),
    ("restyle", FOX, [SOURCE, replace(STILL, start_seconds=None)], "stills", "startSeconds"),
    ("restyle", FOX, [SOURCE, replace(STILL, end_seconds=1.5)], "stills", "whole seconds"),
    ("restyle", FOX, [SOURCE, replace(STILL, end_seconds=1)], "stills", "ends after it starts"),
    ("restyle", FOX, [SOURCE, STILL, replace(STILL, end_seconds=2)], "stills", "all of them"),
    ("restyle", FOX, [SOURCE, *[STILL] * 6], "stills", "at most 5"),
    (
        "text_to_video",
        {**FOX, "model": "seedance2"},
        [Input("referenceAudio", SOUND)] * 6,
        "referenceAudio",
        "at most 5",
    ),
    (
        "text_to_video",
        {**FOX, "model": "seedance2"},
        [Input("references", replace(CLIP, duration_seconds=8.0))] * 2,
        "references",
        "15 seconds of video in all",
    ),
    ("lip_sync", {}, [SOURCE], "characters", "takes 1 of characters together"),
    (
        "lip_sync",
        {},
        [SOURCE, Input("characters", PICTURE), Input("characters", CLIP)],
        "characters",
        "takes 1 of",
    ),
    (
        "derive",
        {"model": "eleven_multilingual_sts_v2"},
        [SOURCE, Input("audio", SOUND)],
        "audio",
        "takes 1 of audio and video together",
    ),
    ("derive", {"model": "seedance2_5_draft"}, [Input("draftVideo", CLIP)], "draftVideo", "no draft"),
    ("derive", {"model": "eleven_voice_dubbing"}, [Input("audio", SOUND)], "targetLanguage", "needs it"),
    ("upscale", {}, [Input("image", PICTURE)], "image", "takes no image there"),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "parameters", "inputs", "name", "told"), CASES)
def test_a_wrong_request(
    operation: str, parameters: dict[str, Any], inputs: list[Input], name: str, told: str
) -> None:
    found = check(Request(operation, parameters, tuple(inputs)))
    assert [place for place, wrong in found if told in wrong][:1] == [name], found


def test_the_length_of_a_prompt_is_counted_as_runway_counts() -> None:
    assert check(Request("text_to_image", {"prompt": "\U0001f98a" * 500})) == []


def test_what_is_too_large_to_upload_may_still_be_a_draft() -> None:
    draft = replace(HUGE, known={"task_id": "task-7"})
    request = Request("derive", {"model": "seedance2_5_draft"}, (Input("draftVideo", draft),))
    assert check(request) == []


def test_all_that_is_wrong_is_told_at_once() -> None:
    found = check(Request("text_to_video", {"audio": True, "durationSeconds": 99}))
    assert [name for name, _ in found] == ["audio", "durationSeconds", "prompt"]
