"""How many connections a process holds, whatever they carry."""

from contextlib import AsyncExitStack

import httpx
import pytest
import websockets

from api.app import create_app
from embedded.services import Services
from settings import Settings
from tests.api.conftest import People, serving
from tests.api.frames import connected
from tests.waiting import until

pytestmark = pytest.mark.anyio

MOST = 3


async def test_connections_beyond_the_limit_are_told_of_it(
    config: Settings, services: Services, people: People
) -> None:
    with serving(create_app(services.applied(config)), connections=MOST) as address:
        async with AsyncExitStack() as stack:
            for _ in range(MOST):
                socket = await stack.enter_async_context(connected(address))
                await socket.init(people.viewer)
            async with httpx.AsyncClient(base_url=address) as client:
                answer = await client.post("/graphql", json={"query": "{ __typename }"})
            assert (answer.status_code, answer.headers["connection"]) == (503, "close")
            assert answer.headers["retry-after"] == "1"
            [error] = answer.json()["errors"]
            told = error["extensions"]
            assert (told["limit"], told["asked"], told["allowed"]) == (
                "connections",
                MOST + 1,
                MOST,
            )
            with pytest.raises(websockets.InvalidStatus) as refused:
                await stack.enter_async_context(connected(address))
            assert refused.value.response.status_code == 503

        async def room_again() -> bool:
            async with httpx.AsyncClient(base_url=address) as client:
                return (await client.get("/health/live")).status_code == 200

        await until(room_again)
