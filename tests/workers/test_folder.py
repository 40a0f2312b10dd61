"""Folders of ComfyUI files: every file once, and what was made from what, whichever comes first."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from graph import asset, lineage
from graph.asset import MediaState
from graph.driver import Graph
from graph.edge import EdgeKind, Evidence, MediaType
from media.store import open_store
from settings import Settings
from tests.feeding import unheard
from tests.graph.world import World, world
from tests.media.samples import clip
from tests.providers.comfyui_graphs import image_to_image, text_to_image, video
from tests.workers.importing import edges, ids
from workers.folder import FileDone, server_file, take_in_folder
from workers.rooms import Rooms

pytestmark = pytest.mark.anyio


@pytest.fixture
def rooms(graph: Graph, config: Settings, tmp_path: Path) -> Rooms:
    data = tmp_path / "data"
    own = config.model_copy(update={"data_dir": data})
    return Rooms(graph, open_store(None, data), unheard(graph), own)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A server's folder: a picture, what was made from it, and a clip from both."""
    folder = tmp_path / "comfy"
    save(folder / "input" / "portraits" / "fox.png", text_to_image())
    save(folder / "output" / "again_00001_.png", image_to_image())
    start = {"start_image": "again_00001_.png [output]", "end_image": "portraits/fox.png"}
    save(folder / "output" / "video" / "end.png", video(**start))
    return folder


def save(path: Path, graph: dict[str, Any] | None = None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    told = PngImagePlugin.PngInfo()
    if graph:
        told.add_text("prompt", json.dumps(graph))
    Image.effect_noise((64, 48), 80).save(path, pnginfo=told)


async def bring_in(rooms: Rooms, here: World, folder: Path) -> list[FileDone]:
    return [one async for one in take_in_folder(rooms, here.actor, here.workspace, folder)]


async def test_files_come_with_their_lineage(rooms: Rooms, graph: Graph, source: Path) -> None:
    here = await world(graph)
    done = await bring_in(rooms, here, source)
    assert [one.problem for one in done] == [None] * 3
    assert all(one.created for one in done)
    found = await ids(here)
    assert set(found) == {"fox.png", "again_00001_.png", "end.png"}
    fox = await asset.get(graph, here.within, found["fox.png"])
    assert fox
    assert (fox.media_state, fox.prompt, fox.model) == (
        MediaState.STORED,
        "a fox in snow",
        "sd_xl.safetensors",
    )
    assert fox.seed == "18446744073709551615"
    (above,) = (await lineage.parents(graph, here.within, [found["again_00001_.png"]]))[
        found["again_00001_.png"]
    ]
    assert (above.asset.id, above.edge.kind) == (fox.id, EdgeKind.SOURCE_IMAGE)
    assert above.edge.evidence is Evidence.EXTRACTED


def ages(folder: Path, backwards: bool) -> None:
    for age, path in enumerate(sorted(folder.rglob("*.png"), reverse=backwards)):
        os.utime(path, (age, age))


@pytest.mark.parametrize("backwards", [False, True])
async def test_it_is_the_same_whichever_comes_first(
    rooms: Rooms, graph: Graph, source: Path, backwards: bool
) -> None:
    ages(source, backwards)
    here = await world(graph)
    await bring_in(rooms, here, source)
    assert await edges(here) >= {("again_00001_.png", "SOURCE_IMAGE", 0, "fox.png")}
    assert set(await ids(here)) == {"fox.png", "again_00001_.png", "end.png"}


async def test_again_changes_nothing_and_new_files_are_added(
    rooms: Rooms, graph: Graph, source: Path
) -> None:
    here = await world(graph)
    first = await bring_in(rooms, here, source)
    stood = await edges(here)
    again = await bring_in(rooms, here, source)
    assert [one.asset_id for one in again] == [one.asset_id for one in first]
    assert not any(one.created for one in again)
    save(source / "output" / "new.png", image_to_image("again_00001_.png [output]"))
    last = await bring_in(rooms, here, source)
    assert sum(one.created for one in last) == 1
    added = {("new.png", "SOURCE_IMAGE", 0, "again_00001_.png")}
    assert await edges(here) - stood == added


async def test_what_is_no_media_is_told_and_skipped(
    rooms: Rooms, graph: Graph, source: Path
) -> None:
    (source / "output" / "notes.txt").write_text("remember the milk")
    (source / "output" / ".hidden.png").write_bytes(b"")
    whole = (source / "output" / "again_00001_.png").read_bytes()
    (source / "output" / "cut.png").write_bytes(whole[: len(whole) // 2])
    (source / "output" / "link.png").symlink_to(source / "output" / "again_00001_.png")
    here = await world(graph)
    done = {one.path.name: one for one in await bring_in(rooms, here, source)}
    assert set(done) == {"fox.png", "again_00001_.png", "end.png", "notes.txt", "cut.png"}
    assert not done["notes.txt"].is_media
    assert "not an image" in (done["notes.txt"].problem or "")
    assert done["cut.png"].is_media
    assert "cut short" in (done["cut.png"].problem or "")
    assert len(await ids(here)) == 3


async def test_the_same_bytes_under_two_names_are_one_asset_that_both_find(
    rooms: Rooms, graph: Graph, source: Path
) -> None:
    copy = source / "input" / "copy.png"
    copy.write_bytes((source / "input" / "portraits" / "fox.png").read_bytes())
    save(source / "output" / "from_copy.png", image_to_image("copy.png"))
    here = await world(graph)
    done = {one.path.name: one for one in await bring_in(rooms, here, source)}
    assert done["copy.png"].asset_id == done["fox.png"].asset_id
    assert ("from_copy.png", "SOURCE_IMAGE", 0) in {edge[:3] for edge in await edges(here)}
    reached = await lineage.parents(graph, here.within, [done["from_copy.png"].asset_id or ""])
    assert [r.asset.id for rs in reached.values() for r in rs] == [done["fox.png"].asset_id]


async def test_another_file_under_a_known_name_is_taken_in_and_told(
    rooms: Rooms, graph: Graph, source: Path
) -> None:
    here = await world(graph)
    first = await bring_in(rooms, here, source)
    path = source / "input" / "portraits" / "fox.png"
    save(path)
    done = {one.path: one for one in await bring_in(rooms, here, source)}
    assert done[path].created
    assert "another file was imported as input/portraits/fox.png" in done[path].notes[0]
    assert done[path].asset_id not in {one.asset_id for one in first}


async def test_clips_come_too(rooms: Rooms, graph: Graph, tmp_path: Path) -> None:
    folder = tmp_path / "output"
    folder.mkdir()
    clip(folder / "clip.mp4")
    here = await world(graph)
    (done,) = await bring_in(rooms, here, folder)
    found = await asset.get(graph, here.within, done.asset_id or "")
    assert found
    assert found.media_type is MediaType.VIDEO


@pytest.mark.parametrize(
    ("folder", "path", "key"),
    [
        ("comfy", "output/sub/a.png", "output/sub/a.png"),
        ("comfy", "input/a.png", "input/a.png"),
        ("output", "sub/a.png", "output/sub/a.png"),
        ("input", "a.png", "input/a.png"),
        ("pictures", "a.png", "output/a.png"),
        ("pictures", "sub/a.png", "output/sub/a.png"),
        ("pictures", "output", "output/output"),
    ],
)
def test_a_file_has_the_name_that_graphs_load_it_by(folder: str, path: str, key: str) -> None:
    root = Path("/somewhere") / folder
    assert server_file(root, root / path).key == key
