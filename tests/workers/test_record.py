"""What is kept of a generation."""

from datetime import UTC, datetime
from typing import Any, cast

import orjson
import pytest

from graph.asset import Media
from graph.edge import MediaType, Operation
from graph.generation import Generation
from graph.job import Job
from providers.event import Done, Model
from providers.event import Output as Made
from tests.graph.ordering import bare, stored
from workers.record import KEPT_BYTES_MAX, bounded, output_of, values_of


def generation(**more: Any) -> Generation:
    plain = dict.fromkeys(Generation._fields)
    told = {"id": "g", "workspace_id": "w", "provider": "p", "operation": Operation.TEXT_TO_IMAGE}
    return Generation(**cast("Any", {**plain, **told, "created_at": datetime.now(UTC), **more}))


def job(subject: str | None = None, **more: Any) -> Job:
    return bare(generation(**more), subject=subject)


def kept(of: Job, made: Made, media: Media, done: Done, **request: Any) -> Any:
    return output_of(of, made, media, request, done)


def test_an_output_is_an_asset_with_all_that_is_known() -> None:
    media = stored("x")
    made = Made(1, "IMAGE", "https://e.org/x", "77", {"img_id": "9"})
    done = Done(seed=5, models=(Model("sd"),))
    found = kept(job(prompt="a fox"), made, media, done, negativePrompt="blurry", steps=3)
    assert (found.index, found.uploads) == (1, {"img_id": "9"})
    asset = found.asset
    assert (asset.media_type, asset.media) == (MediaType.IMAGE, media)
    assert (asset.prompt, asset.negative_prompt) == ("a fox", "blurry")
    assert (asset.seed, asset.model, asset.operation) == ("5", "sd", Operation.TEXT_TO_IMAGE)
    assert (asset.provider, asset.provider_asset_id) == ("p", "77")
    assert asset.remote_url is None, "its address ends soon, and its bytes are here"
    assert asset.made_at
    bare = kept(job(), Made(0, "IMAGE", ""), media, Done(), negativePrompt=3).asset
    assert (bare.seed, bare.model, bare.negative_prompt, bare.name) == (None, None, None, None)


@pytest.mark.parametrize(
    ("subject", "told", "index", "file", "name"),
    [
        (None, {}, 0, None, None),
        (None, {}, 1, "out_2.png", "out_2.png"),
        (None, {"name": "mine"}, 0, "out.png", "mine"),
        (None, {"name": "mine"}, 2, "out.png", "mine 3"),
        ("Vix", {}, 0, "out.png", "Vix"),
        ("Vix", {"slot": "portrait"}, 1, "out.png", "Vix portrait 2"),
        ("Vix", {"slot": "portrait", "name": "mine"}, 0, None, "mine"),
    ],
)
def test_it_is_called_as_people_said_or_after_whom_it_shows(
    subject: str | None, told: dict[str, str], index: int, file: str | None, name: str | None
) -> None:
    made = Made(index, "IMAGE", "", name=file)
    assert kept(job(subject, **told), made, stored(), Done()).asset.name == name


def test_all_that_it_takes_to_run_it_again_is_kept() -> None:
    done = Done(seed=5, models=(Model("sd", "abc"), Model("lora")), answer={"took": 3})
    values = values_of(generation(seed="4"), done)
    assert orjson.loads(str(values.pop("models"))) == [
        {"name": "sd", "hash": "abc"},
        {"name": "lora", "hash": None},
    ]
    assert values == {"model": "sd", "seed": "5", "providerAnswer": '{"took":3}'}
    assert values_of(generation(), Done()) == {}
    asked = values_of(generation(seed="4", model="asked"), Done(models=(Model("sd"),)))
    assert (asked["seed"], asked["model"]) == ("4", "asked")
    assert values_of(generation(), Done(seed=0))["seed"] == "0"


def test_too_many_words_are_left_out_and_that_is_said() -> None:
    assert bounded({}) is None
    assert bounded({"at": datetime(2026, 1, 1, tzinfo=UTC)}) == '{"at":"2026-01-01T00:00:00+00:00"}'
    assert "omitted" in (bounded({"text": "x" * KEPT_BYTES_MAX}) or "")
    assert len(bounded({"text": "x" * (KEPT_BYTES_MAX - 20)}) or "") <= KEPT_BYTES_MAX
