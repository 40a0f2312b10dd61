"""Refreshing lineage on the real graph: which parents are found or made, and which are not."""

import hashlib
from base64 import b64encode

import pytest

from graph import asset
from graph.asset import MediaState, NewAsset
from graph.driver import Graph
from graph.edge import EdgeKind, Evidence, MediaType, Operation
from tests.graph.world import world
from tests.workers.refreshing import KLING_FRAMES, Here, extended, media, number, transition

pytestmark = pytest.mark.anyio


async def test_an_extended_clip_shows_its_source(here: Here) -> None:
    source = number()
    parent = await here.keep(
        NewAsset(MediaType.VIDEO, provider="pixverse", provider_asset_id=str(source))
    )
    child = await here.clip(extended(source, prompt="on and on", seed=2**40, model="v5"))
    done = await here.one(child)
    (edge,) = done.added
    assert (edge.parent_id, edge.kind, edge.operation) == (
        parent,
        EdgeKind.SOURCE_VIDEO,
        Operation.VIDEO_EXTEND,
    )
    assert edge.evidence is Evidence.EXTRACTED
    assert (done.created_parents, done.problems) == ((), ())
    kept = await here.get(child)
    assert done.asset == kept
    assert (kept.operation, kept.prompt, kept.seed, kept.model) == (
        Operation.VIDEO_EXTEND,
        "on and on",
        str(2**40),
        "v5",
    )


async def test_a_transition_shows_its_stills_in_order(here: Here) -> None:
    ids = [number() for _ in range(3)]
    child = await here.clip(transition(*ids, prompts=("opens", "turns", "ends")))
    done = await here.one(child)
    assert [e.kind for e in done.added] == [EdgeKind.TRANSITION_INPUT] * 3
    shown = await here.parents(child)
    assert [(r.edge.sequence, r.edge.prompt, r.edge.duration_seconds) for r in shown] == [
        (0, "opens", 5.0),
        (1, "turns", 5.0),
        (2, "ends", 5.0),
    ]
    details = await asset.details(here.graph, here.world.within, [r.asset.id for r in shown])
    held = [details[r.asset.id].provider_uploads for r in shown]
    assert held == [{"pixverse": {"img_id": str(i)}} for i in ids]
    assert {r.asset.media_state for r in shown} == {MediaState.NONE}
    assert {r.asset.provider_asset_id for r in shown} == {None}


async def test_a_fusion_shows_who_played_which_part(here: Here) -> None:
    references = [
        {"type": "subject", "img_id": number()},
        {"type": "background", "img_id": number(), "url": "https://e.org/sea.png"},
        {"type": "style", "video_id": number()},
    ]
    child = await here.clip({"pixverse_fusion": {"references": references}})
    done = await here.one(child)
    assert [(e.kind, e.operation) for e in done.added] == [
        (EdgeKind.FUSION_CHARACTER, Operation.FUSION),
        (EdgeKind.FUSION_BACKGROUND, Operation.FUSION),
        (EdgeKind.FUSION_REFERENCE, Operation.FUSION),
    ]
    hero, sea, clip = done.created_parents
    assert (hero.media_type, hero.media_state) == (MediaType.IMAGE, MediaState.NONE)
    assert (sea.remote_url, sea.media_state) == ("https://e.org/sea.png", MediaState.REMOTE)
    assert clip.provider_asset_id == str(references[2]["video_id"])
    assert clip.media_type is MediaType.VIDEO


async def test_parents_are_found_in_every_way_they_can_be_known(here: Here) -> None:
    body = b"\x89PNG not really, but bytes enough to be taken for base64 media"
    uploaded = {"pixverse": {"img_id": "11"}}
    known = {
        "upload": await here.keep(NewAsset(MediaType.IMAGE, provider_uploads=uploaded)),
        "url": await here.keep(
            NewAsset(
                MediaType.IMAGE,
                provider="other",
                provider_asset_id="5",
                remote_url="https://e.org/first.png",
            )
        ),
        "bytes": await here.keep(
            NewAsset(MediaType.IMAGE, media=media(hashlib.sha256(body).hexdigest()))
        ),
        "file": await here.keep(
            NewAsset(MediaType.IMAGE, provider_uploads={"comfyui": {"file": "input/a/b.png"}})
        ),
    }
    frames = {"image": "https://e.org/first.png", "image_tail": b64encode(body).decode()}
    graph = {
        "1": {"class_type": "LoadImage", "inputs": {"image": "a/b.png"}},
        "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0]}},
    }
    picture = NewAsset(MediaType.IMAGE, provider="comfyui", provider_metadata={"prompt": graph})
    ids = [
        await here.clip(transition(11)),
        await here.clip({"endpoint": "videos/image2video", "request": frames}, "kling"),
        await here.keep(picture),
    ]
    done = await here.refresh(*ids)
    assert [one.problems for one in done] == [(), (), ()]
    assert [one.created_parents for one in done] == [(), (), ()]
    assert [[(e.parent_id, e.evidence) for e in one.added] for one in done] == [
        [(known["upload"], Evidence.EXTRACTED)],
        [(known["url"], Evidence.EXTRACTED), (known["bytes"], Evidence.INFERRED)],
        [(known["file"], Evidence.EXTRACTED)],
    ]


async def test_an_upload_is_not_taken_for_a_clip_of_the_same_number(here: Here) -> None:
    """PixVerse counts each in a space of its own."""
    await here.keep(NewAsset(MediaType.VIDEO, provider="pixverse", provider_asset_id="77"))
    child = await here.clip(
        {"endpoint": "video/extend/generate", "request": {"video_media_id": 77}}
    )
    (made,) = (await here.one(child)).created_parents
    assert made.provider_asset_id is None


