"""Workspaces, members, tokens and the audit trail, through HTTP."""

from dataclasses import replace
from typing import Any

import httpx
import pytest

from graph import token
from graph.actor import Actor
from graph.driver import Graph
from graph.identifier import new_id
from graph.role import Role
from tests.api.conftest import Client, People, gather
from tests.person import address

pytestmark = pytest.mark.anyio

REFUSALS = """
  __typename
  ... on InvalidInput { field message }
  ... on NotFound { field message }
  ... on NotAllowed { message }
  ... on Conflict { field message hint }
"""
CREATE = f"""mutation ($input: CreateWorkspaceInput!) {{ createWorkspace(input: $input) {{
  {REFUSALS} ... on WorkspaceCreated {{
    workspace {{ id name role members {{ edges {{ node {{ role user {{ id }} }} }} }} }} }} }} }}"""
RENAME = f"""mutation ($input: RenameWorkspaceInput!) {{ renameWorkspace(input: $input) {{
  {REFUSALS} ... on WorkspaceRenamed {{ workspace {{ id name }} }} }} }}"""
PUT = f"""mutation ($input: PutMemberInput!) {{ putMember(input: $input) {{
  {REFUSALS} ... on MemberPut {{ member {{ role user {{ id email }} }} }} }} }}"""
REMOVE = f"""mutation ($input: RemoveMemberInput!) {{ removeMember(input: $input) {{
  {REFUSALS} ... on MemberRemoved {{ member {{ role user {{ id }} }} }} }} }}"""
ISSUE = f"""mutation ($input: IssueTokenInput!) {{ issueToken(input: $input) {{
  {REFUSALS} ... on TokenIssued {{ secret token {{ id name workspaceId role userId }} }} }} }}"""
REVOKE = f"""mutation ($input: RevokeTokenInput!) {{ revokeToken(input: $input) {{
  {REFUSALS} ... on TokenRevoked {{ token {{ id revokedAt }} }} }} }}"""
VIEWER = """query ($first: Int!, $after: String) { viewer {
  limited expiresAt user { id name } token { name lastUsedAt }
  workspaces(first: $first, after: $after) {
    edges { node { id name role } } pageInfo { hasNextPage endCursor } } } }"""
TOKENS = "{ viewer { tokens { edges { node { id name } } } } }"
WORKSPACE = """query ($id: ID!) { workspace(id: $id) {
  name role members(first: 2) { edges { node { role user { id } } } pageInfo { hasNextPage } } } }"""
WITHIN = "query ($id: ID!) { workspace(id: $id) { tokens { edges { node { id } } } } }"
ENTRIES = """query ($workspace: ID, $targets: [ID!], $first: Int!, $after: String) {
  entries(workspace: $workspace, targets: $targets, first: $first, after: $after) {
    edges { node { id at actor user { id } request action target detail } }
    pageInfo { hasNextPage endCursor } } }"""


async def _do(client: Client, mutation: str, **given: Any) -> dict[str, Any]:
    data = await client.ask(mutation, input=given)
    answer: dict[str, Any] = next(iter(data.values()))
    return answer


async def _issue(client: Client, **limits: Any) -> Client:
    """The same person, by another token."""
    done = await _do(client, ISSUE, name="test", **limits)
    return replace(client, secret=done["secret"])


async def _own(client: Client) -> str:
    """A fresh workspace of the client's."""
    done = await _do(client, CREATE, name="Fresh")
    return str(done["workspace"]["id"])


async def test_the_viewer_sees_themselves_and_their_workspaces(people: People) -> None:
    found = (await people.editor.ask(VIEWER, first=50))["viewer"]
    assert (found["user"]["id"], found["limited"]) == (people.editor.user_id, False)
    assert found["token"]["name"] == "test"
    homes = {edge["node"]["id"]: edge["node"]["role"] for edge in found["workspaces"]["edges"]}
    assert homes[people.editor.workspace] == "EDITOR"


