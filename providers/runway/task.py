"""What a task object says: pure, so that every state of it can be tried."""

import mimetypes
from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

from providers.address import without_queries
from providers.contract import Request
from providers.cost import Cost
from providers.error import Refused
from providers.event import Cancelled, Done, Event, Failed, Model, Output, Progress, Queued
from providers.hint import MediaType
from providers.runway.body import body_of
from providers.runway.failure import failed
from providers.runway.models import model_of
from providers.runway.price import cost_of

Task = Mapping[str, Any]
ENDED = ("SUCCEEDED", "FAILED", "CANCELLED")
WAITING = ("PENDING", "THROTTLED")
NO_OUTPUT = (
    "Runway says that it is done, and gives no file. It is not made anew, as that would be billed "
    "again; Runway's support can look for task {}."
)
MEDIA: Mapping[str, MediaType] = {"image": "IMAGE", "video": "VIDEO", "audio": "AUDIO"}


def has_ended(task: Task) -> bool:
    return task.get("status") in ENDED


def lacks_output(task: Task) -> bool:
    """Whether it succeeded, and does not tell where what it made can be fetched."""
    return task.get("status") == "SUCCEEDED" and not _urls(task)


def events_of(task: Task, request: Request) -> list[Event]:
    """What a task that was just read tells; one that has ended tells all of it again."""
    status = task.get("status")
    if status in WAITING:
        return [Queued()]
    if status == "SUCCEEDED":
        return _succeeded(task, request)
    if status == "FAILED":
        error = failed(_text(task, "failureCode"), _text(task, "failure") or "no reason")
        return [Failed(error, _cost(task))]
    if status == "CANCELLED":
        return [Cancelled(_cost(task))]
    return [Progress(_fraction(task), str(status or "unknown").lower())]


def credits_of(answer: Task, name: str) -> Cost | None:
    """The credits that a field of an answer tells."""
    found = answer.get(name)
    return cost_of(found.get("credits")) if isinstance(found, Mapping) else None


def _succeeded(task: Task, request: Request) -> list[Event]:
    urls, number, model = _urls(task), str(task.get("id")), model_of(request)
    if not urls:
        return [Failed(Refused(NO_OUTPUT.format(number)), _cost(task))]
    # Only a draft can be taken up again by its task.
    again = {"task_id": number} if request.parameters.get("draft") else {}
    outputs = [
        Output(index, media_type_of(url, model.output), url, number, again)
        for index, url in enumerate(urls)
    ]
    seed = body_of(request, [""] * len(request.inputs))[1].get("seed")
    end = Done(_cost(task), seed, (Model(model.sent or model.name),), without_queries(task))
    return [*outputs, end]


def media_type_of(url: str, usual: MediaType) -> MediaType:
    """By the name of the file, as some models give back what they were given."""
    split = _split(url)
    guessed, _ = mimetypes.guess_type(split.path if split else "")
    return MEDIA.get((guessed or "").partition("/")[0], usual)


def _urls(task: Task) -> list[str]:
    """The addresses of what was made; whatever else stands there is left out."""
    output = task.get("output")
    listed = output if isinstance(output, list) else []
    return [url for url in listed if isinstance(url, str) and _split(url)]


def _split(url: str) -> SplitResult | None:
    """None for what is no address of a file."""
    try:
        split = urlsplit(url)
    except ValueError:
        return None
    return split if split.scheme in ("http", "https") and split.hostname else None


def _cost(task: Task) -> Cost | None:
    return credits_of(task, "cost")


def _text(task: Task, name: str) -> str | None:
    value = task.get(name)
    return value if isinstance(value, str) and value else None


def _fraction(task: Task) -> float | None:
    value = task.get("progress")
    return min(max(float(value), 0.0), 1.0) if isinstance(value, int | float) else None
