"""Lineage from provider metadata through HTTP: what a client of the inspector sees."""

from typing import Any

import pytest

from graph.identifier import new_id
from tests.api.conftest import Client, People

pytestmark = pytest.mark.anyio

Json = dict[str, Any]
EDGE = "childId parentId kind operation sequence evidence prompt durationSeconds"
CREATE = f"""
mutation ($input: CreateAssetInput!) {{
  createAsset(input: $input) {{
    __typename
    ... on AssetCreated {{
      created
      asset {{ id operation prompt seed model providerAssetId edgeCounts {{ parents }} }}
      lineage {{ added {{ {EDGE} }} createdParents {{ id mediaType }} problems }}
    }}
  }}
}}
"""
LINEAGE = f"""
query ($id: ID!) {{
  asset(id: $id) {{
    lineage(direction: PARENTS) {{
      nodes {{
        depth
        asset {{ id mediaType provider providerAssetId remoteUrl mediaState
                providerUploads {{ provider kind value }} }}
      }}
      edges {{ {EDGE} }}
      truncated
    }}
  }}
}}
"""
REFRESH = f"""
mutation ($input: RefreshLineageInput!) {{
  refreshLineage(input: $input) {{
    __typename
    ... on LineageRefreshed {{
      results {{
        asset {{ id operation edgeCounts {{ parents }} }}
        added {{ {EDGE} createdAt }} kept {{ {EDGE} createdAt }}
        retracted {{ {EDGE} retractedAt }}
        createdParents {{ id }} problems
      }}
    }}
    ... on InvalidInput {{ field message hint }}
    ... on NotFound {{ field }}
    ... on NotAllowed {{ message }}
    ... on LimitExceeded {{ limit asked allowed }}
  }}
}}
"""
TELL = """
mutation ($input: UpdateAssetInput!) {
  updateAsset(input: $input) { ... on AssetUpdated { asset { id } } }
}
"""


def number() -> int:
    return int(new_id().replace("-", ""), 16) % 10**15


async def create(who: Client, metadata: Json | None = None, **told: Any) -> Json:
    given = {"mediaType": "VIDEO", "provider": "pixverse", **told}
    if metadata is not None:
        given["providerMetadata"] = metadata
    made: Json = (await who.ask(CREATE, input=given))["createAsset"]
    assert made["__typename"] == "AssetCreated", made
    return made


async def shown(who: Client, asset_id: str) -> tuple[dict[str, Json], list[Json]]:
    """Its parents by id, and the edges to them, in the order of the inputs."""
    found = (await who.ask(LINEAGE, id=asset_id))["asset"]["lineage"]
    parents = {n["asset"]["id"]: n["asset"] for n in found["nodes"] if n["depth"] == -1}
    assert [n["asset"]["id"] for n in found["nodes"] if n["depth"] == 0] == [asset_id]
    return parents, found["edges"]


async def refresh(who: Client, *ids: str, **told: Any) -> Json:
    answer = await who.ask(REFRESH, input={"assetIds": list(ids), **told})
    result: Json = answer["refreshLineage"]
    return result


async def test_an_extended_video_shows_its_source(people: People) -> None:
    source, made_id = number(), number()
    parent = await create(people.editor, providerAssetId=str(source))
    metadata = {
        "endpoint": "https://app-api.pixverse.ai/openapi/v2/video/extend/generate",
        "request": {"source_video_id": source, "prompt": "it goes on", "seed": 7, "model": "v5"},
        "response": {"ErrCode": 0, "Resp": {"video_id": made_id}},
    }
    child = await create(people.editor, metadata)
    parents, edges = await shown(people.viewer, child["asset"]["id"])
    assert list(parents) == [parent["asset"]["id"]]
    assert edges == [
        {
            "childId": child["asset"]["id"],
            "parentId": parent["asset"]["id"],
            "kind": "SOURCE_VIDEO",
            "operation": "VIDEO_EXTEND",
            "sequence": 0,
            "evidence": "EXTRACTED",
            "prompt": None,
            "durationSeconds": None,
        }
    ]
    assert child["lineage"] == {"added": edges, "createdParents": [], "problems": []}
    assert child["asset"] == {
        "id": child["asset"]["id"],
        "operation": "VIDEO_EXTEND",
        "prompt": "it goes on",
        "seed": "7",
        "model": "v5",
        "providerAssetId": str(made_id),
        "edgeCounts": {"parents": 1},
    }


async def test_an_extended_video_as_enrichment_keeps_it(people: People) -> None:
    kept = {
        "original_video_id": str(number()),
        "original_video_url": f"https://media.example.org/{number()}.mp4",
        "original_video_duration": 5,
    }
    child = await create(people.editor, {"media_metadata": {"pixverse_extend": kept}})
    parents, (edge,) = await shown(people.viewer, child["asset"]["id"])
    assert (edge["kind"], edge["operation"]) == ("SOURCE_VIDEO", "VIDEO_EXTEND")
    assert edge["durationSeconds"] == 5
    (parent,) = parents.values()
    assert parent == {
        "id": edge["parentId"],
        "mediaType": "VIDEO",
        "provider": "pixverse",
        "providerAssetId": kept["original_video_id"],
        "remoteUrl": parent["remoteUrl"],
        "mediaState": parent["mediaState"],
        "providerUploads": [],
    }