async def test_a_new_workspace_is_seen_in_the_answer_and_in_pages(
    graph: Graph, http: httpx.AsyncClient
) -> None:
    someone = (await gather(graph, http)).stranger
    once = new_id()
    made = await _do(someone, CREATE, name="Film", idempotencyKey=once)
    assert made["workspace"]["role"] == "OWNER"
    assert made["workspace"]["members"]["edges"] == [
        {"node": {"role": "OWNER", "user": {"id": someone.user_id}}}
    ]
    assert await _do(someone, CREATE, name="Film", idempotencyKey=once) == made
    first = (await someone.ask(VIEWER, first=1))["viewer"]["workspaces"]
    assert first["pageInfo"]["hasNextPage"] is True
    after = first["pageInfo"]["endCursor"]
    second = (await someone.ask(VIEWER, first=50, after=after))["viewer"]["workspaces"]
    ids = [edge["node"]["id"] for page in (first, second) for edge in page["edges"]]
    assert ids == sorted(set(ids))
    assert {someone.workspace, made["workspace"]["id"]} <= set(ids)


async def test_a_workspace_shows_itself_to_members_only(people: People) -> None:
    home = people.owner.workspace
    found = (await people.viewer.ask(WORKSPACE, id=home))["workspace"]
    assert found["role"] == "VIEWER"
    assert len(found["members"]["edges"]) == 2
    assert found["members"]["pageInfo"]["hasNextPage"] is True
    assert (await people.stranger.ask(WORKSPACE, id=home))["workspace"] is None


async def test_only_an_owner_manages(people: People) -> None:
    home = people.owner.workspace
    for client in (people.editor, people.viewer, people.auditor):
        for mutation, given in (
            (RENAME, {"name": "Mine"}),
            (PUT, {"email": address(), "role": "OWNER"}),
            (REMOVE, {"user": people.owner.user_id}),
        ):
            done = await _do(client, mutation, workspace=home, **given)
            assert done["__typename"] == "NotAllowed"
    done = await _do(people.stranger, RENAME, workspace=home, name="Mine")
    assert (done["__typename"], done["field"]) == ("NotFound", "workspace")


async def test_a_member_comes_changes_and_goes(people: People) -> None:
    home, email = await _own(people.owner), address()
    done = await _do(people.owner, PUT, workspace=home, email=email, role="VIEWER")
    someone = done["member"]["user"]
    assert someone["email"] == email
    done = await _do(people.owner, PUT, workspace=home, email=email, role="EDITOR")
    assert done["member"] == {"role": "EDITOR", "user": someone}
    done = await _do(people.owner, REMOVE, workspace=home, user=someone["id"])
    assert done["member"]["role"] == "EDITOR"
    done = await _do(people.owner, REMOVE, workspace=home, user=someone["id"])
    assert (done["__typename"], done["field"]) == ("NotFound", "user")


async def test_a_member_may_leave_but_not_by_a_limited_token(graph: Graph, people: People) -> None:
    home = await _own(people.owner)
    done = await _do(people.owner, PUT, workspace=home, email=address(), role="VIEWER")
    user_id = done["member"]["user"]["id"]
    mine = Actor(user_id, None, "test")
    _, whole = await token.issue(graph, mine, user=user_id, name="x")
    _, less = await token.issue(graph, mine, user=user_id, name="x", role=Role.OWNER)
    assert whole
    assert less
    leaving = replace(people.owner, secret=less)
    done = await _do(leaving, REMOVE, workspace=home, user=user_id)
    assert done["__typename"] == "NotAllowed"
    leaving = replace(people.owner, secret=whole)
    done = await _do(leaving, REMOVE, workspace=home, user=user_id)
    assert done["__typename"] == "MemberRemoved"


async def test_the_last_owner_stays(people: People) -> None:
    home = await _own(people.owner)
    done = await _do(people.owner, REMOVE, workspace=home, user=people.owner.user_id)
    assert (done["__typename"], done["field"]) == ("Conflict", "user")
    assert "owner first" in done["hint"]


async def test_a_token_is_issued_used_and_revoked(people: People) -> None:
    done = await _do(people.editor, ISSUE, name="farm", workspace=people.editor.workspace)
    assert done["token"]["workspaceId"] == people.editor.workspace
    farm = replace(people.editor, secret=done["secret"])
    seen = (await farm.ask(VIEWER, first=5))["viewer"]
    assert (seen["limited"], seen["token"]["name"]) == (True, "farm")
    own = await people.editor.ask(TOKENS)
    assert {"node": {"id": done["token"]["id"], "name": "farm"}} in own["viewer"]["tokens"]["edges"]
    ended = await _do(people.editor, REVOKE, id=done["token"]["id"])
    assert ended["token"]["revokedAt"]
    response = await farm.http.post(
        "/graphql", json={"query": "{ viewer { limited } }"}, headers=farm.headers
    )
    assert response.status_code == 401
    assert 'error="invalid_token"' in response.headers["WWW-Authenticate"]


