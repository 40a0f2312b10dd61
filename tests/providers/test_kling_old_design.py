"""The body of every endpoint of Kling's old design."""

from dataclasses import replace

import pytest

from providers.error import Refused
from providers.kling import old_design
from providers.kling.models import OFFERS
from providers.kling.offer import OLD
from tests.providers.kling_help import KEY, OWN, clip, draft_of, posted, sound, wanted
from tests.providers.kling_omni_bodies import ROWS


@pytest.mark.parametrize("name", ROWS)
def test_the_body_is_as_the_endpoint_wants_it(name: str) -> None:
    request, endpoint, body = ROWS[name]
    assert posted(request) == (f"/v1/{endpoint}", {**body, "external_task_id": KEY})


def test_every_endpoint_stands_in_the_table() -> None:
    told = {endpoint for _, endpoint, _ in ROWS.values()}
    assert told == {one.endpoint for one in OFFERS if one.design is OLD} == set(old_design.SHAPES)


def test_a_sound_longer_than_the_video_is_cut() -> None:
    request = wanted("lip_sync", ("video", clip(3, video_id="v")), ("audio", sound(4.0)))
    (choice,) = posted(request)[1]["face_choose"]
    assert choice["sound_end_time"] == 2500  # the face appears half a second after the start


def test_a_sound_of_unknown_length_must_be_told() -> None:
    audio = replace(sound(4.0), duration_seconds=None)
    request = wanted("lip_sync", ("video", OWN), ("audio", audio))
    with pytest.raises(Refused, match="endSeconds") as raised:
        posted(request)
    assert raised.value.field == "audio"


def test_a_lip_sync_without_a_face_is_refused() -> None:
    draft = draft_of(wanted("lip_sync", ("video", OWN), ("audio", sound(4.0))))
    with pytest.raises(Refused, match="no face"):
        old_design.body(replace(draft, face=None))


def test_the_address_to_call_is_sent_where_there_is_one() -> None:
    draft = replace(draft_of(ROWS["text2video"][0]), callback_url="https://p.example/hooks/kling")
    assert old_design.body(draft)["callback_url"] == "https://p.example/hooks/kling"
