"""Imports a folder of ComfyUI files: each under the name by which graphs load it, so that what
was made from what is found whichever of them comes first."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import anyio
import anyio.to_thread

from graph import asset
from graph.actor import Actor
from graph.asset import MediaState, NewAsset
from graph.edge import MediaType
from graph.error import Conflict, Refused
from graph.extraction import Clue, Rank, resolve
from graph.provider_upload import key_of
from graph.text import NAME_MAX, text
from media.errors import MediaError, NotMedia, StoreUnavailable
from media.intake import Received, receive
from providers.comfyui.file import TYPES, ServerFile
from workers.rooms import Rooms
from workers.upload import Taken, take_in

PROVIDER, ID_KIND = "comfyui", "file"
CHUNK = 1024 * 1024


@dataclass(frozen=True)
class FileDone:
    """What became of one file: the asset it is, or why it is none."""

    path: Path
    asset_id: str | None = None
    created: bool = False
    edges: int = 0
    notes: tuple[str, ...] = ()
    problem: str | None = None
    is_media: bool = True


async def take_in_folder(
    rooms: Rooms, actor: Actor, workspace: str, folder: Path
) -> AsyncIterator[FileDone]:
    """Takes in every media file below the folder, older ones first. Again, it is quick: what is
    in already is known by its bytes and its name."""
    for path in await anyio.to_thread.run_sync(list, files(folder)):
        yield await _take_in(rooms, actor, workspace, server_file(folder, path), path)


def files(folder: Path) -> Iterator[Path]:
    """The files below a folder, oldest first, without hidden ones and links."""
    found = [
        path
        for path in folder.rglob("*")
        if path.is_file()
        and not path.is_symlink()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]
    yield from sorted(found, key=lambda path: (path.stat().st_mtime, path))


def server_file(folder: Path, path: Path) -> ServerFile:
    """The name that graphs know a file by. The folder is one of the server's own, such as
    `output`, or the one they are in; anything else is taken for an output folder."""
    parts = path.relative_to(folder).parts
    if folder.resolve().name in TYPES:
        parts = (folder.resolve().name, *parts)
    elif len(parts) < 2 or parts[0] not in TYPES:
        parts = ("output", *parts)
    return ServerFile(parts[0], "/".join(parts[1:-1]), parts[-1])


async def _take_in(
    rooms: Rooms, actor: Actor, workspace: str, name: ServerFile, path: Path
) -> FileDone:
    try:
        async with receive(_read(path), rooms.data_dir, rooms.upload_max_bytes) as received:
            known = await _known(rooms, workspace, name, received)
            if known:
                return FileDone(path, known)
            return await _new(rooms, actor, workspace, name, path, received)
    except StoreUnavailable:
        raise
    except (MediaError, Refused, OSError) as error:
        return FileDone(path, problem=str(error), is_media=not isinstance(error, NotMedia))


async def _known(rooms: Rooms, workspace: str, name: ServerFile, received: Received) -> str | None:
    """The asset that has these bytes under this name already."""
    clue = Clue(upload=_key(name), sha256=received.sha256)
    matches = (await resolve(rooms.graph.read, workspace, [clue])).get(clue, [])
    named = {match.id for match in matches if match.rank is Rank.UPLOAD}
    same = {match.id for match in matches if match.rank is Rank.BYTES}
    found = await asset.get_many(rooms.graph, [workspace], sorted(named & same))
    kept = (one.id for one in found.values() if one.media_state is MediaState.STORED)
    return next(kept, None)


async def _new(
    rooms: Rooms, actor: Actor, workspace: str, name: ServerFile, path: Path, received: Received
) -> FileDone:
    told = NewAsset(
        MediaType.IMAGE,  # until its bytes are read
        name=text("name", path.name, NAME_MAX),
        provider_uploads={PROVIDER: {ID_KIND: name.key}},
    )
    notes: tuple[str, ...] = ()
    try:
        taken = await take_in(rooms, actor, workspace, received, told)
    except Conflict:
        unnamed = replace(told, provider_uploads={})
        taken = await take_in(rooms, actor, workspace, received, unnamed)
    if not await _is_named(rooms, actor, workspace, name, taken):
        notes = (f"another file was imported as {name.key}; graphs that load it mean that one",)
    edges = len(taken.lineage.added) if taken.lineage else 0
    notes += taken.lineage.problems if taken.lineage else ()
    return FileDone(path, taken.asset.id, taken.created, edges, notes)


async def _is_named(
    rooms: Rooms, actor: Actor, workspace: str, name: ServerFile, taken: Taken
) -> bool:
    """Whether graphs that load this file find the asset; the same bytes may have more names."""
    clue = Clue(upload=_key(name))
    holders = (await resolve(rooms.graph.read, workspace, [clue])).get(clue, [])
    if not holders:
        uploads = {PROVIDER: {ID_KIND: name.key}}
        await asset.update(
            rooms.graph, actor, workspace, taken.asset.id, changes={}, provider_uploads=uploads
        )
    return not holders or taken.asset.id in {match.id for match in holders}


def _key(name: ServerFile) -> str:
    return key_of(PROVIDER, ID_KIND, name.key)


async def _read(path: Path) -> AsyncIterator[bytes]:
    async with await anyio.open_file(path, "rb") as file:
        while chunk := await file.read(CHUNK):
            yield chunk