async def test_a_transition_shows_its_images_in_order(people: People) -> None:
    ids = [number() for _ in range(3)]
    stills = [
        {"img_id": ids[0], "prompt": "the door opens", "duration": 5},
        {"img_id": ids[1], "prompt": "she turns", "duration": 8},
        {"img_id": ids[2]},
    ]
    body = {"endpoint": "video/multi_transition/generate", "request": {"multi_transition": stills}}
    for metadata in (body, {"pixverse_transition": {"images": stills}}):
        child = await create(people.editor, metadata)
        parents, edges = await shown(people.viewer, child["asset"]["id"])
        assert [
            (e["kind"], e["operation"], e["sequence"], e["prompt"], e["durationSeconds"])
            for e in edges
        ] == [
            ("TRANSITION_INPUT", "VIDEO_TRANSITION", 0, "the door opens", 5),
            ("TRANSITION_INPUT", "VIDEO_TRANSITION", 1, "she turns", 8),
            ("TRANSITION_INPUT", "VIDEO_TRANSITION", 2, None, None),
        ]
        in_order = [parents[e["parentId"]] for e in edges]
        assert [one["providerUploads"] for one in in_order] == [
            [{"provider": "pixverse", "kind": "img_id", "value": str(i)}] for i in ids
        ]
        assert {one["mediaType"] for one in in_order} == {"IMAGE"}
    assert child["lineage"]["createdParents"] == [], "the second clip found those of the first"


async def test_a_fusion_shows_who_played_which_part(people: People) -> None:
    sea = f"https://media.example.org/{number()}.png"
    references = [
        {"type": "subject", "img_id": number(), "ref_name": "fox"},
        {"type": "background", "url": sea, "ref_name": "sea"},
        {"type": "motion", "video_id": number(), "ref_name": "dance"},
    ]
    child = await create(people.editor, {"pixverse_fusion": {"references": references}})
    parents, edges = await shown(people.viewer, child["asset"]["id"])
    assert [(e["kind"], e["operation"]) for e in edges] == [
        ("FUSION_CHARACTER", "FUSION"),
        ("FUSION_BACKGROUND", "FUSION"),
        ("FUSION_REFERENCE", "FUSION"),
    ]
    in_order = [parents[e["parentId"]] for e in edges]
    assert [one["mediaType"] for one in in_order] == ["IMAGE", "IMAGE", "VIDEO"]
    assert [one["mediaState"] for one in in_order] == ["NONE", "REMOTE", "NONE"]
    assert in_order[1]["remoteUrl"] == sea
    assert child["asset"]["operation"] == "FUSION"


async def test_a_refresh_keeps_adds_and_retracts(people: People) -> None:
    first, second, third = number(), number(), number()

    def still(*ids: int) -> Json:
        return {"pixverse_transition": {"images": [{"img_id": i} for i in ids]}}

    child = (await create(people.editor, still(first, second)))["asset"]["id"]
    (same,) = (await refresh(people.editor, child))["results"]
    assert (len(same["kept"]), same["added"], same["retracted"]) == (2, [], [])
    told = {"id": child, "providerMetadata": still(first, third)}
    await people.editor.ask(TELL, input=told)
    (left,) = (await refresh(people.editor, child, clear=False))["results"]
    assert (len(left["kept"]), len(left["added"]), left["retracted"]) == (2, 1, [])
    (done,) = (await refresh(people.editor, child))["results"]
    assert (len(done["kept"]), done["added"], len(done["retracted"])) == (2, [], 1)
    assert done["retracted"][0]["retractedAt"]
    assert done["asset"]["edgeCounts"] == {"parents": 2}
    assert {e["createdAt"] for e in done["kept"]} == {
        same["kept"][0]["createdAt"],
        left["added"][0]["createdAt"],
    }


async def test_many_are_refreshed_in_order_each_once(people: People) -> None:
    ids = [(await create(people.editor))["asset"]["id"] for _ in range(3)]
    result = await refresh(people.editor, ids[2], ids[0], ids[1], ids[0])
    assert [one["asset"]["id"] for one in result["results"]] == [ids[2], ids[0], ids[1]]
    assert all("nothing to read" in one["problems"][0] for one in result["results"])


async def test_a_refresh_is_for_those_who_may_write(people: People) -> None:
    child = (await create(people.editor))["asset"]["id"]
    for who, answer in (
        (people.viewer, "NotAllowed"),
        (people.auditor, "NotAllowed"),
        (people.stranger, "NotFound"),
    ):
        assert (await refresh(who, child))["__typename"] == answer
    own = (await create(people.stranger))["asset"]["id"]
    mixed = await refresh(people.editor, child, own)
    assert mixed == {"__typename": "NotFound", "field": "assetIds.1"}


async def test_how_many_is_bounded_and_none_is_refused(people: People) -> None:
    ids = [new_id() for _ in range(201)]
    assert await refresh(people.editor, *ids) == {
        "__typename": "LimitExceeded",
        "limit": "assetIds",
        "asked": 201,
        "allowed": 200,
    }
    none = await refresh(people.editor)
    assert (none["__typename"], none["field"]) == ("InvalidInput", "assetIds")


async def test_what_could_not_be_read_is_said_and_the_asset_is_there(people: People) -> None:
    child = await create(people.editor, {"endpoint": "video/no_such", "request": {}})
    assert child["created"]
    assert "no_such" in child["lineage"]["problems"][0]
    unread = await create(people.editor, {"a": 1}, provider="somebody")
    assert "'somebody'" in unread["lineage"]["problems"][0]
    assert (await create(people.editor))["lineage"] is None
