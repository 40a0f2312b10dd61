"""Who a request is from, and how long that is believed."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

import neo4j
import pytest

from api import authentication
from api.authentication import Authenticator
from api.viewer import Unauthenticated, Viewer
from embedded.services import Services
from graph import token, workspace
from graph.actor import Actor
from graph.driver import Graph
from graph.identifier import new_id
from graph.role import Permission, Role
from settings import Settings
from tests.person import address, member, person, place
from tests.proxy import proxied
from tests.waiting import until

pytestmark = pytest.mark.anyio


@pytest.fixture
def trusting(config: Settings) -> Settings:
    """Settings by which a process believes what it read for a long while."""
    return config.model_copy(update={"token_cache_seconds": 60.0})


async def _issue(
    graph: Graph, actor: Actor, *, within: str | None = None, role: Role | None = None
) -> tuple[str, str]:
    """A token's id and the header that shows it."""
    made, secret = await token.issue(
        graph, actor, user=actor.user, name="test", workspace=within, role=role
    )
    return made.id, f"Bearer {secret}"


async def _last_used(graph: Graph, user_id: str) -> datetime | None:
    return (await token.of_user(graph, user_id))[0].last_used_at


def _viewer(*, limited: bool = False, **roles: Role) -> Viewer:
    return Viewer("ann", "t", roles, datetime.max.replace(tzinfo=UTC), limited)


def test_a_viewer_may_what_their_role_allows_where_they_have_it() -> None:
    viewer = _viewer(b=Role.VIEWER, a=Role.OWNER, c=Role.AUDITOR)
    assert viewer.workspaces(Permission.READ) == ["a", "b", "c"]
    assert viewer.workspaces(Permission.AUDIT) == ["a", "c"]
    assert viewer.workspaces(Permission.WRITE) == ["a"]
    assert viewer.may(Permission.READ, "b")
    assert not viewer.may(Permission.WRITE, "b")
    assert not viewer.may(Permission.READ, "elsewhere")


@pytest.mark.parametrize(
    ("limited", "role", "user", "place", "allowed"),
    [
        (False, Role.VIEWER, "ann", None, True),
        (False, Role.VIEWER, "ann", "w", True),
        (False, Role.OWNER, "bob", "w", True),
        (False, Role.OWNER, "bob", None, False),
        (False, Role.EDITOR, "bob", "w", False),
        (True, Role.OWNER, "ann", "w", True),
        (True, Role.OWNER, "ann", None, False),
        (True, Role.VIEWER, "ann", "w", False),
    ],
)
def test_a_token_makes_no_token_that_may_more(
    limited: bool, role: Role, user: str, place: str | None, allowed: bool
) -> None:
    assert _viewer(limited=limited, w=role).may_issue(user, place) is allowed


async def test_a_token_is_a_viewer(graph: Graph, config: Settings) -> None:
    ann = await person(graph)
    home = await place(graph, ann)
    token_id, header = await _issue(graph, ann)
    async with Authenticator(graph, config) as authenticator:
        viewer = await authenticator.authenticate(header)
        assert viewer == await authenticator.authenticate(header.replace("Bearer ", "bearer   "))
    assert (viewer.user_id, viewer.token_id, viewer.limited) == (ann.user, token_id, False)
    assert viewer.roles == {home: Role.OWNER}


async def test_a_limited_token_is_a_limited_viewer(graph: Graph, config: Settings) -> None:
    ann = await person(graph)
    home, other = await place(graph, ann), await place(graph, ann)
    _, header = await _issue(graph, ann, within=home, role=Role.VIEWER)
    async with Authenticator(graph, config) as authenticator:
        viewer = await authenticator.authenticate(header)
    assert (viewer.roles, viewer.limited) == ({home: Role.VIEWER}, True)
    assert not viewer.may(Permission.READ, other)


@pytest.mark.parametrize("header", [None, ""])
async def test_without_a_token_the_answer_says_what_to_send(
    graph: Graph, config: Settings, header: str | None
) -> None:
    async with Authenticator(graph, config) as authenticator:
        with pytest.raises(Unauthenticated, match="Authorization: Bearer") as refused:
            await authenticator.authenticate(header)
    assert refused.value.challenge == 'Bearer realm="pedigree"'


