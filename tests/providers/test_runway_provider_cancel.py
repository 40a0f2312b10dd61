"""Runway's jobs are stopped, and what is finished stays."""

from collections.abc import AsyncIterator

import pytest

from providers.error import Refused, Unreachable
from providers.event import Cancelled, Done, Failed, Queued
from tests.providers.conforming import following, new_job
from tests.providers.misbehaving import Way
from tests.providers.runway_account import FOX, Account, an_account

pytestmark = pytest.mark.anyio
TASK = "/v1/tasks/.*"
NOBODY = "task-nobody"


@pytest.fixture
async def account() -> AsyncIterator[Account]:
    async with an_account() as made:
        yield made


@pytest.mark.parametrize("reads", [0, 1])
async def test_what_runs_is_stopped(account: Account, reads: int) -> None:
    number = await account.submitted()
    account.server.tasks[number].reads = reads
    assert await account.runway.cancel(number)
    assert account.server.tasks[number].cancelled
    assert isinstance(await account.end(number), Cancelled)
    assert await account.runway.cancel(number)
    assert account.asked("DELETE") == 1


async def test_what_is_done_is_never_deleted(account: Account) -> None:
    number = await account.submitted()
    assert isinstance(await account.end(number), Done)
    assert not await account.runway.cancel(number)
    assert account.asked("DELETE") == 0
    assert not account.server.tasks[number].cancelled


async def test_what_failed_is_never_deleted(account: Account) -> None:
    account.server.failure = ("INTERNAL", "oops")
    number = await account.submitted()
    await account.end(number)
    assert not await account.runway.cancel(number)
    assert account.asked("DELETE") == 0


async def test_what_is_cancelled_already_is_stopped(account: Account) -> None:
    body = b'{"id": "t", "status": "CANCELLED", "cost": {"credits": 0}}'
    account.front.meet(Way.STATUS, path=TASK, status=200, body=body)
    assert await account.runway.cancel("t")
    assert account.asked("DELETE") == 0


async def test_what_is_not_known_does_not_run(account: Account) -> None:
    assert await account.runway.cancel(NOBODY)
    assert account.asked("DELETE") == 0


@pytest.mark.parametrize("way", [Way.UNHEARD, Way.LOST])
async def test_a_stop_without_an_answer_can_be_asked_again(account: Account, way: Way) -> None:
    number = await account.submitted()
    account.front.meet(way, method="DELETE")
    with pytest.raises(Unreachable):
        await account.runway.cancel(number)
    assert await account.runway.cancel(number)
    assert account.server.tasks[number].cancelled


@pytest.mark.parametrize(("status", "stopped"), [(404, True), (503, False)])
async def test_a_stop_that_is_refused(account: Account, status: int, stopped: bool) -> None:
    number = await account.submitted()
    account.front.meet(Way.STATUS, method="DELETE", status=status)
    if stopped:
        assert await account.runway.cancel(number)
    else:
        with pytest.raises(Unreachable):
            await account.runway.cancel(number)


async def test_a_stop_is_heard_of_by_who_follows(account: Account) -> None:
    account.server.held = True
    number = await account.submitted()
    async with following(account.runway, new_job(FOX), number) as events:
        assert await anext(events) == Queued()
        assert await account.runway.cancel(number)
        assert [event async for event in events][-1] == Cancelled()


async def test_what_another_process_stopped_is_known_no_more(account: Account) -> None:
    number, other = await account.submitted(), account.make()
    assert await other.cancel(number)
    await other.close()
    end = await account.end(number)
    assert isinstance(end, Failed)
    assert isinstance(end.error, Refused)