async def test_nothing_of_another_workspace_is_found(here: Here, graph: Graph) -> None:
    other = Here(await world(graph), here.rooms)
    for new in (
        NewAsset(MediaType.IMAGE, provider_uploads={"pixverse": {"img_id": "11"}}),
        NewAsset(MediaType.IMAGE, remote_url="https://e.org/first.png"),
    ):
        await other.keep(new)
    ids = [await here.clip(transition(11)), await here.clip(KLING_FRAMES, "kling")]
    done = await here.refresh(*ids)
    assert [len(one.created_parents) for one in done] == [1, 2]


async def test_a_parent_that_is_only_a_hash_is_told_and_the_rest_is_kept(here: Here) -> None:
    body = b"bytes enough to be taken for base64 media, and known to nobody"
    frames = {"image": "https://e.org/a.png", "image_tail": b64encode(body).decode()}
    child = await here.clip({"endpoint": "videos/image2video", "request": frames}, "kling")
    done = await here.one(child)
    assert [e.kind for e in done.added] == [EdgeKind.FIRST_FRAME]
    assert len(done.created_parents) == 1
    assert hashlib.sha256(body).hexdigest() in done.problems[0]


async def test_what_would_close_a_loop_is_told_and_the_rest_is_kept(here: Here) -> None:
    ids = [number() for _ in range(3)]
    child = await here.clip(extended(ids[0]), provider_asset_id=str(ids[1]))
    middle = await here.clip(extended(ids[1]), provider_asset_id=str(ids[2]))
    done = await here.refresh(child, middle)
    assert [len(one.added) for one in done] == [1, 1]
    looping = {
        "endpoint": "video/fusion/generate",
        "request": {"video_references": [{"source_video_id": ids[2]}, {"source_video_id": ids[0]}]},
    }
    await here.tell(child, looping)
    again = await here.one(child, clear=False)
    (edge,) = again.added
    assert edge.kind is EdgeKind.FUSION_REFERENCE
    assert edge.parent_id == done[0].added[0].parent_id
    assert middle in again.problems[0]
    assert "loop" in again.problems[0]


async def test_what_does_not_fit_is_told_and_nothing_is_made_for_it(here: Here) -> None:
    sound = NewAsset(MediaType.AUDIO, provider="pixverse", provider_metadata=transition(number()))
    child = await here.keep(sound)
    done = await here.one(child)
    assert (done.added, done.created_parents) == ((), ())
    assert "TRANSITION_INPUT wants VIDEO as its child" in done.problems[0]


async def test_an_asset_that_names_itself_is_told(here: Here) -> None:
    own = number()
    child = await here.clip(extended(own), provider_asset_id=str(own))
    assert "the asset itself" in (await here.one(child)).problems[0]


async def test_the_id_of_what_was_made_is_noted_where_its_kind_belongs(here: Here) -> None:
    made, media_id = number(), number()
    clip = await here.clip({**extended(number()), "response": {"video_id": made}})
    upload = {
        "endpoint": "media/upload",
        "request": {"file_url": f"https://e.org/{media_id}.mp4"},
        "response": {"media_id": media_id, "media_type": "video"},
    }
    uploaded = await here.clip(upload)
    done = await here.refresh(clip, uploaded)
    assert done[0].asset.provider_asset_id == str(made)
    assert done[1].asset.provider_asset_id is None
    details = await asset.details(here.graph, here.world.within, [clip, uploaded])
    assert details[clip].provider_uploads == {}
    assert details[uploaded].provider_uploads == {"pixverse": {"media_id": str(media_id)}}
    assert not [one for one in await here.refresh(clip, uploaded) if one.problems]
    later = await here.clip(
        {"endpoint": "video/extend/generate", "request": {"video_media_id": media_id}}
    )
    assert (await here.one(later)).added[0].parent_id == uploaded


async def test_an_id_that_is_another_asset_already_is_told(here: Here) -> None:
    made = number()
    first = await here.clip({}, provider_asset_id=str(made))
    second = await here.clip({**extended(number()), "response": {"video_id": made}})
    done = await here.one(second)
    assert first in done.problems[0]
    assert done.asset.provider_asset_id is None
    assert len(done.added) == 1


async def test_an_asset_of_which_nothing_is_stored_says_so(here: Here) -> None:
    (bare,) = await here.world.images(1)
    strange = await here.clip({"prompt": "x"}, "nobody")
    done = await here.refresh(bare, strange)
    assert "nothing to read" in done[0].problems[0]
    assert "'nobody'" in done[1].problems[0]


async def test_a_number_beyond_what_can_be_kept_is_left_out(here: Here) -> None:
    body = {"source_video_id": number(), "keyframe_id": 2**63}
    child = await here.keep(
        NewAsset(
            MediaType.IMAGE,
            provider="pixverse",
            provider_metadata={"endpoint": "video/mask/selection", "request": body},
        )
    )
    assert [e.parent_frame for e in (await here.one(child)).added] == [None]


async def test_an_address_too_long_to_be_looked_up_is_told(here: Here) -> None:
    url = "https://e.org/" + "ü" * 4000 + "?signature=secret"
    child = await here.clip({"endpoint": "videos/image2video", "request": {"image": url}}, "kling")
    done = await here.one(child)
    assert done.added == ()
    assert len(done.problems[0]) < 300
    assert "secret" not in done.problems[0]