@pytest.mark.parametrize("header", ["Basic YTpi", "Bearer", "Bearer ", "pdg_x", "Bearer a b"])
async def test_a_header_that_is_not_understood_is_refused(
    graph: Graph, config: Settings, header: str
) -> None:
    async with Authenticator(graph, config) as authenticator:
        with pytest.raises(Unauthenticated, match="not understood"):
            await authenticator.authenticate(header)


async def test_unknown_expired_and_revoked_tokens_get_one_answer(
    graph: Graph, config: Settings
) -> None:
    ann = await person(graph)
    expired, expired_header = await _issue(graph, ann)
    past = "MATCH (t:Token {id: $id}) SET t.expiresAt = datetime() - duration('PT1S')"
    await graph.write(lambda tx: tx.run(past, id=expired))
    revoked, revoked_header = await _issue(graph, ann)
    await token.revoke(graph, ann, revoked, user=ann.user)
    answers = set()
    async with Authenticator(graph, config) as authenticator:
        for header in (
            expired_header,
            revoked_header,
            "Bearer pdg_unknown",
            "Bearer pdg_\xff",
            "Bearer pdg_" + "x" * 20_000,
        ):
            with pytest.raises(Unauthenticated) as refused:
                await authenticator.authenticate(header)
            answers.add((refused.value.message, refused.value.challenge))
    ((message, challenge),) = answers
    assert challenge == (
        f'Bearer realm="pedigree", error="invalid_token", error_description="{message}"'
    )


async def test_what_was_read_is_believed_for_a_while(graph: Graph, trusting: Settings) -> None:
    _, header = await _issue(graph, await person(graph))
    async with Authenticator(graph, trusting) as authenticator:
        viewer = await authenticator.authenticate(header)
        before = graph.round_trips
        assert await authenticator.authenticate(header) == viewer
        assert graph.round_trips == before
    async with Authenticator(graph, trusting) as authenticator:
        await authenticator.authenticate(header)
        assert graph.round_trips > before


async def test_without_trust_a_revocation_is_seen_at_once(graph: Graph, config: Settings) -> None:
    ann = await person(graph)
    token_id, header = await _issue(graph, ann)
    async with Authenticator(graph, config) as authenticator:
        await authenticator.authenticate(header)
        await token.revoke(graph, ann, token_id, user=ann.user)
        with pytest.raises(Unauthenticated):
            await authenticator.authenticate(header)


async def test_a_forgotten_token_is_asked_for_again(graph: Graph, trusting: Settings) -> None:
    ann = await person(graph)
    token_id, header = await _issue(graph, ann)
    _, other = await _issue(graph, ann)
    async with Authenticator(graph, trusting) as authenticator:
        await authenticator.authenticate(header)
        await authenticator.authenticate(other)
        await token.revoke(graph, ann, token_id, user=ann.user)
        assert await authenticator.authenticate(header)
        authenticator.forget(token_id)
        with pytest.raises(Unauthenticated):
            await authenticator.authenticate(header)
        assert await authenticator.authenticate(other)


async def test_a_forgotten_user_has_their_new_role(graph: Graph, trusting: Settings) -> None:
    ann, email = await person(graph), address()
    home = await place(graph, ann)
    bob = await workspace.put_member(graph, ann, home, email, Role.EDITOR)
    _, header = await _issue(graph, Actor(bob.user.id, None, new_id()))
    async with Authenticator(graph, trusting) as authenticator:
        assert (await authenticator.authenticate(header)).roles == {home: Role.EDITOR}
        await workspace.put_member(graph, ann, home, email, Role.VIEWER)
        authenticator.forget_user(bob.user.id)
        assert (await authenticator.authenticate(header)).roles == {home: Role.VIEWER}


