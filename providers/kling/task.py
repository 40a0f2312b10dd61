"""A task at Kling, read from either design."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from providers.cost import Cost
from providers.event import Output
from providers.hint import MediaType
from providers.kling.offer import NEW, Design
from providers.value import identifier, mapping, text

SUBMITTED = "submitted"
FAILED = "failed"
# The one word in which the designs differ.
SUCCEEDED = frozenset({"succeed", "succeeded"})
MEDIA: Mapping[str, MediaType] = {"video": "VIDEO", "image": "IMAGE", "audio": "AUDIO"}


@dataclass(frozen=True)
class Task:
    """What Kling says of a job. `whole` is all of it."""

    number: str
    key: str | None
    status: str
    message: str
    outputs: tuple[Output, ...]
    cost: Cost | None
    whole: Mapping[str, Any]

    @property
    def has_ended(self) -> bool:
        return self.status == FAILED or self.status in SUCCEEDED

    @property
    def is_empty(self) -> bool:
        """Whether it is said to be done, without results."""
        return self.status in SUCCEEDED and not self.outputs


def read(design: Design, whole: Mapping[str, Any]) -> Task | None:
    """A task as an answer or a callback holds it; None for what is none."""
    return _new(whole) if design is NEW else _old(whole)


def key_of(whole: Mapping[str, Any]) -> str | None:
    """Our own key in a task of either design."""
    return text(whole.get("external_id")) or text(
        mapping(whole.get("task_info")).get("external_task_id")
    )


def _old(whole: Mapping[str, Any]) -> Task | None:
    number = identifier(whole.get("task_id"))
    if number is None:
        return None
    result = mapping(whole.get("task_result"))
    outputs = (
        *_outputs("video", _objects(result.get("videos"))),
        *_outputs("image", _objects(result.get("images"))),
    )
    return Task(
        number,
        key_of(whole),
        text(whole.get("task_status")) or SUBMITTED,
        text(whole.get("task_status_msg")) or "",
        _numbered(outputs),
        _cost(whole.get("final_unit_deduction"), "units"),
        whole,
    )


def _new(whole: Mapping[str, Any]) -> Task | None:
    number = identifier(whole.get("id"))
    if number is None:
        return None
    made = _objects(whole.get("outputs"))
    outputs = (o for one in made for o in _outputs(str(one.get("type")), [one]))
    return Task(
        number,
        key_of(whole),
        text(whole.get("status")) or SUBMITTED,
        text(whole.get("message")) or "",
        _numbered(tuple(outputs)),
        _billed(_objects(whole.get("billing"))),
        whole,
    )


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _outputs(sort: str, made: list[Mapping[str, Any]]) -> Iterator[Output]:
    """Those with an address; elements and voices are no media."""
    for one in made if sort in MEDIA else ():
        if address := text(one.get("url")):
            number = identifier(one.get("id"))
            known = {f"{sort}_id": number} if number else {}
            yield Output(0, MEDIA[sort], address, number, known)


def _numbered(outputs: tuple[Output, ...]) -> tuple[Output, ...]:
    return tuple(
        Output(index, one.media_type, one.source, one.number, one.uploads)
        for index, one in enumerate(outputs)
    )


def _billed(bills: list[Mapping[str, Any]]) -> Cost | None:
    """What was paid in money, or else in units of a package."""
    costs = [_cost(bill.get("amount"), _unit(bill)) for bill in bills]
    known = sorted((cost for cost in costs if cost), key=lambda cost: cost.unit == "units")
    if not known:
        return None
    unit = known[0].unit
    return Cost(sum((cost.amount for cost in known if cost.unit == unit), Decimal()), unit)


def _unit(bill: Mapping[str, Any]) -> str:
    return "units" if bill.get("charge_type") == "unit" else text(bill.get("currency")) or "USD"


def _cost(amount: object, unit: str) -> Cost | None:
    if isinstance(amount, bool) or not isinstance(amount, str | int | float):
        return None
    try:
        found = Decimal(str(amount))
    except InvalidOperation:
        return None
    return Cost(found, unit) if found.is_finite() and found >= 0 else None
