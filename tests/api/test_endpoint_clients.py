"""The clients of Python's `gql`, as their users write them."""

import io
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from gql import Client as GqlClient
from gql import FileVar, gql
from gql.client import AsyncClientSession
from gql.transport.exceptions import (
    TransportConnectionFailed,
    TransportQueryError,
)
from gql.transport.httpx import HTTPXAsyncTransport
from gql.transport.websockets import WebsocketsTransport
from PIL import Image

from graph.identifier import new_id
from tests.api.conftest import Client, People
from tests.api.counting import alive
from tests.api.test_upload import UPLOAD
from tests.waiting import until

pytestmark = pytest.mark.anyio

Connect = Callable[[str, str], Any]


@asynccontextmanager
async def over_http(address: str, secret: str) -> AsyncIterator[AsyncClientSession]:
    headers = {"Authorization": f"Bearer {secret}", "X-Pedigree-Client": "gql"}
    transport = HTTPXAsyncTransport(f"{address}/graphql", headers=headers, timeout=20)
    async with GqlClient(transport=transport) as session:
        yield session


@asynccontextmanager
async def over_websocket(address: str, secret: str) -> AsyncIterator[AsyncClientSession]:
    url = f"{address.replace('http', 'ws', 1)}/graphql"
    transport = WebsocketsTransport(
        url,
        init_payload={"authorization": f"Bearer {secret}"},
        connect_args={"proxy": None},
    )
    async with GqlClient(transport=transport) as session:
        yield session


@pytest.fixture
def owner(people: People) -> Client:
    return people.owner


@pytest.mark.parametrize("connect", [over_http, over_websocket])
async def test_queries_and_mutations_of_the_real_schema(
    server: str, people: People, connect: Connect
) -> None:
    tag = gql(
        "mutation ($name: String!) { createAsset(input: {mediaType: IMAGE, name: $name}) "
        "{ ... on AssetCreated { asset { id } } } }"
    )
    read = gql("query ($id: ID!) { asset(id: $id) { name } }")
    async with connect(server, people.editor.secret) as session:
        tag.variable_values = {"name": "by gql"}
        made = await session.execute(tag)
        read.variable_values = {"id": made["createAsset"]["asset"]["id"]}
        assert await session.execute(read) == {"asset": {"name": "by gql"}}


@pytest.mark.parametrize("connect", [over_http, over_websocket])
async def test_errors_reach_the_caller(server: str, owner: Client, connect: Connect) -> None:
    async with connect(server, owner.secret) as session:
        with pytest.raises(TransportQueryError, match="Cannot query field 'nothing'"):
            await session.execute(gql("{ nothing }"))
        assert await session.execute(gql("{ __typename }")) == {"__typename": "Query"}


async def test_nobody_gets_in_with_a_wrong_token(server: str) -> None:
    async with over_http(server, "nothing") as session:
        with pytest.raises(TransportQueryError, match="The token is not valid"):
            await session.execute(gql("{ __typename }"))
    with pytest.raises(TransportConnectionFailed) as refused:
        async with over_websocket(server, "nothing"):
            pass
    assert "4403" in str(refused.value.__cause__)


async def test_a_file_is_uploaded(server: str, people: People, tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    out = io.BytesIO()
    Image.effect_noise((30, 20), 80).save(out, "PNG")
    path.write_bytes(out.getvalue())
    upload = gql(UPLOAD)
    upload.variable_values = {"file": FileVar(str(path)), "name": "by gql"}
    async with over_http(server, people.editor.secret) as session:
        answer = await session.execute(upload, upload_files=True)
    assert answer["uploadAsset"]["asset"]["height"] == 20


async def test_a_subscription_is_followed_and_left(counting: str, owner: Client) -> None:
    name = new_id()
    async with over_websocket(counting, owner.secret) as session:
        count = session.subscribe(gql("subscription { count(to: 3) }"))
        assert [result async for result in count] == [{"count": number} for number in range(3)]
        forever = session.subscribe(gql(f'subscription {{ forever(name: "{name}") }}'))
        assert await anext(forever) == {"forever": 0}
        assert name in alive
        await forever.aclose()

        async def left() -> bool:
            return name not in alive

        await until(left)
        assert await session.execute(gql("{ hello }")) == {"hello": "hello"}


async def test_a_subscription_that_breaks_tells_it(counting: str, owner: Client) -> None:
    async with over_websocket(counting, owner.secret) as session:
        failing = session.subscribe(gql("subscription { failing }"))
        assert await anext(failing) == {"failing": 1}
        with pytest.raises(TransportQueryError) as broken:
            await anext(failing)
    (error,) = broken.value.errors or []
    assert error["extensions"]["code"] == "INTERNAL"
