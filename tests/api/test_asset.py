"""Assets through HTTP: in, read, changed, found and deleted."""

import pytest

from tests.api.conftest import People

pytestmark = pytest.mark.anyio

CREATE = """
mutation ($input: CreateAssetInput!) {
  createAsset(input: $input) {
    __typename
    ... on AssetCreated { created asset { id name mediaType mediaState tags } }
    ... on InvalidInput { field message }
    ... on NotAllowed { message }
  }
}
"""
GET = "query ($id: ID!) { asset(id: $id) { id name metadata edgeCounts { parents children } } }"


async def test_an_asset_told_of_is_there_for_members_only(people: People) -> None:
    told = {"name": "A knight", "mediaType": "IMAGE", "tags": ["hero"], "metadata": {"a": 1}}
    made = (await people.editor.ask(CREATE, input=told))["createAsset"]
    assert made["created"] is True
    asset = made["asset"]
    assert asset == {
        "id": asset["id"],
        "name": "A knight",
        "mediaType": "IMAGE",
        "mediaState": "NONE",
        "tags": ["hero"],
    }
    seen = (await people.viewer.ask(GET, id=asset["id"]))["asset"]
    assert seen["metadata"] == {"a": 1}
    assert seen["edgeCounts"] == {"parents": 0, "children": 0}
    assert (await people.stranger.ask(GET, id=asset["id"]))["asset"] is None


async def test_a_viewer_creates_nothing(people: People) -> None:
    answer = await people.viewer.ask(CREATE, input={"mediaType": "IMAGE"})
    assert answer["createAsset"]["__typename"] == "NotAllowed"


async def test_an_address_longer_than_an_index_holds_is_refused_by_name(people: People) -> None:
    told = {"mediaType": "IMAGE", "remoteUrl": "https://e.org/" + "\N{FOX FACE}" * 2000}
    answer = (await people.editor.ask(CREATE, input=told))["createAsset"]
    assert (answer["__typename"], answer["field"]) == ("InvalidInput", "remoteUrl")
