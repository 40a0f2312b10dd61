"""GraphQL over HTTP: media types, status codes, methods, and whatever else is sent to it."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from api.answer import EVENTS, GRAPHQL, JSON, media_type
from api.app import create_app
from embedded.services import Services
from settings import Settings
from tests.api import node
from tests.api.conftest import SITE, Client, People, serving
from tests.api.counting import SECRET

HELLO = {"query": "{ __typename }"}
HELLO_BODY = json.dumps(HELLO).encode()
ASSETS = "{ __schema { types { name description fields { name description } } } }"


@pytest.fixture
def owner(people: People) -> Client:
    return people.owner


@pytest.fixture(scope="module")
def strict(config: Settings, services: Services) -> Iterator[str]:
    """A server that one other site may use, and that takes small bodies only."""
    chosen = {"cors_origins": frozenset({SITE}), "upload_max_mb": 1}
    app: Starlette = create_app(services.applied(config).model_copy(update=chosen))
    with serving(app) as address:
        yield address


async def post(client: Client, body: bytes = HELLO_BODY, **headers: str) -> httpx.Response:
    sent = {"content-type": JSON, **client.headers, **headers}
    return await client.http.post("/graphql", content=body, headers=sent)


def refusal(response: httpx.Response) -> str:
    """The code of an answer that refuses; it is GraphQL-shaped, and JSON."""
    assert response.headers["content-type"] == f"{JSON}; charset=utf-8"
    assert set(response.json()) == {"errors"}
    (error,) = response.json()["errors"]
    assert error["message"]
    return str(error["extensions"]["code"])


@node.needs_node
@pytest.mark.anyio
async def test_every_audit_of_graphql_http_passes(owner: Client, server: str) -> None:
    results = await node.run("audits.mjs", f"{server}/graphql", owner.secret)
    assert len(results) == 61
    assert [result for result in results if result["status"] != "ok"] == []


@node.needs_node
@pytest.mark.anyio
async def test_urql_asks_by_post_and_get(owner: Client, server: str) -> None:
    query = "{ viewer { user { id } } }"
    answers = await node.run("urql.mjs", f"{server}/graphql", owner.secret, QUERY=query)
    assert len(answers) == 2
    for answer in answers:
        assert "error" not in answer
        assert answer["data"]["viewer"]["user"]["id"]


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (JSON, JSON),
        (f"{JSON}; charset=utf-8", JSON),
        (GRAPHQL, GRAPHQL),
        (f"{GRAPHQL}, {JSON}", GRAPHQL),
        (f"{JSON}, {GRAPHQL}", GRAPHQL),
        (f"{GRAPHQL}, */*", GRAPHQL),
        (f"{JSON}, */*", JSON),
        (f"{GRAPHQL};q=0.5, {JSON};q=0.9", JSON),
        (f"{JSON};q=0, */*", GRAPHQL),
        ("text/html, */*;q=0.1", JSON),
        (EVENTS, EVENTS),
        (f"{EVENTS}, */*", EVENTS),
        (f"{EVENTS}, multipart/mixed", EVENTS),
        (f"{EVENTS}, {JSON};q=0.9", EVENTS),
        (f"{EVENTS};q=0, */*", JSON),
        (f"{JSON}, {EVENTS}", JSON),
        (f"{GRAPHQL}, {JSON}, {EVENTS}, multipart/mixed", GRAPHQL),
        ("text/*", None),
    ],
)
def test_the_media_type_is_what_is_wanted_most(accept: str, kind: str | None) -> None:
    assert media_type(accept) == kind


@pytest.mark.parametrize("accept", ["text/html", "image/*", f"{JSON};q=0", f"{JSON};q=x", ","])
@pytest.mark.anyio
async def test_an_answer_that_nobody_wants_is_refused(owner: Client, accept: str) -> None:
    response = await post(owner, accept=accept)
    assert response.status_code == 406
    assert refusal(response) == "NOT_ACCEPTABLE"


@pytest.mark.parametrize("kind", [JSON, GRAPHQL])
@pytest.mark.anyio
async def test_both_media_types_are_spoken(owner: Client, kind: str) -> None:
    response = await post(owner, accept=kind)
    assert response.status_code == 200
    assert response.headers["content-type"] == f"{kind}; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    assert response.json() == {"data": {"__typename": "Query"}}


BODIES = [
    b"",
    b"null",
    b"1",
    b"true",
    b'"{ __typename }"',
    b"[]",
    b'[{"query": "{ __typename }"}]',
    b"{}",
    b"{",
    b"\xff",
    b'{"query": "{ \\ud800 }"}',
    b"[" * 100_000,
    b'{"query": null}',
    b'{"query": 1}',
    b'{"query": ""}',
    b'{"query": "{ __typename }", "variables": [1]}',
    b'{"query": "{ __typename }", "variables": "{}"}',
    b'{"query": "{ __typename }", "operationName": 1}',
    b'{"query": "{ __typename }", "extensions": [1]}',
    b'{"query": NaN}',
]


@pytest.mark.parametrize("kind", [JSON, GRAPHQL])
@pytest.mark.parametrize("body", BODIES, ids=lambda body: body[:30].decode(errors="replace"))
@pytest.mark.anyio
async def test_what_is_no_request_is_refused(owner: Client, body: bytes, kind: str) -> None:
    response = await post(owner, body, accept=kind)
    assert response.status_code == 400
    assert refusal(response) == "BAD_REQUEST"


UNRUNNABLE: list[dict[str, Any]] = [
    {"query": "{"},
    {"query": "{ nothing }"},
    {"query": "query ($id: ID!) { asset(id: $id) { id } }"},
]


@pytest.mark.parametrize("request_body", UNRUNNABLE, ids=["syntax", "validation", "variable"])
@pytest.mark.parametrize(("kind", "status"), [(JSON, 200), (GRAPHQL, 400)])
@pytest.mark.anyio
async def test_what_cannot_be_run_has_no_data(
    owner: Client, request_body: dict[str, Any], kind: str, status: int
) -> None:
    response = await post(owner, json.dumps(request_body).encode(), accept=kind)
    assert response.status_code == status
    assert response.headers["content-type"].startswith(kind)
    assert set(response.json()) == {"errors"}


async def count(client: Client, address: str, query: str, accept: str) -> httpx.Response:
    """Asks the schema that counts and fails."""
    async with httpx.AsyncClient(base_url=address) as http:
        headers = {"Accept": accept, **client.headers}
        return await http.post("/graphql", json={"query": query}, headers=headers)


@pytest.mark.parametrize(("kind", "status"), [(JSON, 200), (GRAPHQL, 294)])
@pytest.mark.anyio
async def test_data_with_errors_is_told_by_its_status(
    owner: Client, counting: str, kind: str, status: int
) -> None:
    response = await count(owner, counting, "{ hello broken }", kind)
    assert response.status_code == status
    assert response.headers["content-type"].startswith(kind)
    assert response.json()["data"] == {"hello": "hello", "broken": None}
    assert response.json()["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert SECRET not in response.text


@pytest.mark.anyio
async def test_an_answer_that_cannot_be_written_is_masked(owner: Client, counting: str) -> None:
    response = await count(owner, counting, "{ huge }", JSON)
    assert response.status_code == 500
    assert refusal(response) == "INTERNAL"


@pytest.mark.parametrize("kind", [JSON, GRAPHQL])
@pytest.mark.anyio
async def test_a_subscription_is_told_where_to_go(owner: Client, counting: str, kind: str) -> None:
    response = await count(owner, counting, "subscription { count(to: 1) }", kind)
    assert response.status_code == 400
    assert refusal(response) == "WRONG_TRANSPORT"


@pytest.mark.anyio
async def test_an_operation_that_is_not_in_the_document(owner: Client) -> None:
    body = {"query": "query A { __typename }", "operationName": "B"}
    response = await post(owner, json.dumps(body).encode())
    assert response.status_code == 422
    assert refusal(response) == "OPERATION_UNKNOWN"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.anyio
async def test_other_methods_are_told_which_there_are(owner: Client, method: str) -> None:
    response = await owner.http.request(method, "/graphql", headers=owner.headers)
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, POST"
    assert refusal(response) == "METHOD_NOT_ALLOWED"


async def get(client: Client, **parameters: str) -> httpx.Response:
    return await client.http.get("/graphql", params=parameters, headers=client.headers)


@pytest.mark.anyio
async def test_a_query_may_come_by_get(owner: Client) -> None:
    query = "query Known($name: String!) { __type(name: $name) { name } }"
    response = await get(
        owner, query=query, variables='{"name": "Asset"}', operationName="Known", other="kept out"
    )
    assert response.status_code == 200
    assert response.json() == {"data": {"__type": {"name": "Asset"}}}


@pytest.mark.anyio
async def test_a_mutation_may_not(owner: Client) -> None:
    response = await get(owner, query="mutation { __typename }")
    assert response.status_code == 405
    assert response.headers["allow"] == "POST"
    assert refusal(response) == "METHOD_NOT_ALLOWED"


@pytest.mark.parametrize("variables", ["{", "[1]", "1", '"x"'])
@pytest.mark.anyio
async def test_parameters_that_are_no_json_are_refused(owner: Client, variables: str) -> None:
    response = await get(owner, query="{ __typename }", variables=variables)
    assert response.status_code == 400
    assert refusal(response) == "BAD_REQUEST"


@pytest.mark.parametrize(
    "kind",
    ["", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1"],
)
@pytest.mark.anyio
async def test_other_content_types_are_refused(owner: Client, kind: str) -> None:
    response = await post(owner, HELLO_BODY, **{"content-type": kind})
    assert response.status_code == 415
    assert refusal(response) == "UNSUPPORTED_MEDIA_TYPE"


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.anyio
async def test_nothing_is_run_without_a_token(http: httpx.AsyncClient, method: str) -> None:
    response = await http.request(
        method, "/graphql", params={"query": "{ __typename }"}, headers={"Content-Type": JSON}
    )
    assert response.status_code == 401
    assert response.headers["www-authenticate"].startswith("Bearer ")
    assert refusal(response) == "UNAUTHENTICATED"


FORMS: list[dict[str, str]] = [
    {},
    {"operations": "{"},
    {"operations": "null", "map": "{}"},
    {"operations": "[]", "map": "{}"},
    {"operations": '{"query": "{ __typename }"}'},
    {"operations": '{"query": "{ __typename }"}', "map": "[]"},
    {"operations": '{"query": "{ __typename }"}', "map": '{"file": "variables.x"}'},
    {"operations": '{"query": "{ __typename }"}', "map": '{"other": ["variables.x"]}'},
    {"operations": '{"query": "{ __typename }"}', "map": '{"file": ["variables.x"]}'},
    {"operations": '{"query": "{ __typename }"}', "map": '{"file": ["query"]}'},
    {
        "operations": '{"query": "{ a }", "variables": {"x": [null]}}',
        "map": '{"file": ["variables.x.1"]}',
    },
    {
        "operations": '{"query": "{ a }", "variables": {"x": [null]}}',
        "map": '{"file": ["variables.x.y"]}',
    },
    {"operations": '{"query": "{ a }", "variables": {"x": 1}}', "map": '{"file": [null]}'},
]


@pytest.mark.parametrize("form", FORMS, ids=str)
@pytest.mark.anyio
async def test_a_form_that_is_no_request_is_refused(owner: Client, form: dict[str, str]) -> None:
    headers = {"X-Pedigree-Client": "test", **owner.headers}
    files = {"file": ("a.png", b"bytes")}
    response = await owner.http.post("/graphql", data=form, files=files, headers=headers)
    assert response.status_code == 400
    assert refusal(response) == "BAD_REQUEST"


@pytest.mark.anyio
async def test_a_body_that_is_no_form_is_refused(owner: Client) -> None:
    kind = {"content-type": "multipart/form-data; boundary=x", "X-Pedigree-Client": "test"}
    response = await post(owner, b"--y\r\nnothing", **kind)
    assert response.status_code == 400
    assert refusal(response) == "BAD_REQUEST"


@pytest.mark.anyio
async def test_a_form_of_another_site_is_refused(owner: Client) -> None:
    form = {"operations": json.dumps(HELLO), "map": "{}"}
    files = {"file": ("a.png", b"bytes")}
    response = await owner.http.post("/graphql", data=form, files=files, headers=owner.headers)
    assert response.status_code == 403
    assert refusal(response) == "CROSS_SITE"


@pytest.mark.anyio
async def test_large_answers_are_compressed_for_those_who_can(owner: Client) -> None:
    body = json.dumps({"query": ASSETS}).encode()
    packed = await post(owner, body, **{"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(packed.content) / 3
    plain = await post(owner, body, **{"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == packed.content
    small = await post(owner, HELLO_BODY, **{"Accept-Encoding": "gzip"})
    assert "content-encoding" not in small.headers


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.anyio
async def test_a_body_beyond_the_limit_is_refused(
    owner: Client, strict: str, *, chunked: bool
) -> None:
    async def chunks(start: bytes) -> AsyncIterator[bytes]:
        yield start
        for _ in range(3):
            yield b"x" * 1024 * 1024

    start = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
    content = chunks(start) if chunked else start + b"x" * 3 * 1024 * 1024
    async with httpx.AsyncClient(base_url=strict) as http:
        kind = "multipart/form-data; boundary=x"
        headers = {"Content-Type": kind, "X-Pedigree-Client": "test", **owner.headers}
        response = await http.post("/graphql", content=content, headers=headers)
    assert response.status_code == 413
    (error,) = response.json()["errors"]
    extensions = error["extensions"]
    assert (extensions["code"], extensions["limit"]) == ("LIMIT_EXCEEDED", "uploadBytes")
    assert extensions["asked"] > extensions["allowed"] == 2 * 1024 * 1024


async def preflight(address: str, origin: str) -> httpx.Response:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    async with httpx.AsyncClient(base_url=address) as http:
        return await http.options("/graphql", headers=headers)


@pytest.mark.anyio
async def test_pages_of_an_allowed_site_may_ask(owner: Client, strict: str) -> None:
    allowed = await preflight(strict, SITE)
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == SITE
    assert "access-control-allow-credentials" not in allowed.headers
    async with httpx.AsyncClient(base_url=strict) as http:
        headers = {"Origin": SITE, **owner.headers}
        response = await http.post("/graphql", json=HELLO, headers=headers)
    assert response.headers["access-control-allow-origin"] == SITE


@pytest.mark.anyio
async def test_pages_of_other_sites_may_not(strict: str, server: str) -> None:
    for address, origin in ((strict, "https://other.example"), (server, SITE)):
        refused = await preflight(address, origin)
        assert refused.status_code >= 400
        assert "access-control-allow-origin" not in refused.headers
