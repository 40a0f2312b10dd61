"""What PixVerse says of a job, as events."""

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

from providers.address import without_queries
from providers.contract import Job
from providers.cost import Cost
from providers.error import Broken, Moderated, Refused, Unreachable
from providers.event import Done, Event, Failed, Model, Output, Progress, Queued
from providers.hint import MediaType
from providers.pixverse.endpoint import chosen

DONE, PENDING, DELETED, REJECTED, FAILED = 1, 2, 6, 7, 8
ENDS = frozenset({DONE, DELETED, REJECTED, FAILED})
NOTHING = Cost(Decimal(0), "credits")
OUTPUTS: Mapping[str, tuple[MediaType, str]] = {
    "video": ("VIDEO", "video_id"),
    "image": ("IMAGE", "image_id"),
}


def status_of(answer: Mapping[str, Any]) -> int | None:
    """How far it is; None where that is not told."""
    status = str(answer.get("status") or "")
    return int(status) if status.isdecimal() else None


def going_on(status: int | None) -> Event:
    """What a status says that is no end; other ones than those we know are under way too."""
    return Queued() if status == PENDING else Progress(stage="generating")


def ending(job: Job, number: str, answer: Mapping[str, Any]) -> Iterator[Event]:
    """How it ended: an output and the end, or the failure, whose credits PixVerse gives back
    whatever price it still tells."""
    cost = cost_of(answer)
    match status_of(answer):
        case 1:
            yield _output(number, answer)
            yield Done(cost, _seed(answer), _models(job), _told(answer))
        case 6:
            yield Failed(Refused("PixVerse: this was deleted there", code="6"), cost)
        case 7:
            told = "PixVerse: its moderation does not let this pass; change text or media"
            yield Failed(Moderated(told, code="7"), NOTHING)
        case _:
            yield Failed(Broken("PixVerse: it failed to make this", code="8"), NOTHING)


def cost_of(answer: Mapping[str, Any]) -> Cost | None:
    """The credits that an answer tells; some calls spell the word in the singular."""
    told = answer.get("credits", answer.get("credit"))
    try:
        amount = Decimal(str(told))
    except InvalidOperation:
        return None
    return Cost(amount, "credits") if amount.is_finite() and amount >= 0 else None


def _output(number: str, answer: Mapping[str, Any]) -> Output:
    kind, _, own = number.partition(":")
    media_type, id_kind = OUTPUTS[kind]
    url = answer.get("url")
    if not isinstance(url, str) or urlsplit(url).scheme not in {"http", "https"}:
        raise Unreachable("PixVerse: it is done, and its address is not told yet")
    return Output(0, media_type, url, number=own, uploads={id_kind: own})


def _seed(answer: Mapping[str, Any]) -> int | None:
    seed = answer.get("seed")
    return seed if isinstance(seed, int) and not isinstance(seed, bool) else None


def _models(job: Job) -> tuple[Model, ...]:
    endpoint = chosen(job.request)
    name = endpoint.settled(job.request.parameters).get("model") if endpoint else None
    return (Model(name),) if name else ()


def _told(answer: Mapping[str, Any]) -> dict[str, object]:
    """The answer to keep: an address is good for a while only, and its query may be a secret."""
    kept = {name: without_queries(value) for name, value in answer.items() if name != "url"}
    if "id" in kept:
        kept["id"] = str(kept["id"])
    return kept
