"""Every row of Runway's inputs, and what is sent read as it is recorded."""

import json
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from itertools import combinations_with_replacement, product

import pytest

from providers.contract import Request
from providers.extraction import extract
from providers.runway.body import body_of
from providers.runway.check import check
from providers.runway.plugin import PLUGIN
from providers.runway.table import Form, Model
from tests.providers.reading_help import PICTURE_BASE64, PICTURE_SHA256, Body, Brief, briefs
from tests.providers.runway_help import ROWS as MODELS
from tests.providers.runway_help import addresses, given, least, row_name, value_of

A = "https://a.example/a.png"
B = "runway://b"
V = "https://a.example/v.mp4"
S = "https://a.example/s.mp3"
DATA = f"data:image/png;base64,{PICTURE_BASE64}"

ROWS: list[tuple[str, Body, str | None, list[Brief]]] = [
    ("image_to_video", {"promptImage": A}, "image_to_video", [("FIRST_FRAME", "IMAGE", None, A)]),
    (
        "/v1/image_to_video",
        {"promptImage": [{"uri": A, "position": "last"}, {"uri": B, "position": "first"}]},
        "image_to_video",
        [("LAST_FRAME", "IMAGE", None, A), ("FIRST_FRAME", "IMAGE", "runway_uri", B)],
    ),
    (
        "image_to_video",
        {"promptImage": [{"uri": A}], "references": B, "referenceVideos": [{"uri": V}]},
        "image_to_video",
        [
            ("STYLE_REFERENCE", "IMAGE", None, A),
            ("STYLE_REFERENCE", "IMAGE", "runway_uri", B),
            ("STYLE_REFERENCE", "VIDEO", None, V),
        ],
    ),
    (
        "text_to_video",
        {
            "references": [{"uri": DATA}],
            "referenceAudio": [{"type": "audio", "uri": S}],
        },
        "text_to_video",
        [
            ("STYLE_REFERENCE", "IMAGE", None, PICTURE_SHA256),
            ("SOURCE_AUDIO", "AUDIO", None, S),
        ],
    ),
    (
        "text_to_video",
        {"model": "seedance2_5", "draftTaskId": "t-1"},
        "derive",
        [("REVISION_OF", "VIDEO", "task_id", "t-1")],
    ),
    (
        "video_to_video",
        {"videoUri": V, "keyframes": [{"seconds": 1, "uri": A}], "promptText": "snow"},
        "restyle",
        [("SOURCE_VIDEO", "VIDEO", None, V), ("KEYFRAME", "IMAGE", None, A)],
    ),
    (
        "video_to_video",
        {"videoUri": V, "promptImage": [{"uri": A, "position": {"timestampSeconds": 2}}]},
        "restyle",
        [("SOURCE_VIDEO", "VIDEO", None, V), ("KEYFRAME", "IMAGE", None, A)],
    ),
    (
        "video_to_video",
        {"promptVideo": V, "mode": "extend"},
        "video_extend",
        [("SOURCE_VIDEO", "VIDEO", None, V)],
    ),
    (
        "video_to_video",
        {"model": "seedance2_5", "promptVideo": V},
        "derive",
        [("SOURCE_VIDEO", "VIDEO", None, V)],
    ),
    (
        "video_to_video",
        {"model": "gen4_aleph", "videoUri": V, "seed": 3, "references": [{"uri": A}]},
        "restyle",
        [("SOURCE_VIDEO", "VIDEO", None, V), ("STYLE_REFERENCE", "IMAGE", None, A)],
    ),
    (
        "text_to_image",
        {"referenceImages": [{"uri": A, "tag": "fox", "subject": "human"}, {"uri": B}]},
        "text_to_image",
        [
            ("CHARACTER_REFERENCE", "IMAGE", None, A),
            ("STYLE_REFERENCE", "IMAGE", "runway_uri", B),
        ],
    ),
    (
        "text_to_image",
        {"referenceImages": [{"uri": A}, {"uri": B}], "maskUri": DATA},
        "image_to_image",
        [
            ("SOURCE_IMAGE", "IMAGE", None, A),
            ("STYLE_REFERENCE", "IMAGE", "runway_uri", B),
            ("MASK", "IMAGE", None, PICTURE_SHA256),
        ],
    ),
    ("video_upscale", {"videoUri": V}, "upscale", [("UPSCALED_FROM", "VIDEO", None, V)]),
    ("image_upscale", {"imageUri": A}, "upscale", [("UPSCALED_FROM", "IMAGE", None, A)]),
    ("video_to_hdr", {"videoUri": V}, "derive", [("SOURCE_VIDEO", "VIDEO", None, V)]),
    ("video_to_audio", {"videoUri": V}, "derive", [("SOURCE_VIDEO", "VIDEO", None, V)]),
    (
        "character_performance",
        {"character": {"type": "image", "uri": A}, "reference": {"type": "video", "uri": V}},
        "lip_sync",
        [("CHARACTER_REFERENCE", "IMAGE", None, A), ("SOURCE_VIDEO", "VIDEO", None, V)],
    ),
    (
        "character_performance",
        {"character": {"type": "video", "uri": B}, "reference": {"type": "video", "uri": V}},
        "lip_sync",
        [("CHARACTER_REFERENCE", "VIDEO", "runway_uri", B), ("SOURCE_VIDEO", "VIDEO", None, V)],
    ),
    (
        "speech_to_speech",
        {"media": {"type": "audio", "uri": S}},
        "derive",
        [("SOURCE_AUDIO", "AUDIO", None, S)],
    ),
    ("voice_dubbing", {"audioUri": S}, "derive", [("SOURCE_AUDIO", "AUDIO", None, S)]),
    ("voice_isolation", {"audioUri": S}, "derive", [("SOURCE_AUDIO", "AUDIO", None, S)]),
    ("text_to_speech", {"promptText": "hi"}, None, []),
    (
        "sound_effect",
        {"referenceAudios": [S]},
        "derive",
        [("SOURCE_AUDIO", "AUDIO", None, S)],
    ),
]


