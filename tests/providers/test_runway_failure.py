"""What each refusal and failure of Runway means."""

import httpx
import pytest

from providers.error import (
    Broken,
    Busy,
    Denied,
    Moderated,
    OutOfCredits,
    Passing,
    ProviderError,
    Refused,
    SubmitLost,
    Unreachable,
)
from providers.http import Http
from providers.runway.failure import QUOTA_SECONDS, answered, failed

TASKS: list[tuple[str | None, type[ProviderError]]] = [
    ("SAFETY.INPUT.TEXT", Moderated),
    ("SAFETY.INPUT.IMAGE", Moderated),
    ("SAFETY.OUTPUT.VIDEO", Moderated),
    ("SAFETY", Moderated),
    ("INPUT_PREPROCESSING.SAFETY.TEXT", Moderated),
    ("ASSET.INVALID", Refused),
    ("INTERNAL.BAD_OUTPUT.CODE01", Broken),
    ("INTERNAL", Broken),
    ("INPUT_PREPROCESSING.INTERNAL", Broken),
    (None, Broken),
    ("SOMETHING.NEW", Refused),
]


@pytest.mark.parametrize(("code", "error"), TASKS)
def test_a_failed_task(code: str | None, error: type[ProviderError]) -> None:
    found = failed(code, "it did not work out")
    assert type(found) is error
    assert found.code == code
    assert "it did not work out" in found.message


def test_an_input_that_cannot_be_used_is_told_as_one() -> None:
    assert failed("ASSET.INVALID", "too dark").message == "Runway cannot use an input: too dark"


# Status, headers, text, what it means for a create, and for any other call.
ANSWERS: list[tuple[int, dict[str, str], str, type[ProviderError], type[ProviderError]]] = [
    (400, {}, "Validation of body failed", Refused, Refused),
    (400, {}, "You do not have enough credits to run this task.", OutOfCredits, OutOfCredits),
    (400, {}, "Insufficient credits", OutOfCredits, OutOfCredits),
    (400, {}, "The credits page moved", Refused, Refused),
    (400, {"x-should-retry": "true"}, "Not now", Busy, Busy),
    (401, {}, "The API key is not valid", Denied, Denied),
    (403, {}, "Not for this key", Denied, Denied),
    (404, {}, "Not found", Refused, Refused),
    (404, {}, "No credits here", Refused, Refused),
    (405, {}, "Method not allowed", Refused, Refused),
    (408, {}, "Too slow", Unreachable, Unreachable),
    (409, {}, "Conflict", Busy, Busy),
    (429, {}, "Daily limit", Passing, Busy),
    (429, {"x-should-retry": "false"}, "Daily limit", Passing, Busy),
    (429, {"x-should-retry": "true"}, "Daily limit", Passing, Busy),
    (500, {}, "Oops", SubmitLost, Unreachable),
    (500, {"x-should-retry": "true"}, "Oops", Unreachable, Unreachable),
    (500, {"x-should-retry": "false"}, "Oops", SubmitLost, Unreachable),
    (502, {}, "Bad gateway", SubmitLost, Unreachable),
    (502, {"x-should-retry": "false"}, "Bad gateway", SubmitLost, Unreachable),
    (502, {"x-should-retry": "true"}, "Bad gateway", Unreachable, Unreachable),
    (503, {}, "Unavailable", Unreachable, Unreachable),
    (503, {"x-should-retry": "true"}, "Unavailable", Unreachable, Unreachable),
    (504, {}, "Gateway timeout", SubmitLost, Unreachable),
    (504, {"x-should-retry": "true"}, "Gateway timeout", Unreachable, Unreachable),
    (503, {"x-should-retry": "false"}, "Unavailable", SubmitLost, Unreachable),
    (520, {}, "Who knows", SubmitLost, Unreachable),
]


@pytest.mark.parametrize(("status", "headers", "told", "of_create", "of_other"), ANSWERS)
def test_an_answer(
    status: int,
    headers: dict[str, str],
    told: str,
    of_create: type[ProviderError],
    of_other: type[ProviderError],
) -> None:
    response = httpx.Response(status, headers=headers, json={"error": told})
    http = Http("Runway", "http://127.0.0.1:1")
    for submits, error in ((True, of_create), (False, of_other)):
        found = answered(http, response, submits=submits)
        assert type(found) is error
        assert found.code == str(status)
        assert told in found.message
        assert found.message.startswith("Runway")


@pytest.mark.parametrize(
    ("headers", "submits", "seconds"),
    [
        ({}, True, QUOTA_SECONDS),
        ({}, False, None),
        ({"retry-after": "7"}, True, 7.0),
        ({"retry-after": "7"}, False, 7.0),
        ({"retry-after": "0"}, True, QUOTA_SECONDS),
    ],
)
def test_when_there_is_room_again(
    headers: dict[str, str], submits: bool, seconds: float | None
) -> None:
    found = answered(
        Http("Runway", "http://127.0.0.1:1"),
        httpx.Response(429, headers=headers, json={"error": "Daily limit"}),
        submits=submits,
    )
    assert isinstance(found, Passing)
    assert found.retry_in == seconds


@pytest.mark.parametrize(
    ("body", "field", "problems"),
    [
        ({"error": "x", "issues": [{"path": ["ratio"], "message": "Required"}]}, "aspectRatio", ("ratio: Required",)),
        ({"error": "promptText is too long"}, "prompt", ()),
        ({"error": "Invalid `seed`"}, "seed", ()),
        ({"error": "The seed of all evil"}, None, ()),
        ({"error": "x", "issues": [3, {"path": "y"}]}, None, (": None",)),
        ({"error": "x", "issues": 3}, None, ()),
        ({}, None, ()),
        ([], None, ()),
    ],
)  # fmt: skip
def test_which_parameter_is_at_fault(
    body: object, field: str | None, problems: tuple[str, ...]
) -> None:
    found = answered(Http("Runway", "http://127.0.0.1:1"), httpx.Response(400, json=body))
    assert isinstance(found, Refused)
    assert (found.field, found.problems) == (field, problems)


def test_an_answer_that_cannot_be_read() -> None:
    found = answered(Http("Runway", "http://127.0.0.1:1"), httpx.Response(400, content=b"<html>"))
    assert isinstance(found, Refused)
    assert "nothing that can be read" in found.message


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("Failed to fetch https://a.example/x.png?_jwt=secret now", "https://a.example/x.png now"),
        ("Invalid data:image/png;base64,c2VjcmV0 there", "Invalid data:image/png there"),
    ],
)
def test_what_is_told_holds_no_signature_and_no_bytes(told: str, kept: str) -> None:
    response = httpx.Response(400, json={"error": told, "issues": [{"path": [], "message": told}]})
    refused = answered(Http("Runway", "http://127.0.0.1:1"), response)
    assert isinstance(refused, Refused)
    for message in (refused.message, *refused.problems, failed("INTERNAL", told).message):
        assert kept in message
        assert "secret" not in message
        assert "c2VjcmV0" not in message
