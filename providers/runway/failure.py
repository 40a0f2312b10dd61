"""What Runway's refusals and failures mean for a job."""

import re
from collections.abc import Mapping
from typing import Any

import httpx
import orjson

from providers.error import (
    Broken,
    Busy,
    Moderated,
    OutOfCredits,
    Passing,
    ProviderError,
    Refused,
    SubmitLost,
)
from providers.http import Http, seconds_of
from providers.runway.parameter import PARAMETERS

# A quota counts 24 hours back, so that room comes little by little.
QUOTA_SECONDS = 600.0
# There is no code for it: the text of a 400 tells.
NO_CREDITS = re.compile(r"\b(enough|insufficient|out of|no|more) (\w+ )?credits?\b", re.IGNORECASE)
TOLD_MOST = 500
SIGNED = re.compile(r"(https?://[^\s?]+|data:[\w/+.-]+)[?;]\S*")


def answered(http: Http, response: httpx.Response, *, submits: bool = False) -> ProviderError:
    """What an answer that is no success means.

    A create that met a 5xx may have been accepted, also where a gateway answers in place of
    Runway: it is lost, unless the answer itself says that it may be asked again. Runway bounds no
    rate of calls, so a create's 429 is the quota of its model, and no matter of others.
    """
    status, told, problems = response.status_code, *_told(response)
    message = f"{http.name} answered {status}: {told}"
    again = response.headers.get("x-should-retry")
    if status == 400 and NO_CREDITS.search(told):
        return OutOfCredits(message, code=str(status))
    retry_after = response.headers.get("retry-after")
    wait = seconds_of(retry_after)
    if status == 429 and submits:
        return Passing(message, code="429", retry_in=wait or QUOTA_SECONDS)
    if status in (409, 429) or (status < 500 and again == "true"):
        return Busy(message, code=str(status), retry_in=wait)
    if submits and status >= 500 and not _not_accepted(status, again):
        return SubmitLost(message, code=str(status))
    if status in (400, 404, 405, 422):
        return Refused(message, code=str(status), field=_field(told, problems), problems=problems)
    return http.refusal(
        status, message.removeprefix(f"{http.name} "), code=str(status), retry_after=retry_after
    )


def _not_accepted(status: int, again: str | None) -> bool:
    """Whether a create surely came to nothing."""
    return again == "true" or (status == 503 and again != "false")


def _told(response: httpx.Response) -> tuple[str, tuple[str, ...]]:
    """What the answer says, and its single complaints."""
    try:
        body = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        return "nothing that can be read", ()
    if not isinstance(body, dict):
        return "nothing that can be read", ()
    issues = body.get("issues")
    found = [_issue(one) for one in issues] if isinstance(issues, list) else []
    return _plain(str(body.get("error") or "no reason")), tuple(one for one in found if one)


def _plain(told: str) -> str:
    """A text without what may not be kept: bytes, and what signs an address."""
    return SIGNED.sub(r"\1", told)[:TOLD_MOST]


def _issue(one: Any) -> str:
    if not isinstance(one, Mapping):
        return ""
    path = one.get("path")
    place = ".".join(map(str, path)) if isinstance(path, list) else ""
    return _plain(f"{place}: {one.get('message')}")


def _field(told: str, problems: tuple[str, ...]) -> str | None:
    """The parameter of ours that is named, if one is: by its place, or as no word is written."""
    for name, parameter in PARAMETERS.items():
        wire = re.escape(parameter.wire.rpartition(".")[2])
        apart = rf"\b{wire}\b" if wire != wire.lower() else rf"[`'\"]{wire}[`'\"]"
        if re.search(apart, told) or any(re.match(rf"(\w+\.)*{wire}\b", one) for one in problems):
            return name
    return None


def failed(code: str | None, reason: str) -> ProviderError:
    """What a failed task means, by the words of its code. What has no code or is internal may go
    well another time; a code that we do not know is left to a person."""
    words = (code or "INTERNAL").split(".")
    message = f"Runway failed at it: {_plain(reason)}"
    if "SAFETY" in words:
        return Moderated(message, code=code)
    if words[0] == "ASSET":
        return Refused(f"Runway cannot use an input: {_plain(reason)}", code=code)
    if "INTERNAL" in words:
        return Broken(message, code=code)
    return Refused(message, code=code)
