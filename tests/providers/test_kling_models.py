"""The table of Kling's models: what each takes, and what is wrong with a request."""

from dataclasses import replace
from typing import Any

import pytest

from providers.contract import Request
from providers.kling.models import DEFAULTS, OFFERS, chosen
from providers.kling.offer import Offer
from providers.kling.parameter import PARAMETERS
from tests.providers.kling_help import (
    ADDRESS,
    LINKED,
    A,
    B,
    C,
    clip,
    picture,
    sound,
    wanted,
)

MEDIA = {"IMAGE": A, "VIDEO": clip(url=ADDRESS, video_id="v-1"), "AUDIO": sound()}
SAMPLES = {"prompt": "a fox", "effect": "pet_lion_pro", "characterOrientation": "video"}
CAMERA = {"type": "simple", "zoom": 1}
SHOTS = [{"prompt": "a fox", "durationSeconds": 8}]


def least(offer: Offer) -> Request:
    """As little as an endpoint asks for."""
    parameters: dict[str, Any] = {
        name: offer.takes[name].get("enum", [SAMPLES[name]])[0] for name in offer.needs
    }
    if offer.models:
        parameters["model"] = offer.models[0]
    if "shots" in offer.takes and not offer.needs:
        parameters["prompt"] = "a fox"
    inputs = [
        (name, MEDIA[next(iter(take.media))])
        for name, take in offer.inputs.items()
        for _ in range(take.least)
    ]
    if not inputs and offer.operation in ("image_to_video", "fusion"):
        inputs = [next((name, A) for name in offer.inputs)]
        parameters |= {"mode": "pro"} if "mode" in offer.takes else {}
    return wanted(offer.operation, *inputs, **parameters)


@pytest.mark.parametrize("index", range(len(OFFERS)))
def test_as_little_as_is_asked_for_is_enough(index: int) -> None:
    offer = OFFERS[index]
    request = least(offer)
    assert not list(offer.problems(request))
    found, wrong = chosen(request)
    assert not wrong
    assert found is not None
    assert found.endpoint == offer.endpoint


@pytest.mark.parametrize("offer", OFFERS, ids=lambda one: f"{one.operation}:{one.endpoint}")
def test_a_table_entry_speaks_of_parameters_there_are(offer: Offer) -> None:
    assert offer.takes.keys() <= PARAMETERS.keys()
    assert set(offer.needs) <= offer.takes.keys()


def test_every_operation_with_models_has_a_default_that_does_it() -> None:
    models: dict[str, set[str]] = {}
    for one in OFFERS:
        models.setdefault(one.operation, set()).update(one.models)
    assert DEFAULTS.keys() == {operation for operation, names in models.items() if names}
    assert all(DEFAULTS[operation] in models[operation] for operation in DEFAULTS)


def test_a_version_stands_in_the_path_or_in_the_name() -> None:
    for one in OFFERS:
        last = one.endpoint.rpartition("/")[2]
        assert (one.models == (last,)) is (one.design == "new") is last.startswith("kling-")


