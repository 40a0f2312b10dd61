"""Scalars beyond GraphQL's own."""

from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

Long = NewType("Long", int)
LONG_MAX = 2**63 - 1
TWO = [f"{number:02}" for number in range(100)]
THREE = [f"{number:03}" for number in range(1000)]


def _long(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > LONG_MAX:
        raise ValueError("a whole number of at most 64 bits is wanted")
    return value


def parse_instant(value: Any) -> datetime:
    """An ISO instant with its offset; one without would mean something else to everyone."""
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError("an ISO instant such as 2026-01-31T12:00:00Z is wanted") from None
    if moment.tzinfo is None:
        raise ValueError("the instant lacks its offset; end it with Z for UTC")
    return moment.astimezone(UTC)


@lru_cache
def _day(ordinal: int) -> str:
    return date.fromordinal(ordinal).isoformat()


def iso(moment: datetime) -> str:
    """As `isoformat` tells it in milliseconds, with a Z: put together, as that takes thrice as
    long and times are the dearest values of an answer."""
    if moment.tzinfo is not UTC:
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return (
        f"{_day(moment.toordinal())}T{TWO[moment.hour]}:{TWO[moment.minute]}:{TWO[moment.second]}"
        f".{THREE[moment.microsecond // 1000]}Z"
    )


SCALARS: dict[object, ScalarDefinition] = {
    Long: strawberry.scalar(
        name="Long",
        description="A whole number of up to 64 bits.",
        serialize=int,
        parse_value=_long,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="An instant, ISO 8601 with its offset, such as `2026-01-31T12:00:00.000Z`.",
        specified_by_url="https://datatracker.ietf.org/doc/html/rfc3339",
        serialize=iso,
        parse_value=parse_instant,
    ),
}
