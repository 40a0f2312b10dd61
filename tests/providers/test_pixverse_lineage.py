"""Every row of PixVerse's inputs, in each of the shapes that are read."""

import pytest

from providers.extraction import extract
from tests.providers.reading_help import Body, Brief, briefs

VIDEO_9 = ("SOURCE_VIDEO", "VIDEO", "video_id", "374351749764234")
UPLOADED = ("SOURCE_VIDEO", "VIDEO", "media_id", "77")
PICTURE = ("SOURCE_IMAGE", "IMAGE", "img_id", "11")
EARLIER = {"source_video_id": 374351749764234}

ROWS: list[tuple[str, Body, str | None, list[Brief]]] = [
    ("video/text/generate", {"prompt": "a fox"}, "text_to_video", []),
    ("video/img/generate", {"img_id": 11}, "image_to_video", [PICTURE]),
    (
        "video/img/generate",
        {"img_ids": [11, 12], "template_id": 3},
        "image_to_video",
        [PICTURE, ("SOURCE_IMAGE", "IMAGE", "img_id", "12")],
    ),
    (
        "video/transition/generate",
        {"last_frame_img": 12, "first_frame_img": 11},
        "video_transition",
        [
            ("TRANSITION_INPUT", "IMAGE", "img_id", "11"),
            ("TRANSITION_INPUT", "IMAGE", "img_id", "12"),
        ],
    ),
    (
        "video/multi_transition/generate",
        {"multi_transition": [{"img_id": n} for n in (3, 1, 2)]},
        "video_transition",
        [("TRANSITION_INPUT", "IMAGE", "img_id", str(n)) for n in (3, 1, 2)],
    ),
    ("video/extend/generate", {**EARLIER, "prompt": "on"}, "video_extend", [VIDEO_9]),
    ("video/extend/generate", {"video_media_id": 77}, "video_extend", [UPLOADED]),
    ("video/sound_effect/generate", {**EARLIER, "sound_effect_content": "x"}, "derive", [VIDEO_9]),
    ("video/restyle/generate", {**EARLIER, "restyle_id": 4}, "restyle", [VIDEO_9]),
    ("video/mask/selection", {**EARLIER, "keyframe_id": 7}, "derive", [VIDEO_9]),
    (
        "video/lip_sync/generate",
        {**EARLIER, "audio_media_id": 5},
        "lip_sync",
        [VIDEO_9, ("SOURCE_AUDIO", "AUDIO", "media_id", "5")],
    ),
    (
        "video/lip_sync/generate",
        {"source_media_id": "9", "lip_sync_tts_content": "hi"},
        "lip_sync",
        [("SOURCE_VIDEO", "VIDEO", "video_id", "9")],
    ),
    (
        "video/swap/generate",
        {**EARLIER, "keyframe_id": 1, "mask_id": "m1", "img_id": 11},
        "derive",
        [VIDEO_9, PICTURE, ("MASK", "IMAGE", "mask_id", "m1")],
    ),
    (
        "video/modify/generate",
        {"video_media_id": 77, "prompt": "@img0", "img_ids": [11], "mask_ids": ["m1"]},
        "derive",
        [UPLOADED, PICTURE, ("MASK", "IMAGE", "mask_id", "m1")],
    ),
    ("video/mimic/generate", {**EARLIER, "img_id": 11}, "image_to_video", [PICTURE, VIDEO_9]),
    (
        "video/upscale/generate",
        EARLIER,
        "upscale",
        [("UPSCALED_FROM", "VIDEO", "video_id", "374351749764234")],
    ),
    (
        "video/avatar/generate",
        {"img_id": 11, "audio_media_id": 5},
        "lip_sync",
        [PICTURE, ("SOURCE_AUDIO", "AUDIO", "media_id", "5")],
    ),
    ("image/template/generate", {"img_ids": [11]}, "image_to_image", [PICTURE]),
    (
        "image/upload",
        {"image_url": "https://a.example/x.png"},
        "import",
        [("SOURCE_IMAGE", "IMAGE", None, "https://a.example/x.png")],
    ),
    (
        "media/upload",
        {"file_url": "https://a.example/x.mp4"},
        "import",
        [("SOURCE_VIDEO", "VIDEO", None, "https://a.example/x.mp4")],
    ),
    (
        "video/fusion/generate",
        {
            "image_references": [
                {"type": "background", "img_id": 21, "ref_name": "sea"},
                {"type": "subject", "img_id": 22, "ref_name": "fox"},
            ],
            "video_references": [
                {"ref_name": "a", "source_video_id": 31},
                {"ref_name": "b", "video_media_id": 32},
            ],
        },
        "fusion",
        [
            ("FUSION_BACKGROUND", "IMAGE", "img_id", "21"),
            ("FUSION_CHARACTER", "IMAGE", "img_id", "22"),
            ("FUSION_REFERENCE", "VIDEO", "video_id", "31"),
            ("FUSION_REFERENCE", "VIDEO", "media_id", "32"),
        ],
    ),
]
# What a body alone cannot tell: these share their fields with another call, or have none.
ONLY_BY_ADDRESS = (
    "video/text/generate",
    "video/mask/selection",
    "video/upscale/generate",
    "image/template/generate",
    "image/upload",
    "media/upload",
)


@pytest.mark.parametrize(("endpoint", "request_body", "operation", "parents"), ROWS)
def test_row(
    endpoint: str, request_body: Body, operation: str | None, parents: list[Brief]
) -> None:
    found = extract("pixverse", {"endpoint": endpoint, "request": request_body})
    assert briefs(found) == parents
    assert found.operation == operation
    assert found.problems == ()


