"""What Runway tells of a task may be better a moment later, and is never made anew for that."""

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from providers.cost import Cost
from providers.error import Refused
from providers.event import Done, Failed, Output
from providers.runway.provider import UNCLEAR_MOST
from tests.providers.conforming import followed, new_job
from tests.providers.misbehaving import Way
from tests.providers.runway_account import FOX, Account, an_account

pytestmark = pytest.mark.anyio
TASK = "/v1/tasks/.*"
ODD = [[], None, 3, ["https://["], [7]]


@pytest.fixture
async def account() -> AsyncIterator[Account]:
    async with an_account() as made:
        yield made


@pytest.mark.parametrize("odd", ODD)
async def test_an_output_that_is_told_later_is_waited_for(account: Account, odd: object) -> None:
    account.server.odd_output, account.server.odd_times = odd, UNCLEAR_MOST - 1
    number = await account.submitted()
    events = await followed(account.runway, new_job(FOX), number)
    assert [type(event) for event in events[-2:]] == [Output, Done]


@pytest.mark.parametrize("odd", ODD)
async def test_success_without_output_ends_it(account: Account, odd: object) -> None:
    account.server.odd_output, account.server.odd_times = odd, 1000
    number = await account.submitted()
    end = await account.end(number)
    assert isinstance(end, Failed)
    assert isinstance(end.error, Refused)
    assert "gives no file" in end.error.message
    assert number in end.error.message
    assert end.cost == Cost(Decimal(24), "credits")
    assert account.server.odd_times == 1000 - UNCLEAR_MOST
    assert account.asked("POST") == 1


async def test_an_unknown_task_is_asked_for_as_often(account: Account) -> None:
    number = await account.submitted()
    missing = b'{"error": "Not found"}'
    account.front.meet(Way.STATUS, path=TASK, status=404, body=missing, times=UNCLEAR_MOST - 1)
    assert isinstance(await account.end(number), Done)
    account.front.meet(Way.STATUS, path=TASK, status=404, body=missing, times=UNCLEAR_MOST)
    assert isinstance(await account.end(number), Failed)
