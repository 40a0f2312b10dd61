"""What Kling's provider makes of lost answers, cut connections and answers that come twice."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

from providers.contract import Request
from providers.error import Busy, Denied, Passing, Refused, SubmitLost, Unreachable
from providers.event import Done
from providers.kling.api import PAGES_MOST
from providers.kling.provider import LOOKS
from tests.providers.conforming import followed, new_job
from tests.providers.kling_help import LINKED, OWN, A, clip, sound, wanted
from tests.providers.kling_running import Running, kling, kling_process, pair, running
from tests.providers.misbehaving import Way

__all__ = ["kling", "kling_process"]
pytestmark = pytest.mark.anyio
REQUESTS: Mapping[str, Request] = {
    "by key": wanted("text_to_video", prompt="a fox"),
    "in a list": wanted("text_to_image", prompt="a fox"),
    "new": wanted("text_to_video", prompt="a fox", model="kling-3.0"),
    "with a face": wanted("lip_sync", ("video", OWN), ("audio", sound())),
}
TEXT = REQUESTS["by key"]
SUBMIT = r"/(v1/(videos|images)/(text2video|generations|advanced-lip-sync)|text-to-video/.*)"
POLL = r"/(tasks|v1/.*)"


@pytest.mark.parametrize("name", REQUESTS)
@pytest.mark.parametrize("way", [Way.LOST, Way.HALF])
async def test_a_lost_submit_is_looked_up(kling: Running, name: str, way: Way) -> None:
    job, provider = new_job(REQUESTS[name]), kling.provider()
    kling.front.meet(way, method="POST", path=SUBMIT)
    with pytest.raises(SubmitLost):
        await provider.submit(job)
    found = await kling.provider().submit(replace(job, doubtful=True))
    assert isinstance((await followed(provider, job, found.number))[-1], Done)
    assert len(kling.server.tasks) == 1


@pytest.mark.parametrize("name", REQUESTS)
async def test_what_is_lost_twice_can_be_looked_up_once_more(kling: Running, name: str) -> None:
    job, provider = new_job(REQUESTS[name]), kling.provider()
    kling.front.meet(Way.UNHEARD, method="POST", path=SUBMIT, times=2)
    with pytest.raises(SubmitLost):
        await provider.submit(job)
    with pytest.raises(Unreachable):
        await provider.submit(replace(job, doubtful=True))
    await provider.submit(replace(job, doubtful=True))
    assert len(kling.server.tasks) == 1


@pytest.mark.parametrize("name", REQUESTS)
async def test_what_surely_was_not_begun_is_submitted_anew(kling: Running, name: str) -> None:
    job, provider = new_job(REQUESTS[name]), kling.provider()
    kling.front.meet(Way.UNHEARD, method="POST", path=SUBMIT)
    with pytest.raises(SubmitLost):
        await provider.submit(job)
    assert not kling.server.tasks
    await provider.submit(replace(job, doubtful=True))
    assert len(kling.server.tasks) == 1


@pytest.mark.parametrize("name", REQUESTS)
async def test_a_job_not_listed_yet_is_looked_for_again(kling: Running, name: str) -> None:
    job, provider = new_job(REQUESTS[name]), kling.provider()
    first = await provider.submit(job)
    kling.server.hidden = LOOKS - 1
    assert (await provider.submit(replace(job, doubtful=True))).number == first.number


async def test_a_job_is_found_though_it_could_not_be_submitted_now(kling: Running) -> None:
    request = wanted("restyle", ("video", LINKED), prompt="as ink")
    job = new_job(request)
    first = await kling.provider().submit(job)
    unlinked = replace(job, request=wanted("restyle", ("video", clip()), prompt="as ink"))
    found = await kling.provider().submit(replace(unlinked, doubtful=True))
    assert found.number == first.number


async def test_a_job_far_back_in_the_list_is_found(kling: Running) -> None:
    job = new_job(REQUESTS["in a list"])
    first = await kling.provider().submit(job)
    for _ in range(5):
        await kling.provider().submit(new_job(REQUESTS["in a list"]))
    few = kling.provider(page_size=2)
    assert (await few.submit(replace(job, doubtful=True))).number == first.number


async def test_where_the_list_has_no_end_nobody_can_tell(kling: Running) -> None:
    for _ in range(PAGES_MOST):
        await kling.provider().submit(new_job(REQUESTS["in a list"]))
    job = replace(new_job(REQUESTS["in a list"]), doubtful=True)
    with pytest.raises(SubmitLost):
        await kling.provider(page_size=1).submit(job)
    assert len(kling.server.tasks) == PAGES_MOST


@pytest.mark.parametrize("code", [1000, 1102, 1103, 1200, 1301])
@pytest.mark.parametrize("name", REQUESTS)
async def test_where_looking_is_refused_nobody_can_tell(
    kling: Running, name: str, code: int
) -> None:
    """Whatever it says of the account or the question, it does not say that nothing was begun."""
    body = b'{"code": %d, "message": "no"}' % code
    kling.front.meet(Way.STATUS, method="GET", times=9, status=400, body=body)
    with pytest.raises(SubmitLost):
        await kling.provider().submit(replace(new_job(REQUESTS[name]), doubtful=True))
    assert not kling.server.tasks


@pytest.mark.parametrize("status", [400, 401, 403, 404])
@pytest.mark.parametrize("name", REQUESTS)
async def test_where_looking_ends_before_kling_it_is_looked_up_later(
    kling: Running, name: str, status: int
) -> None:
    kling.front.meet(Way.STATUS, method="GET", times=9, status=status, body=b"<html>")
    with pytest.raises(Unreachable):
        await kling.provider().submit(replace(new_job(REQUESTS[name]), doubtful=True))
    assert not kling.server.tasks


@pytest.mark.parametrize("status", [403, 429, 500])
@pytest.mark.parametrize("name", REQUESTS)
async def test_a_job_that_is_there_and_cannot_be_looked_up_is_lost(
    kling: Running, name: str, status: int
) -> None:
    """It would be billed again under another key if it counted as not taken."""
    kling.front.meet(Way.TWICE, method="POST", path=SUBMIT)
    kling.front.meet(Way.STATUS, method="GET", times=9, status=status)
    with pytest.raises(SubmitLost):
        await kling.provider().submit(new_job(REQUESTS[name]))
    assert len(kling.server.tasks) == 1


async def test_a_job_that_is_there_and_not_listed_yet_is_found(kling: Running) -> None:
    kling.front.meet(Way.TWICE, method="POST", path=SUBMIT)
    kling.server.hidden = LOOKS - 1
    await kling.provider().submit(new_job(REQUESTS["in a list"]))
    assert len(kling.server.tasks) == 1


@pytest.mark.parametrize("body", [b'{"code": 0}', b'{"code": 0, "data": {}}', b"[]", b"x"])
@pytest.mark.parametrize("name", REQUESTS)
async def test_an_odd_answer_is_no_proof_of_absence(kling: Running, name: str, body: bytes) -> None:
    kling.front.meet(Way.STATUS, method="GET", times=9, status=200, body=body)
    with pytest.raises(Unreachable):
        await kling.provider().submit(replace(new_job(REQUESTS[name]), doubtful=True))
    assert not kling.server.tasks


@pytest.mark.parametrize("name", REQUESTS)
async def test_a_submit_that_arrives_twice_is_one_job(kling: Running, name: str) -> None:
    job, provider = new_job(REQUESTS[name]), kling.provider()
    kling.front.meet(Way.TWICE, method="POST", path=SUBMIT)
    submitted = await provider.submit(job)
    assert [submitted.number.endswith(f":{number}") for number in kling.server.tasks] == [True]
    assert isinstance((await followed(provider, job, submitted.number))[-1], Done)


async def test_a_slow_submit_is_lost(kling: Running) -> None:
    kling.front.meet(Way.SLOW, method="POST", seconds=0.5)
    with pytest.raises(SubmitLost):
        await kling.provider(submit_seconds=0.05).submit(new_job(TEXT))


@pytest.mark.parametrize("status", [200, 500, 502, 504])
@pytest.mark.parametrize("body", [b"<html>", b"{}", b'{"code": 0, "data": null}'])
async def test_a_submit_answered_by_something_else_is_lost(
    kling: Running, status: int, body: bytes
) -> None:
    kling.front.meet(Way.STATUS, method="POST", status=status, body=body)
    with pytest.raises(SubmitLost):
        await kling.provider().submit(new_job(TEXT))


@pytest.mark.parametrize(
    ("status", "kind"), [(400, Refused), (403, Denied), (413, Refused), (429, Busy)]
)
async def test_a_submit_turned_away_before_kling_was_not_begun(
    kling: Running, status: int, kind: type[Exception]
) -> None:
    kling.front.meet(Way.STATUS, method="POST", status=status, body=b"<html>")
    with pytest.raises(kind):
        await kling.provider().submit(new_job(TEXT))


POLLS: Mapping[str, Mapping[str, Any]] = {
    "500": {"way": Way.STATUS, "status": 500},
    "429": {"way": Way.STATUS, "status": 429, "headers": {"Retry-After": "7"}},
    "cut": {"way": Way.UNHEARD},
    "cut late": {"way": Way.LOST},
    "half": {"way": Way.HALF},
    "slow": {"way": Way.SLOW, "seconds": 0.6},
}


@pytest.mark.parametrize("trouble", POLLS)
@pytest.mark.parametrize("name", ["by key", "new"])
async def test_a_job_is_followed_again_after_trouble(
    kling: Running, name: str, trouble: str
) -> None:
    job, provider = new_job(REQUESTS[name]), kling.provider(call_seconds=0.3)
    number = (await provider.submit(job)).number
    kling.front.meet(method="GET", path=POLL, **POLLS[trouble])
    with pytest.raises(Passing) as raised:
        await followed(provider, job, number)
    assert (raised.value.retry_in == 7) is (trouble == "429")
    assert isinstance((await followed(provider, job, number))[-1], Done)


async def test_an_answer_that_comes_twice_does_no_harm(kling: Running) -> None:
    job, provider = new_job(TEXT), kling.provider()
    number = (await provider.submit(job)).number
    kling.front.meet(Way.TWICE, method="GET", times=99)
    assert isinstance((await followed(provider, job, number))[-1], Done)


@pytest.mark.parametrize("way", [Way.LOST, Way.UNHEARD, Way.HALF])
async def test_a_lost_look_for_faces_begins_nothing(kling: Running, way: Way) -> None:
    kling.front.meet(way, method="POST", path="/v1/videos/identify-face")
    with pytest.raises(Unreachable):
        await kling.provider().submit(new_job(REQUESTS["with a face"]))
    assert not kling.server.tasks


async def test_a_kling_that_is_gone_is_unreachable() -> None:
    with running() as there:
        provider, job = there.provider(), new_job(TEXT)
        number = (await provider.submit(job)).number
    for call in (
        provider.health(),
        provider.submit(new_job(wanted("image_to_video", ("firstFrame", A)))),
        followed(provider, job, number),
    ):
        with pytest.raises(Unreachable):
            await call
    await there.close()


async def test_a_wrong_key_is_denied(kling: Running) -> None:
    wrong = pair().model_copy(update={"kling_key": SecretStr("nobody")})
    with pytest.raises(Denied, match="check the keys") as raised:
        await kling.provider(settings=wrong).health()
    assert "nobody" not in raised.value.message