async def test_a_secret_is_shown_once(people: People) -> None:
    once = new_id()
    first = await _do(people.editor, ISSUE, name="x", idempotencyKey=once)
    second = await _do(people.editor, ISSUE, name="x", idempotencyKey=once)
    assert first["token"] == second["token"]
    assert first["secret"].startswith("pdg_")
    assert second["secret"] is None


async def test_a_limited_token_makes_nothing_of_itself(people: People) -> None:
    home = people.editor.workspace
    less = await _issue(people.editor, workspace=home, role="VIEWER")
    for mutation, given in (
        (ISSUE, {"name": "more"}),
        (ISSUE, {"name": "more", "workspace": home}),
        (CREATE, {"name": "Mine"}),
    ):
        assert (await _do(less, mutation, **given))["__typename"] == "NotAllowed"
    other = await _do(people.editor, ISSUE, name="other")
    done = await _do(less, REVOKE, id=other["token"]["id"])
    assert (done["__typename"], done["field"]) == ("NotFound", "token")
    assert "errors" in await less.answer(TOKENS)


async def test_a_limited_token_may_end_itself(people: People) -> None:
    done = await _do(people.editor, ISSUE, name="brief", role="VIEWER")
    less = replace(people.editor, secret=done["secret"])
    ended = await _do(less, REVOKE, id=done["token"]["id"])
    assert ended["__typename"] == "TokenRevoked"


async def test_an_owner_manages_the_tokens_within_their_workspace_only(people: People) -> None:
    home, member = people.owner.workspace, people.editor.user_id
    done = await _do(people.owner, ISSUE, name="bot", user=member, workspace=home)
    assert done["token"]["userId"] == member
    listed = (await people.owner.ask(WITHIN, id=home))["workspace"]["tokens"]["edges"]
    assert {"node": {"id": done["token"]["id"]}} in listed
    assert "errors" in await people.editor.answer(WITHIN, id=home)
    assert (await _do(people.owner, REVOKE, id=done["token"]["id"]))["token"]["revokedAt"]
    whole = await _do(people.editor, ISSUE, name="mine")
    assert (await _do(people.owner, REVOKE, id=whole["token"]["id"]))["__typename"] == "NotFound"
    done = await _do(people.owner, ISSUE, name="bot", user=member)
    assert done["__typename"] == "NotAllowed"
    done = await _do(people.editor, ISSUE, name="x", user=people.owner.user_id, workspace=home)
    assert done["__typename"] == "NotAllowed"
    done = await _do(people.stranger, ISSUE, name="x", user=member, workspace=home)
    assert (done["__typename"], done["field"]) == ("NotFound", "workspace")


async def test_owners_and_auditors_read_the_audit_and_nobody_else(people: People) -> None:
    home = people.owner.workspace
    for client in (people.owner, people.auditor):
        assert (await client.ask(ENTRIES, workspace=home, first=5))["entries"]["edges"]
    for client in (people.editor, people.viewer, people.stranger):
        assert "errors" in await client.answer(ENTRIES, workspace=home, first=5)


async def test_the_audit_tells_who_did_what_in_which_request(people: People) -> None:
    home, number = await _own(people.owner), new_id()
    given = {"query": RENAME, "variables": {"input": {"workspace": home, "name": "New"}}}
    headers = {**people.owner.headers, "X-Request-Id": number}
    response: httpx.Response = await people.owner.http.post("/graphql", json=given, headers=headers)
    assert response.status_code == 200
    page = (await people.owner.ask(ENTRIES, workspace=home, first=1))["entries"]
    (line,) = (edge["node"] for edge in page["edges"])
    assert (line["actor"], line["user"]["id"]) == (people.owner.user_id,) * 2
    assert (line["action"], line["target"], line["request"]) == ("workspace.rename", home, number)
    assert line["detail"] == {"before": "Fresh", "name": "New"}
    after = page["pageInfo"]["endCursor"]
    older = (await people.owner.ask(ENTRIES, workspace=home, first=5, after=after))["entries"]
    assert [edge["node"]["action"] for edge in older["edges"]] == ["workspace.create"]
    none = await people.owner.ask(ENTRIES, workspace=home, targets=[new_id()], first=5)
    assert none["entries"]["edges"] == []
