"""Log lines: for people as text, for collectors as a JSON object each."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from settings import Settings
from telemetry.request import NONE, REQUEST_ID

# At DEBUG these would tell parameters of queries and addresses that let their holder in.
DISCREET = {"neo4j": logging.INFO, "httpx": logging.WARNING, "httpcore": logging.WARNING}
# Of each WebSocket, with its query string; our own line tells of it.
_CHATTER = ('%s - "WebSocket', "connection open", "connection closed")


def configure(settings: Settings) -> None:
    """Makes standard error the log of this process."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if settings.log_format == "json" else TextLines())
    handler.addFilter(_is_news)
    logging.basicConfig(level=settings.log_level, handlers=[handler], force=True)
    for name, least in DISCREET.items():
        logging.getLogger(name).setLevel(max(least, logging.getLogger().level))


def with_facts(**facts: Any) -> Mapping[str, Any]:
    """`extra` of a log call: members of its own in a JSON line."""
    return {"facts": facts}


class JsonLines(logging.Formatter):
    """One object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "pid": record.process,
        }
        if (request := REQUEST_ID.get()) != NONE:
            line["request"] = request
        line |= getattr(record, "facts", {})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


class TextLines(logging.Formatter):
    """A sentence a line; what an exception tells comes below it."""

    def __init__(self) -> None:
        super().__init__("%(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  logging's name
        line, request = super().formatMessage(record), REQUEST_ID.get()
        return line if request == NONE else f"{line} [{request}]"


def _is_news(record: logging.LogRecord) -> bool:
    return record.name != "uvicorn.error" or not str(record.msg).startswith(_CHATTER)
