"""Log lines: what is in them, and what must never be."""

import json
import logging
from collections.abc import Iterator

import pytest

from settings import Settings
from telemetry import log
from telemetry.request import REQUEST_ID


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """The logging of the tests, as it was."""
    root = logging.getLogger()
    kept = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in log.DISCREET}
    yield
    root.handlers[:], root.level = kept
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def configured(**changed: object) -> None:
    log.configure(Settings().model_copy(update=changed))


def test_a_line_of_json_has_all_a_collector_needs(capsys: pytest.CaptureFixture[str]) -> None:
    configured(log_format="json")
    token = REQUEST_ID.set("r-1")
    try:
        logging.getLogger("pedigree.api").warning(
            'two\nlines and a "%s"', "quote", extra=log.with_facts(status=503)
        )
    finally:
        REQUEST_ID.reset(token)
    (line,) = capsys.readouterr().err.splitlines()
    told = json.loads(line)
    assert told["time"].endswith("+00:00")
    del told["time"], told["pid"]
    assert told == {
        "level": "WARNING",
        "logger": "pedigree.api",
        "message": 'two\nlines and a "quote"',
        "request": "r-1",
        "status": 503,
    }


def test_an_exception_stays_on_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    configured(log_format="json")
    try:
        int("seven")
    except ValueError:
        logging.getLogger("pedigree.api").exception("it broke")
    (line,) = capsys.readouterr().err.splitlines()
    assert "ValueError: invalid literal" in json.loads(line)["exception"]
    assert "request" not in json.loads(line)


def test_text_is_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    configured()
    logging.getLogger("pedigree.api").info("no request")
    token = REQUEST_ID.set("r-1")
    logging.getLogger("pedigree.api").info("one")
    REQUEST_ID.reset(token)
    said = capsys.readouterr().err
    assert said == "INFO pedigree.api: no request\nINFO pedigree.api: one [r-1]\n"


def test_libraries_that_tell_secrets_are_kept_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    configured(log_level="DEBUG")
    logging.getLogger("neo4j.io").debug("RUN with parameters")
    logging.getLogger("httpx").info("GET https://bucket/signed?secret")
    logging.getLogger("uvicorn.error").info('%s - "WebSocket %s" [accepted]', "host", "/?secret")
    logging.getLogger("pedigree.api").debug("ours")
    assert capsys.readouterr().err == "DEBUG pedigree.api: ours\n"
