"""Imports over HTTP: by multipart, by the body of a request, and what came of them."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from graph.identifier import new_id
from tests.api.conftest import Client, People
from tests.waiting import until
from tests.workers.importing import asset, edge, parent, text

pytestmark = pytest.mark.anyio

IMPORT = """
mutation ($file: Upload, $key: String, $workspace: ID) {
  importAssets(input: {file: $file, key: $key, workspace: $workspace}) {
    __typename
    ... on AssetsImported { run { ...Run } }
    ... on Refusal { message }
  }
}
fragment Run on ImportRun {
  id key name state lines bytes size progress assetsCreated assetsFound edgesCreated edgesFound
  problemCount failure createdBy workspaceId
  problems(first: 2) {
    edges { node { line field code message } }
    pageInfo { hasNextPage endCursor }
  }
}
"""
ONE = """
query ($id: ID!, $after: String) {
  importRun(id: $id) {
    problems(first: 2, after: $after) { edges { node { line } } pageInfo { hasNextPage } }
  }
  node(id: $id) { __typename id }
}
"""
ALL = "{ importRuns(first: 1) { edges { node { id key } } pageInfo { hasNextPage } } }"
DATA = text(
    [
        asset("a", name="a"),
        asset("b", name="b", parents=[parent("a")]),
        b"{",
        edge("b", "nobody"),
        asset("c", colour="red"),
    ]
)


async def send(who: Client, data: bytes, **variables: Any) -> Any:
    operations = {"query": IMPORT, "variables": {"file": None, **variables}}
    response = await who.http.post(
        "/graphql",
        data={"operations": json.dumps(operations), "map": json.dumps({"f": ["variables.file"]})},
        files={"f": ("lines.ndjson", data)},
        headers={**who.headers, "X-Pedigree-Client": "test"},
    )
    assert response.status_code == 200, response.text
    answer = response.json()
    assert "errors" not in answer, answer
    return answer["data"]["importAssets"]


async def test_a_file_is_taken_in_and_its_problems_are_told_in_pages(people: People) -> None:
    answer = await send(people.editor, DATA, key=new_id())
    run = answer["run"]
    assert (run["state"], run["progress"], run["bytes"]) == ("COMPLETED", 1.0, len(DATA))
    assert (run["name"], run["size"], run["lines"]) == ("lines.ndjson", len(DATA), 5)
    assert (run["assetsCreated"], run["edgesCreated"], run["problemCount"]) == (2, 1, 3)
    assert run["createdBy"] == people.editor.user_id
    told = [edge["node"] for edge in run["problems"]["edges"]]
    assert [(one["line"], one["field"], one["code"]) for one in told] == [
        (3, None, "INVALID_INPUT"),
        (4, "parent", "NOT_FOUND"),
    ]
    page = run["problems"]["pageInfo"]
    assert page["hasNextPage"]
    rest = await people.viewer.ask(ONE, id=run["id"], after=page["endCursor"])
    assert [edge["node"]["line"] for edge in rest["importRun"]["problems"]["edges"]] == [5]
    assert rest["node"] == {"__typename": "ImportRun", "id": run["id"]}


async def test_the_same_file_again_is_the_same_import(people: People) -> None:
    data = DATA + text([asset(new_id())])
    first = (await send(people.editor, data))["run"]
    again = (await send(people.editor, data))["run"]
    assert again == first
    assert first["key"].startswith("file:")


async def test_imports_are_listed_newest_first(people: People) -> None:
    await send(people.editor, DATA, key=new_id())
    last = (await send(people.editor, DATA, key=new_id()))["run"]
    runs = (await people.auditor.ask(ALL))["importRuns"]
    assert [edge["node"]["id"] for edge in runs["edges"]] == [last["id"]]
    assert runs["pageInfo"]["hasNextPage"]


async def test_only_those_who_may_write_import_and_only_members_see(people: People) -> None:
    key = new_id()
    assert (await send(people.viewer, DATA, key=key))["__typename"] == "NotAllowed"
    home = people.editor.workspace
    answer = await send(people.stranger, DATA, key=key, workspace=home)
    assert answer["__typename"] == "NotFound"
    run = (await send(people.editor, DATA, key=key))["run"]
    seen = await people.stranger.ask(ONE, id=run["id"])
    assert seen == {"importRun": None, "node": None}


async def test_without_a_file_a_key_is_needed(people: People) -> None:
    answer = (await people.editor.ask(IMPORT))["importAssets"]
    assert answer["__typename"] == "InvalidInput"
    begun = (await people.editor.ask(IMPORT, key=new_id()))["importAssets"]["run"]
    assert (begun["state"], begun["lines"], begun["progress"]) == ("RUNNING", 0, None)


async def put(
    who: Client, data: bytes | AsyncIterator[bytes], **query: Any
) -> tuple[int, dict[str, Any]]:
    answer = await who.http.put("/import", content=data, params=query, headers=who.headers)
    return answer.status_code, answer.json()


async def test_a_body_is_taken_in(people: People) -> None:
    key = new_id()
    status, told = await put(people.editor, DATA, key=key, workspace=people.editor.workspace)
    assert status == 200
    assert (told["state"], told["assetsCreated"], told["problemCount"]) == ("COMPLETED", 2, 3)
    answer = await people.viewer.http.get(
        "/import", params={"key": key}, headers=people.viewer.headers
    )
    assert answer.json() == told


async def test_a_broken_body_goes_on_from_where_it_is(people: People) -> None:
    data = text(asset(f"k{i}", name="n" * 150) for i in range(6000))
    key, cut = new_id(), len(data) - 100

    async def breaking() -> AsyncIterator[bytes]:
        for start in range(0, cut, 100_000):
            yield data[start : min(cut, start + 100_000)]
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await put(people.editor, breaking(), key=key)
    told: dict[str, Any] = {}

    async def whole_batches_are_in() -> bool:
        found = await people.editor.http.get(
            "/import", params={"key": key}, headers=people.editor.headers
        )
        told.update(found.json())
        return bool(told.get("lines") == 4000)

    await until(whole_batches_are_in)
    assert told["state"] == "RUNNING"
    status, done = await put(people.editor, data[told["bytes"] :], key=key, fromByte=told["bytes"])
    assert status == 200
    assert (done["state"], done["lines"], done["assetsCreated"]) == ("COMPLETED", 6000, 6000)


@pytest.mark.parametrize(
    ("who", "query", "status"),
    [
        ("editor", {}, 400),
        ("editor", {"key": "k", "fromByte": "-1"}, 400),
        ("editor", {"key": "gap", "fromByte": "7"}, 409),
        ("viewer", {"key": "k"}, 403),
        ("stranger", {"key": "k", "workspace": "home"}, 404),
    ],
)
async def test_wrong_requests_are_told(
    people: People, who: str, query: dict[str, str], status: int
) -> None:
    if "workspace" in query:
        query = {**query, "workspace": people.editor.workspace}
    answered, told = await put(getattr(people, who), DATA, **query)
    assert answered == status
    assert told["error"]["message"]


async def test_a_token_is_needed(people: People, http: httpx.AsyncClient) -> None:
    answer = await http.put("/import", params={"key": "k"}, content=DATA)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    gone = await http.get("/import", params={"key": new_id()}, headers=people.viewer.headers)
    assert gone.status_code == 404