WRONG: dict[str, tuple[Request, set[str]]] = {
    "nothing": (wanted("text_to_video"), {"prompt"}),
    "no such operation": (wanted("upscale"), {"operation"}),
    "no such model": (wanted("text_to_video", model="kling-v9", prompt="x"), {"model"}),
    "a model that is no text": (wanted("text_to_video", model=3, prompt="x"), {"model"}),
    "a model where none is chosen": (
        wanted("lip_sync", ("image", A), ("audio", sound()), model="kling-v3"),
        {"model"},
    ),
    "a long prompt": (wanted("text_to_video", prompt="x" * 2501), {"prompt"}),
    "a prompt of the wrong type": (wanted("text_to_video", prompt=3), {"prompt"}),
    "prompt and shots": (wanted("text_to_video", prompt="x", shots=SHOTS), {"prompt"}),
    "shots of both": (wanted("text_to_video", shots=SHOTS, multiShot=True), {"prompt", "shots"}),
    "cuts of nothing": (
        wanted("image_to_video", ("firstFrame", A), multiShot=True),
        {"prompt"},
    ),
    "cuts before 3.0": (
        wanted("text_to_video", prompt="x", model="kling-v2-6", multiShot=True),
        {"multiShot"},
    ),
    "too long in all": (wanted("text_to_video", shots=SHOTS * 2), {"shots"}),
    "a length between": (
        wanted("text_to_video", prompt="x", model="kling-v1-6", durationSeconds=7),
        {"durationSeconds"},
    ),
    "a camera of pro": (
        wanted("text_to_video", prompt="x", model="kling-v1", mode="pro", camera=CAMERA),
        {"mode"},
    ),
    "a camera of two axes": (
        wanted("text_to_video", prompt="x", model="kling-v1", camera={**CAMERA, "pan": 1}),
        {"camera"},
    ),
    "a move with an axis": (
        wanted(
            "text_to_video", prompt="x", model="kling-v1", camera={"type": "down_back", "pan": 1}
        ),
        {"camera"},
    ),
    "cfg_scale of 2": (
        wanted("text_to_video", prompt="x", model="kling-v2-5-turbo", cfgScale=0.5),
        {"cfgScale"},
    ),
    "sound of std": (
        wanted("text_to_video", prompt="x", model="kling-v2-6", audio=True),
        {"mode"},
    ),
    "sound before 2.6": (
        wanted("text_to_video", prompt="x", model="kling-v2-5-turbo", audio=True),
        {"audio"},
    ),
    "a last frame of std": (
        wanted("image_to_video", ("firstFrame", A), ("lastFrame", B), model="kling-v2-1"),
        {"mode"},
    ),
    "a last frame alone": (
        wanted("image_to_video", ("lastFrame", A), model="kling-v2-1", mode="pro"),
        {"firstFrame"},
    ),
    "no frame": (wanted("image_to_video", model="kling-v1-6"), {"firstFrame"}),
    "a last frame with sound": (
        wanted(
            "image_to_video",
            ("firstFrame", A),
            ("lastFrame", B),
            model="kling-v2-6",
            mode="pro",
            audio=True,
        ),
        {"audio"},
    ),
    "a mask with a last frame": (
        wanted(
            "image_to_video", ("firstFrame", A), ("lastFrame", B), ("mask", C), model="kling-v1"
        ),
        {"lastFrame"},
    ),
    "a mask and a camera": (
        wanted(
            "image_to_video",
            ("firstFrame", A),
            ("mask", C),
            model="kling-v1-5",
            mode="pro",
            camera=CAMERA,
        ),
        {"camera"},
    ),
    "a brush without a path": (
        wanted("image_to_video", ("firstFrame", A), ("motionMasks", C), model="kling-v1"),
        {"trajectories"},
    ),
    "voices without sound": (
        wanted("image_to_video", ("firstFrame", A), model="kling-v2-6", mode="pro", voices=["v"]),
        {"audio"},
    ),
    "a last frame alone, new": (
        wanted("image_to_video", ("lastFrame", A), model="kling-3.0"),
        {"firstFrame"},
    ),
    "a last frame, turbo": (
        wanted(
            "image_to_video",
            ("firstFrame", A),
            ("lastFrame", B),
            model="kling-3.0-turbo",
            prompt="x",
        ),
        {"lastFrame"},
    ),
    "4k, turbo": (
        wanted("text_to_video", prompt="x", model="kling-3.0-turbo", resolution="4k"),
        {"resolution"},
    ),
    "a long motion": (
        wanted(
            "image_to_video", ("image", A), ("video", clip(12, url="https://v")), model="kling-v2-6"
        ),
        {"video"},
    ),
    "two videos": (
        wanted("fusion", ("references", LINKED), ("references", LINKED), prompt="x"),
        {"references"},
    ),
    "five images and a video": (
        wanted("fusion", *[("characters", A)] * 5, ("references", LINKED), prompt="x"),
        {"characters"},
    ),
    "frames and elements": (
        wanted(
            "image_to_video",
            ("firstFrame", A),
            *[("styleReferences", B)] * 4,
            model="kling-v3-omni",
            prompt="x",
            elements=["1", "2", "3"],
        ),
        {"firstFrame"},
    ),
    "a fusion of nothing": (wanted("fusion", prompt="x"), {"characters"}),
    "an effect without an image": (wanted("derive", effect="pet_lion"), {"images"}),
    "a pair's effect on one": (wanted("derive", ("images", A), effect="hug_pro"), {"images"}),
    "a pair's effect of ten seconds": (
        wanted("derive", ("images", A), ("images", B), effect="hug_pro", durationSeconds=10),
        {"durationSeconds"},
    ),
    "sound only": (wanted("lip_sync", ("audio", sound())), {"video"}),
    "a short sound": (
        wanted("lip_sync", ("image", A), ("audio", sound(1.0))),
        {"audio"},
    ),
    "a video as an image": (wanted("image_to_video", ("firstFrame", LINKED)), {"firstFrame"}),
    "a face's fidelity for a face": (
        wanted(
            "image_to_image",
            ("image", A),
            model="kling-v1-5",
            prompt="x",
            imageReference="face",
            humanFidelity=0.5,
        ),
        {"imageReference"},
    ),
    "21:9 of the first": (
        wanted("text_to_image", prompt="x", model="kling-v1", aspectRatio="21:9"),
        {"aspectRatio"},
    ),
    "too many images": (wanted("text_to_image", prompt="x", count=10), {"count"}),
    "eleven in all": (
        wanted(
            "image_to_image",
            ("image", A),
            *[("references", B)] * 9,
            prompt="x",
            elements=["1"],
        ),
        {"image"},
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named(name: str) -> None:
    request, fields = WRONG[name]
    _, wrong = chosen(request)
    assert {field for field, _ in wrong} == fields
    assert all(told.strip() for _, told in wrong)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"mime": "image/webp"}, "must be JPEG or PNG"),
        ({"size": 10_000_001}, "at most 10 MB"),
        ({"width": 299}, "at least 300 pixels"),
        ({"width": 1000, "height": 399}, "2.5 times"),
        ({"width": 399, "height": 1000}, "2.5 times"),
    ],
)
def test_an_image_that_kling_does_not_take_is_named(changes: dict[str, Any], told: str) -> None:
    image = replace(picture(), **changes)
    _, wrong = chosen(wanted("image_to_video", ("firstFrame", image)))
    assert [field for field, _ in wrong] == ["firstFrame"]
    assert told in wrong[0][1]


def test_the_newest_take_larger_images() -> None:
    image = replace(picture(), size=40_000_000)
    new = wanted("image_to_video", ("firstFrame", image), model="kling-3.0")
    assert not chosen(new)[1]


@pytest.mark.parametrize(
    "changes", [{"width": 1000, "height": 400}, {"size": 10_000_000}, {"width": None}]
)
def test_an_image_at_the_bounds_is_taken(changes: dict[str, Any]) -> None:
    image = replace(picture(), **changes)
    assert not chosen(wanted("image_to_video", ("firstFrame", image)))[1]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("a long prompt", "is longer than 2500 characters"),
        ("a length between", "is not one of 5 or 10"),
        ("nothing", "is needed, or one of shots"),
        ("sound before 2.6", "is not taken by kling-v2-5-turbo"),
        ("a last frame of std", 'must be "pro" where lastFrame is given'),
        ("a mask with a last frame", "cannot be given together with mask"),
        ("an effect without an image", "is needed once, and given 0 times"),
        ("two videos", "no more than one video can be given"),
    ],
)
def test_what_is_wrong_is_said_in_short(name: str, told: str) -> None:
    assert chosen(WRONG[name][0])[1][0][1] == told
