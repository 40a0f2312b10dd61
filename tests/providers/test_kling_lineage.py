"""Every row of Kling's inputs, in the old design and the new one, and what is sent read as it is
recorded."""

import json

import pytest

from providers.contract import Request
from providers.extraction import extract
from providers.kling.ability import ROLES
from tests.providers.kling_help import posted
from tests.providers.kling_omni_bodies import ROWS as OLD
from tests.providers.reading_help import PICTURE_BASE64, PICTURE_SHA256, Body, Brief, briefs
from tests.providers.test_kling_new_design import ROWS as NEW

A = "https://a.example/a.png"
V = "https://a.example/v.mp4"
S = "https://a.example/s.mp3"
HASHED = ("IMAGE", None, PICTURE_SHA256)

ROWS: list[tuple[str, Body, str | None, list[Brief]]] = [
    ("videos/text2video", {"prompt": "a fox"}, "text_to_video", []),
    (
        "/v1/videos/image2video",
        {
            "image": PICTURE_BASE64,
            "image_tail": A,
            "static_mask": A,
            "dynamic_masks": [{"mask": PICTURE_BASE64, "trajectories": [{"x": 1, "y": 2}]}],
            "element_list": [{"element_id": 160}],
            "voice_list": [{"voice_id": "v1"}],
        },
        "image_to_video",
        [
            ("FIRST_FRAME", *HASHED),
            ("LAST_FRAME", "IMAGE", None, A),
            ("MASK", "IMAGE", None, A),
            ("MASK", *HASHED),
            ("CHARACTER_REFERENCE", "IMAGE", "element_id", "160"),
            ("SOURCE_AUDIO", "AUDIO", "voice_id", "v1"),
        ],
    ),
    (
        "videos/multi-image2video",
        {"image_list": [{"image": A}, {"image": PICTURE_BASE64}]},
        "fusion",
        [("FUSION_CHARACTER", "IMAGE", None, A), ("FUSION_CHARACTER", *HASHED)],
    ),
    (
        "videos/omni-video",
        {
            "prompt": "<<<image_1>>>",
            "image_list": [
                {"image_url": A, "type": "first_frame"},
                {"image_url": PICTURE_BASE64, "type": "end_frame"},
                {"image_url": A},
            ],
            "element_list": [{"element_id": 160}],
        },
        "image_to_video",
        [
            ("FIRST_FRAME", "IMAGE", None, A),
            ("LAST_FRAME", *HASHED),
            ("STYLE_REFERENCE", "IMAGE", None, A),
            ("CHARACTER_REFERENCE", "IMAGE", "element_id", "160"),
        ],
    ),
    (
        "videos/omni-video",
        {"video_list": [{"video_url": V, "refer_type": "base"}]},
        "restyle",
        [("SOURCE_VIDEO", "VIDEO", None, V)],
    ),
    (
        "videos/omni-video",
        {"video_list": [{"video_url": V, "refer_type": "feature"}]},
        "text_to_video",
        [("STYLE_REFERENCE", "VIDEO", None, V)],
    ),
    (
        "videos/video-extend",
        {"video_id": "kv1", "prompt": "on"},
        "video_extend",
        [("SOURCE_VIDEO", "VIDEO", "video_id", "kv1")],
    ),
    (
        "videos/identify-face",
        {"video_url": V},
        "derive",
        [("SOURCE_VIDEO", "VIDEO", None, V)],
    ),
    (
        "videos/advanced-lip-sync",
        {"session_id": "s1", "face_choose": [{"face_id": "0", "audio_id": "a1"}]},
        "lip_sync",
        [
            ("SOURCE_VIDEO", "VIDEO", "session_id", "s1"),
            ("SOURCE_AUDIO", "AUDIO", "audio_id", "a1"),
        ],
    ),
    (
        "videos/lip-sync",
        {"input": {"mode": "audio2video", "video_id": "kv1", "audio_url": S}},
        "lip_sync",
        [("SOURCE_VIDEO", "VIDEO", "video_id", "kv1"), ("SOURCE_AUDIO", "AUDIO", None, S)],
    ),
    (
        "videos/lip-sync",
        {"input": {"mode": "text2video", "video_url": V, "text": "hi", "voice_id": "x"}},
        "lip_sync",
        [("SOURCE_VIDEO", "VIDEO", None, V)],
    ),
    (
        "videos/effects",
        {"effect_scene": "hug", "input": {"images": [A, PICTURE_BASE64], "duration": "5"}},
        "derive",
        [("SOURCE_IMAGE", "IMAGE", None, A), ("SOURCE_IMAGE", *HASHED)],
    ),
    (
        "videos/effects",
        {"effect_scene": "bloom", "input": {"image": A, "duration": "5"}},
        "derive",
        [("SOURCE_IMAGE", "IMAGE", None, A)],
    ),
    (
        "videos/avatar/image2video",
        {"image": A, "sound_file": S},
        "lip_sync",
        [("SOURCE_IMAGE", "IMAGE", None, A), ("SOURCE_AUDIO", "AUDIO", None, S)],
    ),
    (
        "videos/motion-control",
        {"image_url": A, "video_url": V},
        "image_to_video",
        [("SOURCE_IMAGE", "IMAGE", None, A), ("SOURCE_VIDEO", "VIDEO", None, V)],
    ),
    ("images/generations", {"prompt": "a fox", "n": 2}, "text_to_image", []),
    (
        "images/generations",
        {"image": PICTURE_BASE64},
        "image_to_image",
        [("SOURCE_IMAGE", *HASHED)],
    ),
    (
        "images/multi-image2image",
        {"subject_image_list": [{"subject_image": A}], "style_image": A},
        "image_to_image",
        [("CHARACTER_REFERENCE", "IMAGE", None, A), ("STYLE_REFERENCE", "IMAGE", None, A)],
    ),
    (
        "images/omni-image",
        {"image_list": [{"image": A}, {"image": PICTURE_BASE64}]},
        "image_to_image",
        [("SOURCE_IMAGE", "IMAGE", None, A), ("CHARACTER_REFERENCE", *HASHED)],
    ),
    (
        "/image-to-video/kling-3.0",
        {
            "contents": [
                {"type": "prompt", "text": "@fox runs"},
                {"type": "last_frame", "url": PICTURE_BASE64},
                {"type": "first_frame", "url": A},
                {"type": "element", "element_id": "e1", "id": "fox"},
            ]
        },
        "image_to_video",
        [
            ("LAST_FRAME", *HASHED),
            ("FIRST_FRAME", "IMAGE", None, A),
            ("CHARACTER_REFERENCE", "IMAGE", "element_id", "e1"),
        ],
    ),
    (
        "omni-video/kling-3.0-omni",
        {
            "contents": [
                {"type": "refer_image", "url": A},
                {"type": "base_video", "url": V},
            ]
        },
        "restyle",
        [("STYLE_REFERENCE", "IMAGE", None, A), ("SOURCE_VIDEO", "VIDEO", None, V)],
    ),
    (
        "omni-video/kling-3.0-omni",
        {"contents": [{"type": "feature_video", "url": V}]},
        "text_to_video",
        [("STYLE_REFERENCE", "VIDEO", None, V)],
    ),
    (
        "motion-control/kling-2.6",
        {"contents": [{"type": "image", "url": A}, {"type": "video", "url": V}]},
        "image_to_video",
        [("SOURCE_IMAGE", "IMAGE", None, A), ("SOURCE_VIDEO", "VIDEO", None, V)],
    ),
]