@pytest.mark.parametrize(
    ("endpoint", "request_body", "operation", "parents"),
    [row for row in ROWS if row[0] not in ONLY_BY_ADDRESS and row[1] != {"video_media_id": 77}],
)
def test_the_body_alone_tells_the_call(
    endpoint: str, request_body: Body, operation: str | None, parents: list[Brief]
) -> None:
    found = extract("pixverse", request_body)
    assert briefs(found) == parents
    assert found.operation == operation


def test_a_multi_transition_keeps_each_stills_prompt_and_duration() -> None:
    stills = [{"img_id": 1, "duration": 5, "prompt": "opens"}, {"img_id": 2, "prompt": ""}]
    found = extract("pixverse", {"multi_transition": stills})
    assert [(p.prompt, p.duration) for p in found.parents] == [("opens", 5.0), (None, None)]


def test_kept_transition() -> None:
    kept = {
        "images": [
            {"img_id": "8", "url": "https://a.example/8.png", "prompt": "dawn", "duration": "5"},
            {"url": "https://a.example/9.png", "prompt": "dusk"},
        ]
    }
    found = extract("pixverse", {"media_metadata": {"pixverse_transition": kept}})
    first, second = found.parents
    assert found.operation == "video_transition"
    assert (first.kind, first.sequence, first.prompt, first.duration) == (
        "TRANSITION_INPUT",
        0,
        "dawn",
        5.0,
    )
    assert (first.reference.id, first.reference.url) == ("8", "https://a.example/8.png")
    assert (second.reference.id, second.reference.url) == (None, "https://a.example/9.png")
    assert found.problems == ()


def test_kept_fusion_with_a_clip_where_a_picture_is_meant() -> None:
    references = [
        {"type": "subject", "ref_name": "fox", "img_id": 1},
        {"type": "background", "ref_name": "sea", "url": "https://a.example/sea.jpg"},
        {"type": "prop", "ref_name": "hat", "img_id": 2},
        {"type": "subject", "ref_name": "walk", "video_id": 3},
    ]
    found = extract("pixverse", {"pixverse_fusion": {"references": references, "prompt": "@fox "}})
    assert found.operation == "fusion"
    assert found.prompt == "@fox"
    assert briefs(found) == [
        ("FUSION_CHARACTER", "IMAGE", "img_id", "1"),
        ("FUSION_BACKGROUND", "IMAGE", None, "https://a.example/sea.jpg"),
        ("FUSION_REFERENCE", "IMAGE", "img_id", "2"),
        ("FUSION_REFERENCE", "VIDEO", "video_id", "3"),
    ]


def test_kept_extend_and_the_facts_beside_it() -> None:
    found = extract(
        "pixverse",
        {
            "pixverse_extend": {
                "original_video_id": 41,
                "original_video_url": "https://a.example/41.mp4",
                "original_video_duration": 8,
            },
            "request": {"prompt": "go on", "model": "v5", "seed": 12},
            "response": {"ErrCode": 0, "Resp": {"video_id": 42}},
            "task": {"ErrCode": 0, "Resp": {"id": 42, "status": 1, "negative_prompt": "rain"}},
        },
    )
    (parent,) = found.parents
    assert (parent.kind, parent.operation) == ("SOURCE_VIDEO", "video_extend")
    assert (parent.reference.id_kind, parent.reference.id) == ("video_id", "41")
    assert (parent.reference.url, parent.duration) == ("https://a.example/41.mp4", 8.0)
    assert (found.prompt, found.negative_prompt) == ("go on", "rain")
    assert (found.model, found.seed) == ("v5", 12)
    assert (found.provider_asset_id, found.provider_asset_id_kind) == ("42", "video_id")


def test_a_selection_names_its_frame() -> None:
    found = extract(
        "pixverse", {"endpoint": "video/mask/selection", "request": {**EARLIER, "keyframe_id": 7}}
    )
    assert found.parents[0].parent_frame == 7


def test_the_answer_to_an_upload_says_that_it_is_sound() -> None:
    found = extract(
        "pixverse",
        {
            "endpoint": "POST https://app-api.pixverse.ai/openapi/v2/media/upload",
            "request": {"file_url": "https://a.example/x.mp3"},
            "response": {"Resp": {"media_id": 5, "media_type": "audio"}},
        },
    )
    assert briefs(found) == [("SOURCE_AUDIO", "AUDIO", None, "https://a.example/x.mp3")]
    assert (found.provider_asset_id, found.provider_asset_id_kind) == ("5", "media_id")


@pytest.mark.parametrize(
    ("metadata", "words"),
    [
        ({}, "Which call of pixverse"),
        ({"endpoint": "video/none/such", "request": {}}, "'video/none/such'"),
        ({"endpoint": "video/extend/generate", "request": {}}, "video_extend needs one"),
        ({"source_video_id": {"a": 1}, "prompt": "x"}, "source_video_id is not a provider id"),
        ({"multi_transition": [{"prompt": "x"}]}, "multi_transition[0] names no parent"),
        ({"pixverse_transition": "gone"}, "pixverse_transition is not an object"),
        ({"endpoint": "video/extend/generate", "request": 7}, "`request` is not an object"),
    ],
)
def test_what_cannot_be_read_is_said(metadata: Body, words: str) -> None:
    found = extract("pixverse", metadata)
    assert found.parents == ()
    assert any(words in problem for problem in found.problems)
