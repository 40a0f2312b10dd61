"""Every error code of PixVerse, wherever it comes, is what may be done about it."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from providers.contract import Job, Request
from providers.error import (
    Busy,
    Denied,
    Moderated,
    OutOfCredits,
    ProviderError,
    Refused,
    SubmitLost,
    Unreachable,
)
from providers.event import Failed
from providers.pixverse.codes import CODES, error_of
from providers.pixverse.provider import PixVerse
from tests.providers.conforming import new_job, outcome
from tests.providers.misbehaving import Way
from tests.providers.pixverse_requests import CASES
from tests.providers.pixverse_server import KEY, PixVerseServer, Standing, provider_at, standing

pytestmark = pytest.mark.anyio
# Code, error, parameter at fault.
TABLE: list[tuple[int, type[ProviderError], str | None]] = [
    (400011, Refused, None),
    (400012, Denied, None),
    (400013, Refused, None),
    (400017, Refused, None),
    (400018, Refused, "prompt"),
    (400019, Refused, "prompt"),
    (400032, Refused, None),
    (500008, Refused, None),
    (500020, Denied, None),
    (500030, Refused, None),
    (500031, Refused, None),
    (500032, Refused, None),
    (500033, Refused, None),
    (500041, Unreachable, None),
    (500042, Unreachable, None),
    (500044, Busy, None),
    (500052, Moderated, None),
    (500054, Moderated, None),
    (500060, Refused, "template"),
    (500063, Moderated, None),
    (500064, Refused, None),
    (500069, Busy, None),
    (500070, Refused, "template"),
    (500071, Refused, "resolution"),
    (500090, OutOfCredits, None),
    *((code, Denied, None) for code in range(10001, 10006)),
    # These leave open what became of a submit.
    (500100, SubmitLost, None),
    (99999, SubmitLost, None),
    # Nobody told us of this one, and it is a refusal.
    (777777, Refused, None),
]


@pytest.fixture(scope="module")
def address() -> Iterator[Standing]:
    with standing() as made:
        yield made


@pytest.fixture
def server(address: Standing) -> PixVerseServer:
    return address.anew()


@pytest.fixture
async def provider(address: Standing, server: PixVerseServer) -> AsyncIterator[PixVerse]:
    made = provider_at(address.url)
    yield made
    await made.close()


def fox() -> Job:
    return new_job(CASES["text"].request())


@pytest.mark.parametrize(("code", "error", "field"), TABLE)
async def test_a_code_on_a_submit(
    provider: PixVerse,
    server: PixVerseServer,
    code: int,
    error: type[ProviderError],
    field: str | None,
) -> None:
    server.refuse(code, "text/generate", f"because of {KEY}")
    with pytest.raises(error) as raised:
        await provider.submit(fox())
    assert type(raised.value) is error
    assert raised.value.code == str(code)
    assert getattr(raised.value, "field", None) == field
    assert "because of" in raised.value.message
    assert KEY not in raised.value.message
    assert not server.jobs


def test_every_code_is_in_the_table() -> None:
    assert {str(code) for code, *_ in TABLE} >= set(CODES)


@pytest.mark.parametrize(("code", "error", "field"), TABLE)
def test_a_code_of_an_answer_that_begins_nothing(
    code: int, error: type[ProviderError], field: str | None
) -> None:
    found = error_of(str(code), "")
    assert type(found) is (Unreachable if error is SubmitLost else error)
    assert getattr(found, "retry_in", None) is None


@pytest.mark.parametrize(("code", "error", "_field"), TABLE)
async def test_a_code_on_an_upload(
    provider: PixVerse,
    server: PixVerseServer,
    code: int,
    error: type[ProviderError],
    _field: str | None,
) -> None:
    """Moderation comes with status 500 there, spelled in lower case."""
    server.refuse(code, "image/upload")
    with pytest.raises(Unreachable if error is SubmitLost else error) as raised:
        await provider.submit(new_job(CASES["image"].request()))
    assert raised.value.code == str(code)
    if isinstance(raised.value, Refused):
        assert raised.value.field == "image"
    assert not server.jobs


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (500063, Moderated),
        (500064, Refused),
        (500069, Busy),
        (500100, Unreachable),
        (10003, Denied),
        (777777, Refused),
    ],
)
async def test_a_code_on_a_poll(
    provider: PixVerse, server: PixVerseServer, code: int, error: type[ProviderError]
) -> None:
    job = fox()
    number = (await provider.submit(job)).number
    server.refuse(code, "")
    with pytest.raises(error):
        await outcome(provider, job, number)


async def test_what_will_not_change_is_told_as_the_end(
    provider: PixVerse, server: PixVerseServer
) -> None:
    job = fox()
    number = (await provider.submit(job)).number
    server.refuse(500063, "")
    events = [event async for event in provider.follow(job, number, asyncio.Event())]
    assert isinstance(events[-1], Failed)


async def test_what_stays_missing_may_have_been_billed(
    provider: PixVerse, server: PixVerseServer
) -> None:
    """What was just begun may take a moment to be found. PixVerse may know it by another key."""
    job = fox()
    number = (await provider.submit(job)).number
    for _ in range(2):
        server.refuse(500008, "")
    await outcome(provider, job, number)
    for _ in range(3):
        server.refuse(500008, "")
    (failed,) = [event async for event in provider.follow(job, number, asyncio.Event())]
    assert isinstance(failed, Failed)
    assert type(failed.error) is Refused
    assert failed.error.code == "500008"
    assert "under this key" in failed.error.message


# Status, error on a submit, on an upload, on a poll, where nothing else is said.
BARE = [
    (200, SubmitLost, Unreachable, Unreachable),
    (400, Refused, Refused, Unreachable),
    (401, Denied, Denied, Unreachable),
    (403, Denied, Denied, Unreachable),
    (404, Refused, Refused, Unreachable),
    (413, Refused, Refused, Unreachable),
    (429, Busy, Busy, Busy),
    (500, SubmitLost, Unreachable, Unreachable),
    (502, SubmitLost, Unreachable, Unreachable),
    (503, Unreachable, Unreachable, Unreachable),
    (504, SubmitLost, Unreachable, Unreachable),
]


@pytest.mark.parametrize("body", [b"", b"{}", b"<html>", b'{"ErrCode":', b"[1]", b'"no"'])
@pytest.mark.parametrize(("status", "submit", "upload", "poll"), BARE)
async def test_an_answer_without_a_code(
    provider: PixVerse,
    server: PixVerseServer,
    status: int,
    submit: type[ProviderError],
    upload: type[ProviderError],
    poll: type[ProviderError],
    body: bytes,
) -> None:
    server.app.meet(Way.STATUS, path=".*/text/generate", status=status, body=body)
    with pytest.raises(submit) as raised:
        await provider.submit(fox())
    assert type(raised.value) is submit
    server.app.meet(Way.STATUS, path=".*/image/upload", status=status, body=body)
    with pytest.raises(upload) as raised:
        await provider.submit(new_job(CASES["image"].request()))
    assert type(raised.value) is upload
    server.app.meet(Way.STATUS, path=".*/result/.*", status=status, body=body)
    with pytest.raises(poll) as raised:
        await outcome(provider, fox(), "video:5")
    assert type(raised.value) is poll


async def test_when_to_come_again_is_heard(provider: PixVerse, server: PixVerseServer) -> None:
    headers = {"retry-after": "7"}
    server.app.meet(Way.STATUS, status=429, headers=headers)
    with pytest.raises(Busy) as busy:
        await provider.submit(fox())
    assert busy.value.retry_in == 7
    body = b'{"ErrCode": 500044, "ErrMsg": "busy"}'
    server.app.meet(Way.STATUS, status=200, body=body, headers=headers)
    with pytest.raises(Busy) as busy:
        await provider.submit(fox())
    assert busy.value.retry_in == 7


async def test_an_unknown_code_is_read_by_its_status(
    provider: PixVerse, server: PixVerseServer
) -> None:
    body = b'{"err_code": 1, "err_msg": "?"}'
    server.app.meet(Way.STATUS, status=500, body=body)
    with pytest.raises(SubmitLost):
        await provider.submit(fox())
    server.app.meet(Way.STATUS, status=403, body=body)
    with pytest.raises(Denied):
        await provider.submit(Job(fox().key, Request("text_to_video", {"prompt": "a fox"})))


async def test_a_known_code_counts_whatever_the_status(
    provider: PixVerse, server: PixVerseServer
) -> None:
    body = b'{"ErrCode": 500090, "ErrMsg": "no credits"}'
    for status in (200, 403, 500):
        server.app.meet(Way.STATUS, status=status, body=body)
        with pytest.raises(OutOfCredits):
            await provider.submit(fox())