@pytest.mark.parametrize(("endpoint", "request_body", "operation", "parents"), ROWS)
def test_row(
    endpoint: str, request_body: Body, operation: str | None, parents: list[Brief]
) -> None:
    found = extract("kling", {"endpoint": endpoint, "request": request_body})
    assert briefs(found) == parents
    assert found.operation == operation
    assert found.problems == ()


def test_the_part_of_a_sound_that_was_used() -> None:
    face = {"sound_file": S, "sound_start_time": 500, "sound_end_time": "2500"}
    body = {"session_id": "s1", "face_choose": [face]}
    found = extract("kling", {"endpoint": "videos/advanced-lip-sync", "request": body})
    assert (found.parents[1].parent_start, found.parents[1].parent_end) == (0.5, 2.5)


def test_the_answer_knows_the_parent_behind_a_session() -> None:
    task = {
        "task_id": "kt1",
        "task_info": {"parent_video": {"id": "kv1", "url": V, "duration": "5.1"}},
        "task_result": {"videos": [{"id": "kv2", "url": V}]},
    }
    found = extract(
        "kling",
        {
            "endpoint": "videos/advanced-lip-sync",
            "request": {"session_id": "s1", "face_choose": [{"audio_id": "a1"}]},
            "task": {"code": 0, "data": task},
        },
    )
    video, sound = found.parents
    assert (video.reference.id_kind, video.reference.id) == ("video_id", "kv1")
    assert (video.reference.url, video.duration) == (V, 5.1)
    assert sound.reference.id == "a1"
    assert (found.provider_asset_id, found.provider_asset_id_kind) == ("kv2", "video_id")


