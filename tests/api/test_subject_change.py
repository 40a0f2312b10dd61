"""Subjects through HTTP: in, changed, found and deleted."""

from typing import Any

import pytest

from tests.api.conftest import Client, People

pytestmark = pytest.mark.anyio

REFUSED = """
    __typename
    ... on InvalidInput { field message }
    ... on NotFound { field message }
    ... on NotAllowed { message }
    ... on Conflict { field message }
"""
TOLD = """
    id kind name description attributes parts { name description }
    createdAt updatedAt deletedAt assetCount
"""
CREATE = """
mutation ($input: CreateSubjectInput!) {
  createSubject(input: $input) { ... on SubjectCreated { subject { TOLD } } REFUSED }
}
""".replace("TOLD", TOLD).replace("REFUSED", REFUSED)
UPDATE = """
mutation ($input: UpdateSubjectInput!) {
  updateSubject(input: $input) { ... on SubjectUpdated { subject { TOLD } } REFUSED }
}
""".replace("TOLD", TOLD).replace("REFUSED", REFUSED)
DELETE = """
mutation ($id: ID!) {
  deleteSubject(input: {id: $id}) { ... on SubjectDeleted { subject { TOLD } } REFUSED }
}
""".replace("TOLD", TOLD).replace("REFUSED", REFUSED)
LIST = """
query ($search: String, $kinds: [SubjectKind!], $first: Int!, $after: String) {
  subjects(search: $search, kinds: $kinds, first: $first, after: $after) {
    edges { node { name } } pageInfo { hasNextPage endCursor }
  }
}
"""
NODE = "query ($id: ID!) { node(id: $id) { id ... on Subject { name deletedAt } } }"
KNIGHT = {
    "kind": "CHARACTER",
    "name": "Sir Aldous",
    "description": "A knight past his best.",
    "attributes": {"hair": "grey", "age": "50"},
    "parts": [{"name": "armour", "description": "rusty"}, {"name": "helmet", "description": None}],
}


async def create(client: Client, **told: Any) -> Any:
    return (await client.ask(CREATE, input=told))["createSubject"]


async def update(client: Client, **told: Any) -> Any:
    return (await client.ask(UPDATE, input=told))["updateSubject"]


async def test_what_is_told_is_answered(people: People) -> None:
    one = (await create(people.editor, **KNIGHT))["subject"]
    assert {name: one[name] for name in KNIGHT} == KNIGHT
    assert (one["deletedAt"], one["assetCount"]) == (None, 0)
    assert (await people.viewer.ask(NODE, id=one["id"]))["node"]["name"] == "Sir Aldous"
    assert (await people.stranger.ask(NODE, id=one["id"]))["node"] is None


async def test_what_is_left_out_stays_and_null_takes_away(people: People) -> None:
    one = (await create(people.editor, **KNIGHT))["subject"]
    kept = (await update(people.editor, id=one["id"]))["subject"]
    assert {name: kept[name] for name in KNIGHT} == KNIGHT
    changes = {"attributes": {"age": None, "beard": "long"}, "parts": None, "description": None}
    changed = (await update(people.editor, id=one["id"], **changes, kind="ITEM"))["subject"]
    assert (changed["kind"], changed["name"]) == ("ITEM", "Sir Aldous")
    assert changed["attributes"] == {"hair": "grey", "beard": "long"}
    assert (changed["parts"], changed["description"]) == ([], None)
    bare = (await update(people.editor, id=one["id"], attributes=None))["subject"]
    assert bare["attributes"] == {}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": None}, "name"),
        ({"name": "  "}, "name"),
        ({"kind": None}, "kind"),
        ({"attributes": {"age": 50}}, "attributes.age"),
        ({"attributes": ["age"]}, "attributes"),
        ({"parts": [{"name": "a"}, {"name": "a"}]}, "parts.1.name"),
        ({"description": "x" * 20_001}, "description"),
    ],
)
async def test_what_cannot_be_is_refused_by_name(
    people: People, changes: dict[str, Any], field: str
) -> None:
    one = (await create(people.editor, **KNIGHT))["subject"]
    refused = await update(people.editor, id=one["id"], **changes)
    assert (refused["__typename"], refused["field"]) == ("InvalidInput", field)
    if None not in changes.values():
        refused = await create(people.editor, **(KNIGHT | changes))
        assert (refused["__typename"], refused["field"]) == ("InvalidInput", field)


async def test_only_editors_change_and_strangers_see_nothing(people: People) -> None:
    one = (await create(people.editor, **KNIGHT))["subject"]
    assert (await update(people.viewer, id=one["id"], name="x"))["__typename"] == "NotAllowed"
    assert (await update(people.stranger, id=one["id"], name="x"))["__typename"] == "NotFound"
    for who, refusal in ((people.viewer, "NotAllowed"), (people.stranger, "NotFound")):
        answer = await who.ask(DELETE, id=one["id"])
        assert answer["deleteSubject"]["__typename"] == refusal


async def test_a_deleted_subject_is_listed_no_more(people: People) -> None:
    one = (await create(people.editor, **(KNIGHT | {"name": "Shortlived"})))["subject"]
    gone = (await people.editor.ask(DELETE, id=one["id"]))["deleteSubject"]["subject"]
    assert gone["deletedAt"]
    found = await people.viewer.ask(LIST, search="shortlived", first=5)
    assert found["subjects"]["edges"] == []
    assert (await people.viewer.ask(NODE, id=one["id"]))["node"]["deletedAt"] == gone["deletedAt"]
    again = (await people.editor.ask(DELETE, id=one["id"]))["deleteSubject"]
    assert (again["__typename"], again["field"]) == ("NotFound", "id")


async def test_subjects_are_searched_and_paged(people: People) -> None:
    for number in range(5):
        kind = "LOCATION" if number % 2 else "ITEM"
        await create(people.editor, kind=kind, name=f"Zanzibar {number}")
    asked: dict[str, Any] = {"search": "zanz", "kinds": ["ITEM"], "first": 2}
    page = (await people.viewer.ask(LIST, **asked))["subjects"]
    assert [edge["node"]["name"] for edge in page["edges"]] == ["Zanzibar 4", "Zanzibar 2"]
    assert page["pageInfo"]["hasNextPage"]
    asked["after"] = page["pageInfo"]["endCursor"]
    page = (await people.viewer.ask(LIST, **asked))["subjects"]
    assert [edge["node"]["name"] for edge in page["edges"]] == ["Zanzibar 0"]
    assert not page["pageInfo"]["hasNextPage"]
    assert (await people.stranger.ask(LIST, **asked))["subjects"]["edges"] == []
