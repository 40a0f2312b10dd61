"""Every call of PixVerse gets the body that its description asks for."""

from dataclasses import replace

import pytest

from providers import checking
from providers.checking import filled
from providers.contract import Request
from providers.pixverse.abilities import ABILITIES
from providers.pixverse.body import Given, Id, body_of, selection_of
from providers.pixverse.check import check
from providers.pixverse.endpoint import OPERATIONS, chosen
from providers.pixverse.limit import LIMITS
from providers.pixverse.lineage import extract
from tests.providers.pixverse_requests import CASES, Case, image, video


def given(case: Case) -> Given:
    request = case.request()
    kinds = [LIMITS[one.media.media_type].id_kind for one in request.inputs]
    ids = [Id(kind, str(101 + at)) for at, kind in enumerate(kinds)]
    return Given(request, ids, case.masks)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_request_becomes_a_body(case: Case) -> None:
    request = case.request()
    endpoint = chosen(request)
    assert endpoint is not None
    assert not check(request)
    assert endpoint.path == case.path
    assert body_of(endpoint, given(case)) == case.body


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_defaults_that_an_asker_fills_in_change_nothing(case: Case) -> None:
    plain = given(case)
    ability = next(one for one in ABILITIES if one.operation == case.operation)
    request = replace(plain.request, parameters=filled(ability, case.parameters))
    checking.check(ability, request)
    endpoint = chosen(request)
    assert endpoint is not None
    assert body_of(endpoint, replace(plain, request=request)) == case.body


def test_every_call_has_a_case() -> None:
    assert {case.path for case in CASES.values()} == {
        one.path for calls in OPERATIONS.values() for one in calls
    }


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_is_sent_is_read_as_the_lineage_that_is_recorded(case: Case) -> None:
    """The inputs' rules and the reader of stored metadata say the same of a call."""
    ability = next(one for one in ABILITIES if one.operation == case.operation)
    kinds = {rule.name: rule.kind for rule in ability.inputs}
    found = extract({"endpoint": case.path, "request": dict(case.body)})
    read = [(one.reference.id, one.kind) for one in found.parents if one.kind != "MASK"]
    told = [(str(101 + at), kinds[one.parameter]) for at, one in enumerate(case.inputs())]
    # A picture among references goes as a subject: PixVerse knows no third sort.
    as_subject = ("103", "FUSION_REFERENCE")
    if case.path == "video/fusion/generate":
        told = [("103", "FUSION_CHARACTER") if one == as_subject else one for one in told]
    assert sorted(read) == sorted(told)
    assert found.operation == case.operation


def test_a_video_made_there_is_named_by_its_own_id() -> None:
    case = CASES["extend"]
    endpoint = chosen(case.request())
    assert endpoint is not None
    body = body_of(endpoint, Given(case.request(), [Id("video_id", "374351749764234")]))
    assert body["source_video_id"] == 374351749764234
    assert "video_media_id" not in body


def test_a_clip_in_a_fusion_may_be_one_made_there() -> None:
    request = Request(
        "fusion",
        {"prompt": "@reference1 "},
        (video("references"), image("characters", name="fox")),
    )
    endpoint = chosen(request)
    assert endpoint is not None
    body = body_of(endpoint, Given(request, [Id("video_id", "7"), Id("img_id", "8")]))
    assert body["video_references"] == [{"ref_name": "reference1", "source_video_id": 7}]
    assert body["prompt"] == "@reference1 @fox"


def test_a_selection_is_made_in_the_frame_that_was_named() -> None:
    request = Request("derive", {"edit": "swap"}, (video(frame=12), image("images")))
    ids = [Id("video_id", "7"), Id("img_id", "8")]
    assert selection_of(Given(request, ids)) == {"source_video_id": 7, "keyframe_id": 12}
