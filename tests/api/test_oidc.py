"""Sign-in by OpenID Connect, at a real issuer on loopback."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey, OctKey, RSAKey

from api import oidc
from api.authentication import Authenticator
from api.oidc import Issuer, IssuerUnavailable, OpenIdConnect
from api.viewer import Unauthenticated
from graph import user, workspace
from graph.driver import Graph
from graph.identifier import new_id
from graph.role import Role
from settings import Settings
from tests.api.issuer import AUDIENCE, DISCOVERY, EC, OKP, ROTATED, RSA, Server, serving
from tests.person import address, person, place

pytestmark = pytest.mark.anyio


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as issuer:
        yield issuer


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=5) as made:
        yield made


def _connect(
    server: Server, client: httpx.AsyncClient, *, refetch_seconds: float = 0.0
) -> OpenIdConnect:
    return OpenIdConnect(
        Issuer(f"{server.address}/", client, refetch_seconds=refetch_seconds), AUDIENCE
    )


@pytest.mark.parametrize(
    ("key", "alg"),
    [(RSA, "RS256"), (RSA, "PS512"), (EC, "ES256"), (OKP, "EdDSA"), (OKP, "Ed25519")],
)
async def test_a_good_token_tells_whose_it_is(
    server: Server, client: httpx.AsyncClient, key: Any, alg: str
) -> None:
    expires = int(time.time()) + 200
    token = server.token(
        key=key, alg=alg, exp=expires, email="Ann@example.org", email_verified=True, name=" Ann\n"
    )
    found = await _connect(server, client).verify(token)
    assert (found.issuer, found.subject) == (server.address, "ann")
    assert (found.email, found.name) == ("Ann@example.org", "Ann")
    assert found.expires_at.timestamp() == expires


@pytest.mark.parametrize("verified", [None, False, "true", 1])
async def test_an_address_that_is_not_verified_is_not_believed(
    server: Server, client: httpx.AsyncClient, verified: object
) -> None:
    token = server.token(email="ann@example.org", email_verified=verified)
    assert (await _connect(server, client).verify(token)).email is None


async def test_one_audience_among_several_is_enough_and_unknown_headers_are_no_fault(
    server: Server, client: httpx.AsyncClient
) -> None:
    verifier = _connect(server, client)
    token = server.token(aud=["other", AUDIENCE], header={"nonce": "x"})
    assert (await verifier.verify(token)).subject == "ann"


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": int(time.time()) - 60},
        {"exp": None},
        {"exp": "soon"},
        {"exp": 10**30},
        {"nbf": int(time.time()) + 600},
        {"aud": "another"},
        {"aud": ["another"]},
        {"aud": None},
        {"aud": {"of": "another kind"}},
        {"iss": "https://other.example"},
        {"iss": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
    ],
    ids=str,
)
async def test_a_token_with_a_bad_claim_is_refused(
    server: Server, client: httpx.AsyncClient, changes: dict[str, Any]
) -> None:
    verifier = _connect(server, client)
    assert await verifier.verify(server.token())
    with pytest.raises(Unauthenticated, match="sign in again"):
        await verifier.verify(server.token(**changes))


async def test_clocks_may_differ_a_little(server: Server, client: httpx.AsyncClient) -> None:
    moment = int(time.time())
    token = server.token(exp=moment - 10, nbf=moment + 10)
    assert (await _connect(server, client).verify(token)).subject == "ann"


async def test_a_token_without_a_signature_is_refused(
    server: Server, client: httpx.AsyncClient
) -> None:
    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    for alg in ("none", "None", ""):
        token = f"{part({'alg': alg, 'kid': 'rsa'})}.{part(server.claims())}."
        with pytest.raises(Unauthenticated):
            await _connect(server, client).verify(token)


async def test_a_secret_made_of_the_public_key_does_not_sign(
    server: Server, client: httpx.AsyncClient
) -> None:
    public = json.dumps(RSA.as_dict(private=False)).encode()
    forged = OctKey.import_key(public, {"kid": "rsa"})
    with pytest.raises(Unauthenticated):
        await _connect(server, client).verify(server.token(key=forged, alg="HS256"))


async def test_a_secret_that_the_issuer_publishes_does_not_sign(
    server: Server, client: httpx.AsyncClient
) -> None:
    secret = OctKey.generate_key(256, {"kid": "oct"})
    server.pages["/keys"]["keys"].append(secret.as_dict(private=True))
    with pytest.raises(Unauthenticated):
        await _connect(server, client).verify(server.token(key=secret, alg="HS256"))


async def test_the_key_of_another_under_a_known_name_does_not_sign(
    server: Server, client: httpx.AsyncClient
) -> None:
    verifier = _connect(server, client)
    for forged, alg in (
        (RSAKey.generate_key(2048, {"kid": "rsa"}), "RS256"),
        (ECKey.generate_key("P-256", {"kid": "rsa"}), "ES256"),
        (ECKey.generate_key("P-256", {"kid": "ec"}), "ES256"),
    ):
        with pytest.raises(Unauthenticated):
            await verifier.verify(server.token(key=forged, alg=alg))


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "a.b.c",
        "....",
        "e30.e30.e30",
        "\xff.\xff.\xff",
        "x" * 10_000,
        base64.urlsafe_b64encode(b"[" * 1401).decode() + ".e30.e30",
        base64.urlsafe_b64encode(b'{"alg":["RS256"],"kid":{}}').decode() + ".e30.e30",
        base64.urlsafe_b64encode(b'{"alg":"RS256","kid":["rsa"]}').decode() + ".e30.e30",
        base64.urlsafe_b64encode(b'{"alg":"RS256","kid":"rsa","crit":["x"]}').decode() + ".e30.e",
        base64.urlsafe_b64encode(b'["RS256"]').decode() + ".e30.e30",
        base64.urlsafe_b64encode(b'{"alg":"RS256"}').decode() + ".e30.e30",
    ],
    ids=range(12),
)
async def test_what_is_no_token_at_all_is_refused(
    server: Server, client: httpx.AsyncClient, token: str
) -> None:
    with pytest.raises(Unauthenticated):
        await _connect(server, client).verify(token)


async def test_the_keys_are_fetched_once_also_at_once(
    server: Server, client: httpx.AsyncClient
) -> None:
    verifier, token = _connect(server, client), server.token()
    await asyncio.gather(*(verifier.verify(token) for _ in range(10)))
    await verifier.verify(token)
    assert server.asked == [DISCOVERY, "/keys"]


async def test_a_new_key_is_found_and_the_old_one_ends(
    server: Server, client: httpx.AsyncClient
) -> None:
    verifier = _connect(server, client)
    old, new = server.token(), server.token(key=ROTATED)
    await verifier.verify(old)
    server.publish(ROTATED)
    assert (await verifier.verify(new)).subject == "ann"
    with pytest.raises(Unauthenticated):
        await verifier.verify(old)


async def test_naming_keys_that_are_not_there_does_not_flood_the_issuer(
    server: Server, client: httpx.AsyncClient
) -> None:
    verifier = _connect(server, client, refetch_seconds=3600)
    await verifier.verify(server.token())
    for _ in range(5):
        with pytest.raises(Unauthenticated):
            await verifier.verify(server.token(key=ROTATED))
    assert server.asked == [DISCOVERY, "/keys"]


async def test_old_keys_are_fetched_again_and_outlive_an_outage(
    server: Server, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oidc, "KEYS_SECONDS", 0.0)
    verifier, token = _connect(server, client), server.token()
    await verifier.verify(token)
    server.status = 503
    assert (await verifier.verify(token)).subject == "ann"
    assert server.asked == [DISCOVERY, "/keys", DISCOVERY]


@pytest.mark.parametrize(
    ("path", "page"),
    [
        (DISCOVERY, None),
        (DISCOVERY, b"<html>"),
        (DISCOVERY, b"\xff\xfe"),
        (DISCOVERY, []),
        (DISCOVERY, {}),
        (DISCOVERY, {"issuer": None, "jwks_uri": None}),
        ("/keys", {"keys": []}),
        ("/keys", {"keys": [7, {"kty": "RSA"}, {"kty": "EC", "crv": "P-999"}]}),
        ("/keys", {"keys": "none"}),
    ],
)
async def test_an_issuer_that_makes_no_sense_is_unavailable(
    server: Server, client: httpx.AsyncClient, path: str, page: Any
) -> None:
    token = server.token()
    server.pages[path] = page
    with pytest.raises(IssuerUnavailable) as refused:
        await _connect(server, client).verify(token)
    assert refused.value.retry_in >= 1


async def test_a_document_that_names_another_issuer_is_not_believed(
    server: Server, client: httpx.AsyncClient
) -> None:
    verifier, token = _connect(server, client), server.token()
    server.pages[DISCOVERY]["issuer"] = f"{server.address}/other"
    with pytest.raises(IssuerUnavailable):
        await verifier.verify(token)
    server.pages[DISCOVERY]["issuer"] = f"{server.address}/"
    with pytest.raises(Unauthenticated):
        await verifier.verify(token)


async def test_an_issuer_that_is_away_is_not_asked_again_at_once(
    server: Server, client: httpx.AsyncClient
) -> None:
    verifier, token = _connect(server, client, refetch_seconds=3600), server.token()
    server.status = 500
    for _ in range(3):
        with pytest.raises(IssuerUnavailable) as refused:
            await verifier.verify(token)
        assert 3590 < refused.value.retry_in <= 3600
    assert server.asked == [DISCOVERY]


async def test_an_issuer_that_nobody_serves_is_unavailable(client: httpx.AsyncClient) -> None:
    verifier = OpenIdConnect(Issuer("http://127.0.0.1:1", client), AUDIENCE)
    with pytest.raises(IssuerUnavailable):
        await verifier.verify("a.b.c")


async def test_a_key_we_do_not_understand_does_not_spoil_the_others(
    server: Server, client: httpx.AsyncClient
) -> None:
    server.pages["/keys"]["keys"] += [{"kty": "new"}, {"kty": "EC", "crv": "P-999", "kid": "x"}]
    assert (await _connect(server, client).verify(server.token())).subject == "ann"


async def test_a_secure_issuer_cannot_name_keys_on_an_open_line(client: httpx.AsyncClient) -> None:
    secure = Issuer("https://issuer.example", client)
    assert secure.key_address({"jwks_uri": "https://issuer.example/k"})
    with pytest.raises(ValueError, match="https"):
        secure.key_address({"jwks_uri": "http://issuer.example/k"})


@pytest.fixture
def signing_in(config: Settings, server: Server) -> Settings:
    changes = {"oidc_issuer": server.address, "oidc_audience": AUDIENCE}
    return config.model_copy(update=changes)


async def test_a_sign_in_is_a_viewer_with_the_users_roles(
    graph: Graph, signing_in: Settings, server: Server
) -> None:
    ann = await person(graph)
    home, email = await place(graph, ann), address()
    invited = await workspace.put_member(graph, ann, home, email, Role.EDITOR)
    token = server.token(sub=new_id(), email=email, email_verified=True)
    async with Authenticator(graph, signing_in) as authenticator:
        viewer = await authenticator.authenticate(f"Bearer {token}")
        again = await authenticator.authenticate(f"Bearer {token}")
    assert viewer == again
    assert (viewer.user_id, viewer.token_id) == (invited.user.id, None)
    assert (dict(viewer.roles), viewer.limited) == ({home: Role.EDITOR}, False)


async def test_an_address_not_verified_joins_nobody(
    graph: Graph, signing_in: Settings, server: Server
) -> None:
    ann, email = await person(graph), address()
    invited = await workspace.put_member(graph, ann, await place(graph, ann), email, Role.EDITOR)
    token = server.token(sub=new_id(), email=email)
    async with Authenticator(graph, signing_in) as authenticator:
        viewer = await authenticator.authenticate(f"Bearer {token}")
    assert viewer.user_id != invited.user.id
    assert viewer.roles == {}


@pytest.mark.parametrize("email", ["taken", "not an address"])
async def test_a_sign_in_whose_address_cannot_be_used_is_refused_in_words(
    graph: Graph, signing_in: Settings, server: Server, email: str
) -> None:
    if email == "taken":
        email = address()
        await user.for_subject(graph, server.address, new_id(), email, None)
    token = server.token(sub=new_id(), email=email, email_verified=True)
    async with Authenticator(graph, signing_in) as authenticator:
        with pytest.raises(Unauthenticated, match="cannot be used"):
            await authenticator.authenticate(f"Bearer {token}")


async def test_without_an_issuer_a_sign_in_is_no_token(
    graph: Graph, config: Settings, server: Server
) -> None:
    async with Authenticator(graph, config) as authenticator:
        with pytest.raises(Unauthenticated, match="not valid"):
            await authenticator.authenticate(f"Bearer {server.token()}")
