"""GraphiQL: what a browser gets, what it may do, and that the starter queries fit the schema."""

import hashlib
import json
import re
from collections.abc import AsyncIterator

import graphql
import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api import graphiql
from api.graphiql import DIST, Starter
from api.schema import schema

STARTERS = graphiql.starters()
MANIFEST = json.loads((DIST / "manifest.json").read_text(encoding="utf-8"))
BUILT = sorted(path.name for path in DIST.iterdir())


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async def page(request: Request) -> Response:
        return graphiql.page()

    app = Starlette(routes=[Route("/graphql", page), graphiql.assets()])
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://pedigree.test") as client:
        yield client


@pytest.fixture
def html() -> str:
    return bytes(graphiql.page().body).decode()


def policy() -> dict[str, list[str]]:
    text = graphiql.page().headers["content-security-policy"]
    parts = (part.split() for part in text.split(";"))
    return {part[0]: part[1:] for part in parts}


def request(method: str, accept: str | None) -> Request:
    headers = [(b"accept", accept.encode())] if accept else []
    return Request({"type": "http", "method": method, "headers": headers})


@pytest.mark.parametrize(
    ("method", "accept", "wanted"),
    [
        ("GET", "text/html,application/xhtml+xml,*/*;q=0.8", True),
        ("HEAD", "text/html", True),
        ("POST", "text/html", False),
        ("GET", "application/json", False),
        ("GET", "*/*", False),
        ("GET", None, False),
    ],
)
def test_only_a_browser_that_looks_gets_the_page(
    method: str, accept: str | None, wanted: bool
) -> None:
    assert graphiql.is_wanted(request(method, accept)) is wanted


def test_scripts_run_only_from_our_own_files(html: str) -> None:
    assert policy()["default-src"] == ["'none'"]
    assert policy()["script-src"] == ["'self'"]
    assert policy()["connect-src"] == ["'self'"]
    assert policy()["worker-src"] == ["'self'"]
    assert policy()["frame-ancestors"] == ["'none'"]
    for attributes, body in re.findall(r"<script([^>]*)>(.*?)</script>", html, re.DOTALL):
        assert ("src=" in attributes and not body) or "application/json" in attributes
    assert not re.search(r"\son\w+=|javascript:", html.replace("connect", ""))


def test_no_source_of_the_policy_is_another_host() -> None:
    allowed = {"'none'", "'self'", "'unsafe-inline'", "data:", "blob:"}
    assert {source for sources in policy().values() for source in sources} <= allowed
    assert [name for name, sources in policy().items() if "'unsafe-inline'" in sources] == [
        "style-src"
    ]


def test_the_page_names_no_address_elsewhere(html: str) -> None:
    markup = re.sub(r"<script type=\"application/json\".*?</script>", "", html, flags=re.DOTALL)
    linked = re.findall(r"(?:src|href)=\"([^\"]+)\"", markup)
    ours = [address for address in linked if not address.startswith("data:")]
    assert sorted(ours) == sorted(
        f"graphiql/{name}" for name in (MANIFEST["script"], MANIFEST["style"])
    )


def test_stylesheets_load_nothing_from_elsewhere() -> None:
    for sheet in DIST.glob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        loaded = re.findall(r"url\(\s*[\"']?([^\"')]+)", text)
        assert all(address.startswith(("data:", "./", "#")) for address in loaded), loaded
        assert "@import" not in text


def test_page_headers_keep_it_fresh_and_to_itself() -> None:
    headers = graphiql.page().headers
    assert headers["cache-control"] == "no-cache"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["vary"] == "Accept"
    assert headers["content-type"].startswith("text/html")


@pytest.mark.anyio
async def test_everything_the_page_links_is_served(client: httpx.AsyncClient) -> None:
    page = await client.get("/graphql")
    for address in re.findall(r"(?:src|href)=\"(graphiql/[^\"]+)\"", page.text):
        answer = await client.get(page.url.join(address))
        assert answer.status_code == 200


