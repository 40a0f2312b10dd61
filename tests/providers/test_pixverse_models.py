"""The table of PixVerse's models: the schema and the check made of it say the same."""

from itertools import product
from typing import Any

import jsonschema_rs
import pytest

from providers.contract import Request
from providers.pixverse.abilities import ABILITIES
from providers.pixverse.check import check
from providers.pixverse.endpoint import OPERATIONS
from providers.pixverse.models import ALL, MODELS, Model, misfits
from tests.providers.pixverse_requests import image

SCHEMAS = {one.operation: dict(one.parameters) for one in ABILITIES}
VALUES: dict[str, list[Any]] = {
    "durationSeconds": [1, 5, 8, 10, 15],
    "resolution": ["540p", "1080p"],
    "aspectRatio": ["16:9", "21:9"],
    "style": ["clay", "realistic"],
    "motionMode": ["normal"],
    "cameraMovement": ["zoom_in"],
    "audio": [True, False],
    "multiClip": [True, False],
    "soundEffect": ["rain"],
    "speech": ["hello"],
    "prompt": ["x" * 2048, "x" * 2049, "x" * 5000, "x" * 5001],
    "negativePrompt": ["x" * 2049],
}
# What a person gets from the rows of the table: model, parameters, who is at fault.
ROWS: list[tuple[str, dict[str, Any], set[str]]] = [
    ("v3.5", {"durationSeconds": 8, "resolution": "720p"}, set()),
    ("v3.5", {"durationSeconds": 8, "resolution": "1080p"}, {"durationSeconds"}),
    ("v4", {"durationSeconds": 8, "resolution": "1080p"}, set()),
    ("v5", {"durationSeconds": 10}, {"durationSeconds"}),
    ("v5", {"motionMode": "normal"}, {"motionMode"}),
    ("v5", {"audio": True}, {"audio"}),
    ("v5", {"soundEffect": "rain", "speech": "hello"}, set()),
    ("v5.5", {"durationSeconds": 10, "resolution": "720p"}, set()),
    ("v5.5", {"durationSeconds": 10, "resolution": "1080p"}, {"durationSeconds"}),
    ("v5.5", {"audio": True, "multiClip": True}, set()),
    ("v5.6", {"audio": True, "multiClip": True}, {"multiClip"}),
    ("v5.6", {"soundEffect": "rain"}, {"soundEffect"}),
    ("v5.6", {"soundEffect": "rain", "template": "1"}, set()),
    ("v6", {"durationSeconds": 1, "aspectRatio": "2:3", "style": "realistic"}, set()),
    ("v6", {"speech": "hello", "motionMode": "fast"}, {"speech", "motionMode"}),
    ("c1", {"durationSeconds": 15, "resolution": "1080p", "aspectRatio": "21:9"}, set()),
    ("c1", {"multiClip": True, "style": "realistic"}, {"multiClip", "style"}),
    ("v4.5", {"cameraMovement": "zoom_in", "motionMode": "fast", "durationSeconds": 5}, set()),
    ("v4.5", {"motionMode": "fast", "durationSeconds": 8}, {"motionMode"}),
    ("v4", {"aspectRatio": "3:2"}, {"aspectRatio"}),
    ("v5.6", {"prompt": "x" * 2049, "negativePrompt": "x" * 2049}, {"prompt", "negativePrompt"}),
    ("v6", {"prompt": "x" * 5000}, set()),
]


@pytest.mark.parametrize(("name", "values", "faults"), ROWS)
def test_a_model_takes_what_its_row_says(
    name: str, values: dict[str, Any], faults: set[str]
) -> None:
    assert {fault for fault, _ in misfits(MODELS[name], values)} == faults


def valid(operation: str, parameters: dict[str, Any]) -> bool:
    return jsonschema_rs.is_valid(SCHEMAS[operation], parameters)


@pytest.mark.parametrize("model", MODELS.values(), ids=ALL)
@pytest.mark.parametrize("name", VALUES)
def test_schema_and_check_agree(model: Model, name: str) -> None:
    for value, resolution, template in product(VALUES[name], VALUES["resolution"], (None, "1")):
        parameters = {
            "prompt": "a fox",
            "model": model.name,
            "resolution": resolution,
            name: value,
            **({"template": template} if template else {}),
        }
        assert valid("text_to_video", parameters) == (not list(misfits(model, parameters)))


@pytest.mark.parametrize("operation", [name for name, one in SCHEMAS.items() if "allOf" in one])
def test_where_no_model_is_named_the_rules_of_the_default_hold(operation: str) -> None:
    default = SCHEMAS[operation]["properties"]["model"]["default"]
    longest = MODELS[default].seconds[-1]
    assert valid(operation, {"prompt": "a fox", "durationSeconds": longest})
    assert not valid(operation, {"prompt": "a fox", "durationSeconds": longest + 1})


def test_a_named_model_is_held_to_its_own_rules_alone() -> None:
    """The default model's rules are not those of who names another."""
    assert valid("video_transition", {"prompt": "a", "model": "v6", "durationSeconds": 15})
    assert not valid("text_to_video", {"prompt": "a", "model": "v5", "durationSeconds": 15})


@pytest.mark.parametrize("name", ["v6", "v5.5", "c1"])
def test_newer_models_do_not_go_through_several_stills(name: str) -> None:
    stills = tuple(image("stills") for _ in range(3))
    assert "model" in dict(check(Request("video_transition", {"model": name}, stills)))


def test_models_that_cannot_do_an_operation_are_not_offered() -> None:
    def offered(operation: str) -> set[str]:
        return set(SCHEMAS[operation]["properties"]["model"]["enum"])

    assert offered("text_to_video") == set(ALL)
    assert offered("fusion") == set(ALL) - {"v3.5", "v4"}
    assert offered("video_extend") == set(ALL) - {"v5.6", "c1"}
    assert set(SCHEMAS) == set(OPERATIONS)


def test_only_resolutions_that_are_made_are_offered() -> None:
    def offered(operation: str) -> list[str]:
        return list(SCHEMAS[operation]["properties"]["resolution"]["enum"])

    assert offered("text_to_video")[-1] == "1080p"
    assert offered("derive") == ["360p", "540p", "720p"]
    assert offered("lip_sync") == ["720p", "1080p"]
