"""What each state of a task of Runway tells."""

from decimal import Decimal
from typing import Any

import pytest

from providers.contract import Request
from providers.cost import Cost
from providers.error import Moderated, Refused
from providers.event import Cancelled, Done, Failed, Model, Output, Progress, Queued
from providers.runway.task import events_of, lacks_output, media_type_of

FOX = Request("text_to_image", {"prompt": "a fox", "seed": 7})
URL = "https://dnznrvs05pmza.example/o.png?_jwt=secret"
COST: dict[str, Any] = {"cost": {"credits": 8}}
EIGHT = Cost(Decimal(8), "credits")


def told(status: str, request: Request = FOX, **more: Any) -> list[Any]:
    return events_of({"id": "task-1", "status": status, **more}, request)


@pytest.mark.parametrize("status", ["PENDING", "THROTTLED"])
def test_it_waits(status: str) -> None:
    assert told(status, estimatedCost={"credits": 5}) == [Queued()]


@pytest.mark.parametrize(
    ("progress", "fraction"),
    [(0.25, 0.25), (0, 0.0), (1.5, 1.0), (-1, 0.0), (None, None), ("half", None)],
)
def test_it_runs(progress: object, fraction: float | None) -> None:
    assert told("RUNNING", progress=progress) == [Progress(fraction, "running")]


def test_a_status_not_heard_of_runs() -> None:
    assert told("UPSCALING") == [Progress(None, "upscaling")]


def test_it_is_done() -> None:
    output, done = told("SUCCEEDED", output=[URL], **COST)
    assert output == Output(0, "IMAGE", URL, "task-1")
    assert done == Done(
        EIGHT,
        7,
        (Model("gen4_image"),),
        {
            "id": "task-1",
            "status": "SUCCEEDED",
            "output": ["https://dnznrvs05pmza.example/o.png"],
            **COST,
        },
    )


def test_several_outputs_stand_in_their_order() -> None:
    events = told("SUCCEEDED", output=[f"{URL}1", f"{URL}2"])
    assert [(one.index, one.source) for one in events[:-1]] == [(0, f"{URL}1"), (1, f"{URL}2")]
    assert events[-1].cost is None


def test_a_seed_that_was_not_sent_is_not_told() -> None:
    request = Request("text_to_image", {"model": "muse_image", "prompt": "a fox", "seed": 7})
    assert told("SUCCEEDED", request, output=[URL])[-1].seed is None


@pytest.mark.parametrize(("draft", "ids"), [(True, {"task_id": "task-1"}), (False, {})])
def test_only_a_draft_can_be_used_again(draft: bool, ids: dict[str, str]) -> None:
    parameters = {"model": "seedance2_5", "prompt": "a fox", "draft": draft}
    output = told("SUCCEEDED", Request("text_to_video", parameters), output=[URL])[0]
    assert output.uploads == ids
    assert output.number == "task-1"


def test_a_model_that_is_called_otherwise_there_is_told_by_its_name() -> None:
    request = Request("derive", {"model": "seed_audio_voice", "prompt": "hello"})
    assert told("SUCCEEDED", request, output=[URL])[-1].models == (Model("seed_audio"),)


ODD = [[], None, 3, True, "https://a.example/o.png", {"url": URL}, [3], [None], [["x"]]]
BAD = ["", "o.png", "https://", "https://[", "//a.example/o.png", "ftp://a.example/o", "data:,x"]


@pytest.mark.parametrize("output", [*ODD, *([url] for url in BAD), BAD])
def test_success_without_output_is_not_paid_for_again(output: object) -> None:
    (end,) = told("SUCCEEDED", output=output, **COST)
    assert isinstance(end, Failed)
    assert isinstance(end.error, Refused)
    assert "task-1" in end.error.message
    assert end.cost == EIGHT
    assert lacks_output({"status": "SUCCEEDED", "output": output})
    assert not lacks_output({"status": "RUNNING", "output": output})


def test_what_is_no_address_is_left_out() -> None:
    output, done = told("SUCCEEDED", output=[*BAD, 3, URL, None])
    assert (output.index, output.source) == (0, URL)
    assert isinstance(done, Done)
    assert not lacks_output({"status": "SUCCEEDED", "output": [3, URL]})


def test_it_failed() -> None:
    (end,) = told("FAILED", failure="unsafe", failureCode="SAFETY.INPUT.TEXT", **COST)
    assert isinstance(end.error, Moderated)
    assert (end.error.code, end.cost) == ("SAFETY.INPUT.TEXT", EIGHT)


def test_it_was_cancelled() -> None:
    assert told("CANCELLED", cost={"credits": 0}) == [Cancelled(Cost(Decimal(0), "credits"))]


@pytest.mark.parametrize(
    ("url", "media_type"),
    [
        ("https://a.example/o.mp4?_jwt=1", "VIDEO"),
        ("https://a.example/o.wav", "AUDIO"),
        ("https://a.example/o.png", "IMAGE"),
        ("https://a.example/o", "AUDIO"),
        ("https://a.example/o.zip", "AUDIO"),
        ("https://[", "AUDIO"),
    ],
)
def test_the_medium_is_that_of_the_file(url: str, media_type: str) -> None:
    assert media_type_of(url, "AUDIO") == media_type


def test_what_is_kept_holds_no_signature() -> None:
    done = told("SUCCEEDED", output=[f"{URL}#part"], extra={"from": [URL]})[-1]
    assert done.answer["output"] == ["https://dnznrvs05pmza.example/o.png"]
    assert "secret" not in str(done.answer)
