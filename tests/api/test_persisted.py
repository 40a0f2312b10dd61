"""Documents by their hashes: automatic and trusted, over HTTP and WebSocket."""

import dataclasses
from pathlib import Path
from typing import Any

import orjson
import pytest
from graphql import GraphQLError

from api import persisted
from api.operation import Operation
from api.persisted import Documents, hash_of
from settings import Settings, SettingsError, read_settings
from tests.api.conftest import People
from tests.api.frames import connected

TEXT = "{ __typename }"
OTHER = "{ viewer { user { name } } }"


def named(text: str, **changed: Any) -> dict[str, Any]:
    return {"persistedQuery": {"version": 1, "sha256Hash": hash_of(text)} | changed}


def asked(text: str | None, about: str = TEXT, **changed: Any) -> Operation:
    return Operation(text, extensions=named(about, **changed))


def code(documents: Documents, operation: Operation) -> Any:
    with pytest.raises(GraphQLError) as refused:
        documents.resolved(operation)
    return (refused.value.extensions or {})["code"]


def test_a_document_is_learned_and_known_by_its_hash() -> None:
    documents = Documents({}, only_trusted=False)
    assert code(documents, asked(None)) == "PERSISTED_QUERY_NOT_FOUND"
    assert documents.resolved(asked(TEXT)).query == TEXT
    assert documents.resolved(asked(None)).query == TEXT
    assert documents.resolved(asked("")).query == TEXT
    assert documents.resolved(Operation(OTHER)) == Operation(OTHER)


@pytest.mark.parametrize(
    "operation",
    [
        asked(OTHER),
        asked(TEXT, version=2),
        asked(TEXT, sha256Hash="x"),
        asked(None, sha256Hash=5),
        dataclasses.replace(asked(TEXT), extensions={"persistedQuery": [1]}),
    ],
)
def test_what_does_not_fit_is_refused(operation: Operation) -> None:
    assert code(Documents({}, only_trusted=False), operation) == "BAD_REQUEST"


def test_what_was_used_longest_ago_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(persisted, "KEPT", 2)
    documents = Documents({}, only_trusted=False)
    for text in ("{ a }", "{ b }"):
        documents.resolved(asked(text, text))
    documents.resolved(asked(None, "{ a }"))
    documents.resolved(asked("{ c }", "{ c }"))
    assert documents.resolved(asked(None, "{ a }")).query == "{ a }"
    assert code(documents, asked(None, "{ b }")) == "PERSISTED_QUERY_NOT_FOUND"
    monkeypatch.setattr(persisted, "KEPT_CHARACTERS", 5)
    assert documents.resolved(asked(TEXT)).query == TEXT
    assert code(documents, asked(None)) == "PERSISTED_QUERY_NOT_FOUND"


def test_only_trusted_documents_may_be_all_that_is_run(tmp_path: Path) -> None:
    path = tmp_path / "documents.json"
    path.write_bytes(orjson.dumps({hash_of(TEXT): TEXT}))
    documents = Documents.of(Settings(trusted_documents=path, trusted_only=True))
    assert documents.resolved(asked(None)).query == TEXT
    assert documents.resolved(Operation(TEXT)).query == TEXT
    assert code(documents, Operation(OTHER)) == "NOT_TRUSTED"
    assert code(documents, asked(OTHER, OTHER)) == "NOT_TRUSTED"
    open_too = Documents.of(Settings(trusted_documents=path))
    assert open_too.resolved(asked(None)).query == TEXT
    assert open_too.resolved(Operation(OTHER)).query == OTHER


@pytest.mark.parametrize("text", ["", "[]", '{"a": 1}', '{"a": "{ a }"}'])
def test_a_wrong_list_stops_the_start(tmp_path: Path, text: str) -> None:
    path = tmp_path / "documents.json"
    path.write_text(text)
    with pytest.raises(SettingsError, match="PEDIGREE_TRUSTED_DOCUMENTS"):
        Documents.of(Settings(trusted_documents=path))


def test_a_list_that_is_not_there_stops_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PEDIGREE_TRUSTED_ONLY", "true")
    with pytest.raises(SettingsError, match="PEDIGREE_TRUSTED_DOCUMENTS is required"):
        read_settings()
    monkeypatch.setenv("PEDIGREE_TRUSTED_DOCUMENTS", str(tmp_path / "none.json"))
    with pytest.raises(SettingsError, match="PEDIGREE_TRUSTED_DOCUMENTS"):
        read_settings()


@pytest.mark.anyio
async def test_over_http_the_text_is_sent_once(people: People) -> None:
    who, about = people.viewer, "{ learned: __typename }"

    async def ask(**members: Any) -> Any:
        body = {"extensions": named(about), **members}
        return (await who.http.post("/graphql", json=body, headers=who.headers)).json()

    missing = await ask()
    assert missing["errors"][0]["message"] == "PersistedQueryNotFound"
    assert missing["errors"][0]["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"
    assert (await ask(query=about))["data"] == {"learned": "Query"}
    assert (await ask())["data"] == {"learned": "Query"}
    query = {"extensions": orjson.dumps(named(about)).decode()}
    by_get = await who.http.get("/graphql", params=query, headers=who.headers)
    assert by_get.json()["data"] == {"learned": "Query"}


@pytest.mark.anyio
async def test_over_websocket_too(server: str, people: People) -> None:
    text = "{ told: __typename }"
    async with connected(server) as socket:
        await socket.init(people.viewer)
        await socket.send("subscribe", id="1", payload={"extensions": named(text)})
        refused = await socket.receive()
        assert refused["type"] == "error"
        assert refused["payload"][0]["message"] == "PersistedQueryNotFound"
        for number, members in (("2", {"query": text}), ("3", {})):
            payload = {"extensions": named(text), **members}
            await socket.send("subscribe", id=number, payload=payload)
            assert (await socket.receive())["payload"] == {"data": {"told": "Query"}}
            assert await socket.receive() == {"type": "complete", "id": number}