@pytest.mark.anyio
@pytest.mark.parametrize("name", BUILT)
async def test_files_have_a_type_and_are_kept_if_named_by_content(
    client: httpx.AsyncClient, name: str
) -> None:
    answer = await client.get(f"/graphiql/{name}")
    assert answer.status_code == 200
    assert answer.headers["x-content-type-options"] == "nosniff"
    hashed = re.search(r"-[A-Z0-9]{8}\.(js|css|ttf)$", name)
    assert bool(hashed) == ("immutable" in answer.headers["cache-control"])
    assert bool(hashed) == (name not in ("manifest.json", "LICENCES.txt"))
    kind = {"js": "text/javascript", "css": "text/css", "ttf": "font/ttf"}
    if hashed:
        assert answer.headers["content-type"].startswith(kind[hashed[1]])


@pytest.mark.anyio
async def test_text_is_compressed_for_those_who_take_it(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"/graphiql/{MANIFEST['script']}")
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.content == (DIST / MANIFEST["script"]).read_bytes()


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["nothing.js", "../package.json", "%2e%2e/page.html"])
async def test_nothing_else_is_served_and_a_miss_is_not_kept(
    client: httpx.AsyncClient, path: str
) -> None:
    answer = await client.get(f"/graphiql/{path}")
    assert answer.status_code == 404
    assert "immutable" not in answer.headers.get("cache-control", "")


def test_every_file_that_a_built_file_names_is_there() -> None:
    texts = [path.read_text(encoding="utf-8") for path in DIST.iterdir() if path.suffix != ".ttf"]
    named = {
        name for text in texts for name in re.findall(r"[a-z]+-[A-Z0-9]{8}\.[a-z]{2,3}\b", text)
    }
    assert {MANIFEST["script"], MANIFEST["style"]} < named <= set(BUILT)


def test_the_built_files_are_of_these_sources() -> None:
    folder = graphiql.FOLDER
    names = ["build.mjs", "licences.mjs", "package-lock.json"]
    paths = [folder / name for name in names] + sorted((folder / "source").iterdir())
    made = hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()
    assert made == MANIFEST["source"], "run `npm ci && npm run build` in web/graphiql"


def test_the_licences_of_what_is_bundled_come_with_it() -> None:
    text = (DIST / "LICENCES.txt").read_text(encoding="utf-8")
    for package in ("graphiql", "react", "monaco-editor", "graphql-ws", "prettier"):
        assert re.search(rf"^{package} [0-9.]+: MIT$", text, re.MULTILINE), package


def test_the_page_carries_the_starters_without_breaking_out(html: str) -> None:
    block = re.search(r"id=\"starters\">(.*?)</script>", html, re.DOTALL)
    assert block is not None
    assert "<" not in block[1]
    assert [Starter(**given) for given in json.loads(block[1])] == STARTERS


def test_there_are_starters_for_what_people_come_for() -> None:
    assert [starter.name for starter in STARTERS] == [
        "1-search",
        "2-lineage",
        "3-family",
        "4-impact",
        "5-relation",
        "6-link",
        "7-as-of",
        "8-watch",
        "9-generate",
        "10-making",
    ]


@pytest.mark.parametrize("starter", STARTERS, ids=lambda starter: starter.name)
def test_starters_fit_the_schema(starter: Starter) -> None:
    inner = schema._schema
    document = graphql.parse(starter.query)
    assert graphql.validate(inner, document) == []
    operation = graphql.get_operation_ast(document)
    assert operation is not None
    assert operation.name is not None, "an unnamed operation makes an unnamed tab"
    text = (starter.variables or "{}").replace("{{now}}", "2026-01-31T12:00:00Z")
    given = json.loads(text)
    coerced = graphql.execution.values.get_variable_values(
        inner, operation.variable_definitions or (), given
    )
    assert not isinstance(coerced, list), coerced
    assert set(coerced.coerced) == set(given)


@pytest.mark.parametrize("starter", STARTERS, ids=lambda starter: starter.name)
def test_starters_open_with_a_word_on_what_they_show(starter: Starter) -> None:
    assert starter.query.startswith("# ")
    comments = [line for line in starter.query.splitlines() if line.startswith("#")]
    assert all(len(line) <= 56 for line in comments), "longer lines do not fit the editor"
