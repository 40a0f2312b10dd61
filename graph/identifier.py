"""Ids and instants: UUIDv7 strings that sort by the time they were made."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

import uuid_utils


def new_id() -> str:
    return str(uuid_utils.uuid7())


def now() -> datetime:
    """This instant, in UTC, to the millisecond: as precise as an id."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def instant(millis: int) -> datetime:
    return datetime.fromtimestamp(millis / 1000, UTC)


def maybe_instant(millis: int | None) -> datetime | None:
    return None if millis is None else instant(millis)


def first_id_at(moment: datetime) -> str:
    """The smallest id that could be made at this instant, so a date bounds an id."""
    digits = f"{max(milliseconds(moment), 0):012x}"
    return f"{digits[:8]}-{digits[8:]}-0000-0000-000000000000"


def made_at(number: str) -> datetime:
    """The instant at which an id was made."""
    return instant(int(number[:8] + number[9:13], 16))


def canonical(value: Mapping[str, object]) -> str:
    """A map as the one text it is stored as."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