async def test_what_was_read_before_a_revocation_is_not_kept_after_it(
    graph: Graph, trusting: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await person(graph)
    token_id, header = await _issue(graph, ann)
    read, revoked, find = asyncio.Event(), asyncio.Event(), token.find

    async def slow_find(on: Graph, secret_hash: str) -> token.Bearer | None:
        found = await find(on, secret_hash)
        read.set()
        await revoked.wait()
        return found

    monkeypatch.setattr(token, "find", slow_find)
    async with Authenticator(graph, trusting) as authenticator:
        under_way = asyncio.create_task(authenticator.authenticate(header))
        await read.wait()
        await token.revoke(graph, ann, token_id, user=ann.user)
        authenticator.forget(token_id)
        revoked.set()
        await under_way
        with pytest.raises(Unauthenticated):
            await authenticator.authenticate(header)


async def test_a_token_that_expires_while_it_is_remembered_ends_on_time(
    graph: Graph, trusting: Settings
) -> None:
    ann = await person(graph)
    expires = datetime.now(UTC) + timedelta(seconds=1)
    _, secret = await token.issue(graph, ann, user=ann.user, name="x", expires_at=expires)

    async with Authenticator(graph, trusting) as authenticator:
        assert await authenticator.authenticate(f"Bearer {secret}")

        async def ended() -> bool:
            try:
                await authenticator.authenticate(f"Bearer {secret}")
            except Unauthenticated:
                return True
            return False

        await until(ended)
    assert datetime.now(UTC) >= expires


async def test_what_is_remembered_is_bounded_and_holds_no_secret(
    graph: Graph, trusting: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authentication, "CACHE_MAX", 2)
    ann = await person(graph)
    headers = [(await _issue(graph, ann))[1] for _ in range(3)]
    async with Authenticator(graph, trusting) as authenticator:
        for header in headers:
            await authenticator.authenticate(header)
        before = graph.round_trips
        await authenticator.authenticate(headers[2])
        await authenticator.authenticate(headers[1])
        assert graph.round_trips == before
        await authenticator.authenticate(headers[0])
        assert graph.round_trips == before + 1
        kept = repr(vars(authenticator))
    assert all(header.removeprefix("Bearer ") not in kept for header in headers)


async def test_last_use_is_noted_at_the_end(graph: Graph, config: Settings) -> None:
    ann = await person(graph)
    _, header = await _issue(graph, ann)
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    async with Authenticator(graph, config) as authenticator:
        await authenticator.authenticate(header)
        assert await _last_used(graph, ann.user) is None
    used = await _last_used(graph, ann.user)
    assert used
    assert before <= used <= datetime.now(UTC)


async def test_last_use_is_noted_in_the_meantime(graph: Graph, config: Settings) -> None:
    ann = await person(graph)
    _, header = await _issue(graph, ann)

    async def noted() -> bool:
        return await _last_used(graph, ann.user) is not None

    async with Authenticator(graph, config, flush_seconds=0.01) as authenticator:
        await authenticator.authenticate(header)
        await until(noted)


async def test_last_use_outlives_an_outage(
    graph: Graph, services: Services, config: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    ann = await person(graph)
    _, header = await _issue(graph, ann)

    async def failed() -> bool:
        return any("noted later" in line for line in caplog.messages)

    async def noted() -> bool:
        return await _last_used(graph, ann.user) is not None

    caplog.set_level(logging.WARNING, "pedigree.api")
    async with proxied(services.neo4j_uri) as proxy:
        driver = neo4j.AsyncGraphDatabase.driver(
            f"bolt://127.0.0.1:{proxy.port}",
            auth=(services.neo4j_user, services.neo4j_password),
            max_transaction_retry_time=0.0,
        )
        distant = Graph(driver, config.neo4j_database, config.query_seconds)
        async with driver, Authenticator(distant, config, flush_seconds=0.05) as authenticator:
            await authenticator.authenticate(header)
            await proxy.cut()
            await until(failed)
            await proxy.mend()
            await until(noted)
    assert header.removeprefix("Bearer ") not in caplog.text


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUDITOR])
async def test_readers_write_nothing(graph: Graph, config: Settings, role: Role) -> None:
    ann = await person(graph)
    home = await place(graph, ann)
    reader = await member(graph, ann, home, role)
    _, header = await _issue(graph, reader, role=Role.OWNER)
    async with Authenticator(graph, config) as authenticator:
        viewer = await authenticator.authenticate(header)
    assert viewer.may(Permission.READ, home)
    assert viewer.may(Permission.AUDIT, home) is (role is Role.AUDITOR)
    assert viewer.workspaces(Permission.WRITE) == viewer.workspaces(Permission.MANAGE) == []