@pytest.mark.parametrize(("endpoint", "request_body", "operation", "parents"), ROWS)
def test_row(
    endpoint: str, request_body: Body, operation: str | None, parents: list[Brief]
) -> None:
    found = extract("runway", {"endpoint": endpoint, "request": request_body})
    assert briefs(found) == parents
    assert found.operation == operation
    assert found.problems == ()


def test_facts_and_the_task() -> None:
    found = extract(
        "runway",
        {
            "endpoint": "https://api.dev.runwayml.com/v1/text_to_image?x=1",
            "request": {"model": "gen4_image", "promptText": "a fox", "seed": 7},
            "response": {"id": "t-9"},
            "task": {"id": "t-9", "status": "SUCCEEDED", "output": ["https://a.example/o.png"]},
        },
    )
    assert (found.prompt, found.seed, found.model) == ("a fox", 7, "gen4_image")
    assert (found.provider_asset_id, found.provider_asset_id_kind) == ("t-9", "task_id")


def test_an_upload_gives_its_address() -> None:
    found = extract(
        "runway",
        {"endpoint": "uploads", "request": {"filename": "x"}, "response": {"runwayUri": B}},
    )
    assert (found.operation, found.parents, found.provider_asset_id) == ("import", (), B)


@pytest.mark.parametrize("bad", [{"uri": "ftp://a/b"}, 5, {"uri": "https://a b"}, ["x"]])
def test_an_unreadable_image_is_said(bad: object) -> None:
    found = extract("runway", {"endpoint": "image_to_video", "request": {"promptImage": [bad]}})
    assert found.parents == ()
    assert "promptImage[0]" in found.problems[0]


def test_a_request_without_its_endpoint_is_said() -> None:
    assert "Which call of runway" in extract("runway", {"promptImage": A}).problems[0]


def test_a_long_list_is_cut_and_said() -> None:
    images = [{"uri": f"{A}?{n}", "position": "first"} for n in range(150)]
    found = extract("runway", {"endpoint": "image_to_video", "request": {"promptImage": images}})
    assert len(found.parents) == 100
    assert "More than 100 parents" in found.problems[0]


Reading = tuple[str | None, frozenset[tuple[str | None, str]]]


def requests_of(operation: str, model: Model) -> Iterator[Request]:
    """What a model takes of up to two inputs and one parameter beside those that it needs. Where
    people stand among references is not read, so none come with an image that is changed."""
    needed = least(operation, model).parameters
    values = [{}, *({name: value_of(name, rule)} for name, rule in model.rules.items())]
    alone = operation == "image_to_image"
    slots = [slot for slot in model.slots if not (alone and slot.form is Form.HUMAN)]
    for count, more in product(range(3), values):
        for some in combinations_with_replacement(slots, count):
            request = Request(operation, {**needed, **more}, tuple(map(given, some)))
            if not check(request):
                yield request


def sent(request: Request) -> str:
    endpoint, body = body_of(request, addresses(request))
    return json.dumps({"endpoint": endpoint, "request": body})


def recorded(request: Request) -> Reading:
    """As the worker writes it."""
    ability = PLUGIN.ability(request.operation)
    assert ability
    kinds = {rule.name: rule.kind for rule in ability.inputs}
    told = zip(addresses(request), request.inputs, strict=True)
    return request.operation, frozenset((uri, kinds[one.parameter]) for uri, one in told)


@cache
def recordings() -> dict[str, set[Reading]]:
    """What is recorded for each body; the same one may be sent for several requests."""
    found: dict[str, set[Reading]] = defaultdict(set)
    for row in MODELS:
        for request in requests_of(*row):
            found[sent(request)].add(recorded(request))
    return found


@pytest.mark.parametrize(("operation", "model"), MODELS, ids=row_name)
def test_what_is_sent_is_read_as_the_lineage_that_is_recorded(operation: str, model: Model) -> None:
    """Runway has one list for an image to change, people and references: where an image there may
    be any of them it is a reference, and the result is made from text."""
    asked = list(requests_of(operation, model))
    assert asked
    for told in map(sent, asked):
        found = extract("runway", json.loads(told))
        read = frozenset((one.reference.id, one.kind) for one in found.parents)
        possible = recordings()[told]
        assert (found.operation, read) in possible
        assert not found.problems
        if len(possible) > 1:
            assert "referenceImages" in told
            names = {name for name, _ in possible}
            assert (found.operation == "text_to_image") == ("text_to_image" in names)
