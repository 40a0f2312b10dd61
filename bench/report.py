"""Keeps figures as JSON."""

import dataclasses
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar, Protocol

import orjson

RESULTS = Path(__file__).parent / "results"


class Report(Protocol):
    """What a part found, as a dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    def lines(self) -> Iterator[str]:
        """As tables to print."""
        ...


def keep(reports: Mapping[str, Report]) -> Path:
    """Writes all of them to one file, named for the instant."""
    RESULTS.mkdir(exist_ok=True)
    at = datetime.now(UTC)
    path = RESULTS / f"{at:%Y-%m-%dT%H%M%SZ}.json"
    told = {"at": at, **{part: dataclasses.asdict(each) for part, each in reports.items()}}
    path.write_bytes(orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS))
    return path
