"""GraphQL over server-sent events: what is streamed, how it is flushed, and what ends it."""

import io
import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
from PIL import Image

from api.persisted import hash_of
from graph import token, workspace
from graph.actor import Actor
from graph.driver import Graph
from graph.identifier import new_id, now
from tests.api import node
from tests.api.conftest import Client, People
from tests.api.counting import SECRET, alive
from tests.api.events import opened, streamed
from tests.api.test_upload import UPLOAD
from tests.waiting import until

pytestmark = pytest.mark.anyio


@pytest.fixture
def owner(people: People) -> Client:
    return people.owner


async def is_gone(name: str) -> None:
    async def gone() -> bool:
        return name not in alive

    await until(gone, 5)


def forever(name: str) -> str:
    return f'subscription {{ forever(name: "{name}") }}'


async def test_a_subscription_counts_and_completes(counting: str, owner: Client) -> None:
    headers = {"Accept": "text/event-stream", **owner.headers}
    body = {"query": "subscription { count(to: 2) }"}
    async with httpx.AsyncClient(base_url=counting) as http:
        answer = await http.post("/graphql", json=body, headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache, no-transform"
    assert answer.headers["x-accel-buffering"] == "no"
    assert answer.text == (
        ":\n\n"
        'event: next\ndata: {"data":{"count":0}}\n\n'
        'event: next\ndata: {"data":{"count":1}}\n\n'
        "event: complete\ndata:\n\n"
    )


@pytest.mark.parametrize(
    ("query", "data"),
    [("{ hello }", {"hello": "hello"}), ('mutation { shout(word: "x") }', {"shout": "X"})],
)
async def test_other_operations_are_one_event(
    counting: str, owner: Client, query: str, data: Any
) -> None:
    async with streamed(counting, owner, query) as events:
        assert await events.rest() == [{"data": data}]


@pytest.mark.parametrize("query", ["{ hello }", "subscription { count(to: 1) }"])
async def test_a_get_streams_too(counting: str, owner: Client, query: str) -> None:
    async with opened(counting, owner, "GET", params={"query": query}) as events:
        assert len(await events.rest()) == 1


async def test_but_no_mutation(counting: str, owner: Client) -> None:
    params = {"query": 'mutation { shout(word: "x") }'}
    async with opened(counting, owner, "GET", params=params) as events:
        (answer,) = await events.rest()
    assert set(answer) == {"errors"}
    assert answer["errors"][0]["message"] == "mutations are not allowed"


async def test_variables_name_and_extensions_reach_the_operation(
    counting: str, owner: Client
) -> None:
    query = "query A { hello } query B { extensions }"
    asked = {"operationName": "B", "extensions": {"trace": "on"}}
    async with streamed(counting, owner, query, **asked) as events:
        assert await events.rest() == [{"data": {"extensions": {"trace": "on"}}}]
    query = "subscription Count($to: Int!) { count(to: $to) }"
    async with streamed(counting, owner, query, variables={"to": 1}) as events:
        assert await events.rest() == [{"data": {"count": 0}}]


@pytest.mark.parametrize(
    "query",
    ["{", "{ nothing }", "subscription { nothing }", "query ($w: Int!) { hello }"],
)
async def test_what_cannot_be_run_is_told_as_a_result(
    counting: str, owner: Client, query: str
) -> None:
    async with streamed(counting, owner, query) as events:
        (answer,) = await events.rest()
    assert set(answer) == {"errors"}
    assert answer["errors"][0].get("extensions", {}).get("code") != "INTERNAL"


async def test_a_document_may_come_by_its_hash(counting: str, owner: Client) -> None:
    query = "subscription { count(to: 1) } # by its hash"
    named = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": hash_of(query)}}}
    async with streamed(counting, owner, None, **named) as events:
        (answer,) = await events.rest()
    assert answer["errors"][0]["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"
    for text in (query, None):
        async with streamed(counting, owner, text, **named) as events:
            assert await events.rest() == [{"data": {"count": 0}}]


@pytest.mark.parametrize(
    ("status", "request_"),
    [
        (401, {"json": {"query": "{ hello }"}, "headers": {"Authorization": "Bearer none"}}),
        (400, {"content": b"{", "headers": {"Content-Type": "application/json"}}),
        (415, {"content": b"{}", "headers": {"Content-Type": "text/plain"}}),
        (413, {"json": {"query": "{ hello }", "variables": {"x": "x" * (1 << 20)}}}),
    ],
    ids=str,
)
async def test_what_is_refused_before_the_stream_is_json(
    counting: str, owner: Client, status: int, request_: dict[str, Any]
) -> None:
    async with opened(counting, owner, "POST", **dict(request_)) as events:
        assert events.response.status_code == status
        assert events.response.headers["content-type"].startswith("application/json")
        assert "errors" in json.loads(await events.response.aread())


async def test_events_are_flushed_at_once_and_not_compressed(counting: str, owner: Client) -> None:
    assert "gzip" in httpx.AsyncClient().headers["accept-encoding"]
    name = new_id()
    async with streamed(counting, owner, forever(name)) as events:
        assert "content-encoding" not in events.response.headers
        assert await events.next() == {"data": {"forever": 0}}
        assert name in alive
    query = 'subscription { pour(name: "large", size: 5000) }'
    async with streamed(counting, owner, query) as events:
        assert len((await events.next())["data"]["pour"]) == 5000


async def test_a_silent_stream_opens_at_once_and_is_pinged(counting: str, owner: Client) -> None:
    name = new_id()
    async with streamed(counting, owner, forever(name)) as events:
        await events.next()
        for _ in range(3):
            await events.comment()


async def test_a_client_that_leaves_takes_the_subscription_along(
    counting: str, owner: Client
) -> None:
    name = new_id()
    async with streamed(counting, owner, forever(name)) as events:
        await events.next()
        assert name in alive
    await is_gone(name)


async def test_a_query_is_given_up_with_its_client(counting: str, owner: Client) -> None:
    name = new_id()

    async def runs() -> bool:
        return name in alive

    async with streamed(counting, owner, f'{{ stuck(name: "{name}") }}'):
        await until(runs)
    await is_gone(name)


async def test_a_revoked_token_ends_it_in_mid_stream(
    counting: str, owner: Client, graph: Graph
) -> None:
    actor = Actor(owner.user_id, None, "test")
    made, secret = await token.issue(graph, actor, user=owner.user_id, name="brief")
    assert secret
    name = new_id()
    brief = Client(owner.http, secret, owner.user_id, "")
    async with streamed(counting, brief, forever(name)) as events:
        await events.next()
        await token.revoke(graph, actor, made.id, user=owner.user_id)
        (answer,) = await events.rest()
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert "revoked" in answer["errors"][0]["message"]
    assert name not in alive


async def test_an_expired_token_does_too(counting: str, owner: Client, graph: Graph) -> None:
    soon = now() + timedelta(seconds=1)
    actor = Actor(owner.user_id, None, "test")
    _, secret = await token.issue(graph, actor, user=owner.user_id, name="brief", expires_at=soon)
    assert secret
    brief = Client(owner.http, secret, owner.user_id, "")
    async with streamed(counting, brief, forever(new_id())) as events:
        await events.next()
        (answer,) = await events.rest()
    assert "expired" in answer["errors"][0]["message"]


async def test_a_stream_sees_what_its_viewer_may_read_now(
    counting: str, owner: Client, graph: Graph
) -> None:
    async with streamed(counting, owner, "subscription { workspaces }") as events:
        before = (await events.next())["data"]["workspaces"]
        made = await workspace.create(graph, Actor(owner.user_id, None, "test"), "Third")
        after = (await events.next())["data"]["workspaces"]
    assert set(after) == {*before, made.id}


async def test_an_answer_that_cannot_be_written_is_masked(counting: str, owner: Client) -> None:
    async with streamed(counting, owner, "{ huge }") as events:
        (answer,) = await events.rest()
    assert answer["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert SECRET not in json.dumps(answer)


async def test_the_real_schema_takes_a_file_and_answers_by_events(
    server: str, people: People
) -> None:
    picture = io.BytesIO()
    Image.effect_noise((40, 30), 80).save(picture, "PNG")
    operations = {"query": UPLOAD, "variables": {"file": None, "name": "by events"}}
    form = {"operations": json.dumps(operations), "map": '{"0": ["variables.file"]}'}
    request = {"data": form, "files": {"0": ("a.png", picture.getvalue())}}
    guard = {"X-Pedigree-Client": "test"}
    async with opened(server, people.editor, "POST", headers=guard, **request) as events:
        (answer,) = await events.rest()
    assert answer["data"]["uploadAsset"]["asset"]["width"] == 40


@node.needs_node
async def test_graphql_sse_of_node_follows(counting: str, owner: Client) -> None:
    url, secret = f"{counting}/graphql", owner.secret
    told = await node.run("events.mjs", url, secret, QUERY="subscription { count(to: 3) }")
    assert told == [{"data": {"count": number}} for number in range(3)]
    assert await node.run("events.mjs", url, secret, QUERY="{ hello }") == [
        {"data": {"hello": "hello"}}
    ]
    name = new_id()
    assert len(await node.run("events.mjs", url, secret, QUERY=forever(name), TAKE="1")) == 1
    await is_gone(name)
    (wrong,) = await node.run("events.mjs", url, secret, QUERY="{ nothing }")
    assert wrong["errors"][0]["message"].startswith("Cannot query field")
    assert await node.run("events.mjs", url, "nothing", QUERY="{ hello }") == [{"status": 401}]
