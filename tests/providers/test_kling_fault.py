"""Every code of Kling, and what may be done about it."""

import pytest

from providers.contract import Request
from providers.error import (
    Busy,
    Denied,
    Moderated,
    OutOfCredits,
    Passing,
    ProviderError,
    Refused,
    SubmitLost,
    Unreachable,
)
from providers.event import Done
from providers.kling.fault import TOLD_MOST, of_code, of_failure
from tests.providers.conforming import followed, new_job
from tests.providers.kling_help import wanted
from tests.providers.kling_running import Running, kling, kling_process
from tests.providers.misbehaving import Way

__all__ = ["kling", "kling_process"]
TEXT = wanted("text_to_video", prompt="a fox")
CODES: list[tuple[int, int, type[ProviderError]]] = [
    (401, 1000, Denied),
    (401, 1001, Denied),
    (401, 1002, Denied),
    (401, 1003, Denied),
    (401, 1004, Denied),
    (429, 1100, OutOfCredits),
    (429, 1101, OutOfCredits),
    (429, 1102, OutOfCredits),
    (403, 1103, Denied),
    (400, 1200, Refused),
    (400, 1201, Refused),
    (404, 1202, Refused),
    (404, 1203, Refused),
    (400, 1300, Moderated),
    (400, 1301, Moderated),
    (429, 1302, Busy),
    (429, 1303, Busy),
    (429, 1304, Denied),
    # Of these two nobody knows whether something was begun.
    (500, 5000, SubmitLost),
    (504, 5002, SubmitLost),
    (503, 5001, Unreachable),
    # Of no code that is known, the status speaks.
    (400, 1999, Refused),
    (200, 1999, Refused),
    (401, 1999, Denied),
    (429, 1999, Busy),
]


def answer(code: int) -> bytes:
    return b'{"code": %d, "message": "so it is", "request_id": "r"}' % code


@pytest.mark.anyio
@pytest.mark.parametrize(("status", "code", "kind"), CODES)
async def test_a_code_says_what_may_be_done(
    kling: Running, status: int, code: int, kind: type[ProviderError]
) -> None:
    kling.front.meet(Way.STATUS, method="POST", status=status, body=answer(code))
    with pytest.raises(ProviderError) as raised:
        await kling.provider().submit(new_job(TEXT))
    assert type(raised.value) is kind
    assert raised.value.code == str(code)
    assert raised.value.message.startswith("Kling: so it is")
    assert not kling.server.tasks


@pytest.mark.anyio
@pytest.mark.parametrize(("status", "code", "kind"), CODES)
async def test_it_says_the_same_while_a_job_is_followed(
    kling: Running, status: int, code: int, kind: type[ProviderError]
) -> None:
    provider, job = kling.provider(), new_job(TEXT)
    number = (await provider.submit(job)).number
    kling.front.meet(Way.STATUS, method="GET", status=status, body=answer(code))
    if code == 1203:  # absent once is not gone
        await followed(provider, job, number)
        return
    with pytest.raises(ProviderError) as raised:
        await followed(provider, job, number)
    assert type(raised.value) is (Unreachable if kind is SubmitLost else kind)


@pytest.mark.anyio
@pytest.mark.parametrize("request_", [TEXT, wanted("text_to_video", prompt="x", model="kling-3.0")])
@pytest.mark.parametrize("body", [b"<html>", b"{}", b'{"code": 0}', b'{"code": %d}'])
@pytest.mark.parametrize("status", [400, 401, 403, 404, 500])
async def test_what_stands_before_kling_does_not_tell_how_a_job_is(
    kling: Running, request_: Request, body: bytes, status: int
) -> None:
    provider, job = kling.provider(), new_job(request_)
    number = (await provider.submit(job)).number
    told = body.replace(b"%d", str(status).encode())
    kling.front.meet(Way.STATUS, method="GET", status=status, body=told)
    with pytest.raises(Unreachable):
        await followed(provider, job, number)
    assert isinstance((await followed(provider, job, number))[-1], Done)


@pytest.mark.anyio
async def test_who_is_not_let_in_before_kling_is_told(kling: Running) -> None:
    kling.front.meet(Way.STATUS, method="GET", status=403, body=b"<html>")
    with pytest.raises(Denied):
        await kling.provider().health()


@pytest.mark.anyio
async def test_a_failure_nobody_told_of_leaves_a_submit_open(kling: Running) -> None:
    kling.front.meet(Way.STATUS, method="POST", status=500, body=answer(5999))
    with pytest.raises(SubmitLost):
        await kling.provider().submit(new_job(TEXT))


@pytest.mark.parametrize(
    ("code", "said", "told"),
    [(1303, None, 1.0), (1302, 0.2, 1.0), (1303, 9.0, 9.0), (5001, None, None), (5001, 3.0, 3.0)],
)
def test_it_says_when_to_come_again(code: int, said: float | None, told: float | None) -> None:
    fault = of_code(code, "later", retry_in=said)
    assert isinstance(fault, Passing)
    assert fault.retry_in == told


def test_a_code_that_is_not_known_means_nothing() -> None:
    assert of_code(1999, "new") is None


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("cannot read https://m.example/a.png?sig=x", "cannot read https://m.example/a.png"),
        ("", "no reason was given"),
        ("x" * 9999, "x" * TOLD_MOST),
    ],
)
def test_a_message_is_short_and_opens_nothing(message: str, told: str) -> None:
    fault = of_code(1201, message)
    assert fault is not None
    assert fault.message == of_failure(message).message == f"Kling: {told}"