def test_an_extension_is_known_from_a_poll_alone() -> None:
    data = {"task_info": {"parent_video": {"id": "kv1"}}}
    found = extract("kling", {"endpoint": "videos/video-extend", "request": {}, "task": data})
    assert briefs(found) == [("SOURCE_VIDEO", "VIDEO", "video_id", "kv1")]


def test_facts_of_the_new_design() -> None:
    found = extract(
        "kling",
        {
            "endpoint": "text-to-video/kling-3.0-turbo",
            "request": {"prompt": "a fox", "settings": {"duration": 5}},
            "response": {"data": {"id": "kt1", "status": "submitted"}},
            "task": {
                "data": [{"id": "kt1", "outputs": [{"type": "video", "id": "kv1", "url": V}]}]
            },
        },
    )
    assert (found.prompt, found.model) == ("a fox", "kling-3.0-turbo")
    assert (found.provider_asset_id, found.provider_asset_id_kind) == ("kv1", "video_id")


def test_several_outputs_are_not_guessed_between() -> None:
    task = {"task_id": "kt1", "task_result": {"videos": [{"id": "1"}, {"id": "2"}]}}
    found = extract("kling", {"endpoint": "videos/text2video", "request": {}, "task": task})
    assert found.provider_asset_id is None
    assert "several outputs" in found.problems[0]


def test_content_of_an_unknown_type_is_said() -> None:
    body = {"contents": [{"type": "hologram", "url": A}]}
    found = extract("kling", {"endpoint": "omni-video/kling-9", "request": body})
    assert found.problems == ("contents[0] is of a type that is not known; it was not read.",)


# An omni body does not tell which of two operations it was sent for.
SAME = {"fusion": "text_to_video", "derive": "restyle"}
KEPT_THERE = ("element_id", "voice_id")


@pytest.mark.parametrize("request_", [one[0] for one in (OLD | NEW).values()], ids=OLD | NEW)
def test_what_is_sent_is_read_as_the_lineage_that_is_recorded(request_: Request) -> None:
    path, body = posted(request_)
    sent = json.loads(json.dumps(body).replace("sha256:", "https://a.example/"))
    found = extract("kling", {"endpoint": path, "request": sent})
    told = SAME.get(request_.operation, "") if "omni-video" in path else ""
    kinds = {name: role[0] for name, role in ROLES[request_.operation].items()}
    if told:
        kinds = {
            name: kind if name == "video" else "STYLE_REFERENCE" for name, kind in kinds.items()
        }
    read = [one.kind for one in found.parents if one.reference.id_kind not in KEPT_THERE]
    assert sorted(read) == sorted(kinds[one.parameter] for one in request_.inputs)
    assert found.operation == (told or request_.operation)
    assert not found.problems
