"""`pedigree demo`: a small studio's worth of real media with a lineage to look around in."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import click
from PIL import Image

from cli import demo_media
from cli.demo_story import STORY, Chapter
from cli.graph import opened_with
from embedded.services import Services, running, to_stderr
from graph import lineage, link, subject, token, tombstone, user, workspace
from graph.actor import Actor
from graph.asset import NewAsset
from graph.edge import EdgeKind, Operation
from graph.identifier import new_id, now
from graph.link import EdgeKey, NewEdge
from graph.migration import migrate
from graph.subject import SubjectKind
from media.intake import receive
from settings import read_settings
from workers.rooms import Rooms
from workers.upload import register, take_in

EMAIL = "demo@pedigree.example"
TOKEN_NAME = "demonstration"  # noqa: S105  what it is called, not what it is
LIFE = timedelta(days=30)
# The subject that is made last of all.
LAST = "The gate"
SUBJECTS = (
    (
        SubjectKind.CHARACTER,
        "The knight",
        "a knight in worn armour who keeps a gate",
        ("knight", "knight-b", "knight-fixed"),
    ),
    (
        SubjectKind.CHARACTER,
        "Marcus",
        "a grizzled bartender with gray hair",
        ("marcus", "marcus-b", "song"),
    ),
    (SubjectKind.LOCATION, LAST, "an old stone gate at dusk", ()),
)


@click.command()
def command() -> None:
    """Load the demonstration workspace, once, and print a new token for it."""
    with running(read_settings(), to_stderr) as services:
        click.echo(load(services))


def load(services: Services) -> str:
    """The demonstration is there when this returns; a token for it, good for 30 days."""

    async def work() -> str:
        async with opened_with(services) as rooms:
            await migrate(rooms.graph)
            actor = await _user(rooms)
            home = (await workspace.create(rooms.graph, actor, "Demo studio", once="demo")).id
            if not await _is_told(rooms, home):
                await _tell(rooms, actor, home)
            return await _token(rooms, actor)

    return asyncio.run(work())


async def _user(rooms: Rooms) -> Actor:
    found = await user.find_by_email(rooms.graph, EMAIL)
    system = Actor("demo", None, new_id())
    person = found or await user.create(rooms.graph, system, email=EMAIL, name="Demo")
    return Actor(person.id, None, new_id())


async def _token(rooms: Rooms, actor: Actor) -> str:
    """A fresh token in place of the one of the last start, which nobody can show again."""
    for old in await token.of_user(rooms.graph, actor.user, limit=100):
        if old.name == TOKEN_NAME and old.revoked_at is None:
            await token.revoke(rooms.graph, actor, old.id, user=actor.user)
    _, secret = await token.issue(
        rooms.graph, actor, user=actor.user, name=TOKEN_NAME, expires_at=now() + LIFE
    )
    if secret is None:
        raise AssertionError("a token without an idempotency key is always new")
    return secret


async def _is_told(rooms: Rooms, home: str) -> bool:
    subjects = await subject.list_subjects(rooms.graph, home, limit=50)
    return any(one.name == LAST for one in subjects)


async def _tell(rooms: Rooms, actor: Actor, home: str) -> None:
    """Every step is safe to repeat, so a start that broke off is taken up again."""
    to_stderr(f"making the demonstration: {len(STORY)} assets")
    ids: dict[str, str] = {}
    stills: dict[str, Image.Image] = {}
    for number, chapter in enumerate(STORY):
        ids[chapter.key] = await _make(rooms, actor, home, number, chapter, stills)
        await _link(rooms, actor, home, chapter, ids)
    await _afterthoughts(rooms, actor, home, ids)


async def _make(
    rooms: Rooms,
    actor: Actor,
    home: str,
    number: int,
    chapter: Chapter,
    stills: dict[str, Image.Image],
) -> str:
    new = NewAsset(
        chapter.media,
        name=chapter.name,
        prompt=f"{chapter.name.lower()}, painted, dusk light",
        seed=str(1000 + number),
        model="dusk-painter-2",
        operation=chapter.operation,
        provider=chapter.provider,
        tags=chapter.tags,
        provider_uploads=chapter.uploads,
        provider_metadata=chapter.metadata,
    )
    once = f"demo:{chapter.key}"
    data = await asyncio.to_thread(_draw, number, chapter, stills)
    if data is None:
        return (await register(rooms, actor, home, new, once=once)).asset.id
    async with receive(_whole(data), rooms.data_dir, rooms.upload_max_bytes) as received:
        return (await take_in(rooms, actor, home, received, new, once=once)).asset.id


async def _whole(data: bytes) -> AsyncIterator[bytes]:
    yield data


def _draw(number: int, chapter: Chapter, stills: dict[str, Image.Image]) -> bytes | None:
    """The bytes of a chapter; its picture is kept for what is made from it."""
    parts = [stills[part.of] for part in chapter.parts if part.of in stills]
    match chapter.draw:
        case "told":
            return None
        case "tune":
            return demo_media.tune()
        case "clip":
            shown = parts or [stills[key] for key in ("gate", "knight", "lantern")]
            stills[chapter.key] = shown[0]
            return demo_media.clip(shown, 1.0 + number / 20)
        case "mask":
            image = demo_media.mask()
        case "sheet":
            image = demo_media.sheet(parts)
        case "again":
            image = parts[0].resize((1280, 800), Image.Resampling.LANCZOS)
        case "picture":
            image = demo_media.picture(number, chapter.motif, style=chapter.style)
    stills[chapter.key] = image.resize(demo_media.SIZE)
    return demo_media.png(image)


async def _link(
    rooms: Rooms, actor: Actor, home: str, chapter: Chapter, ids: dict[str, str]
) -> None:
    edges = [
        NewEdge(
            ids[chapter.key],
            ids[part.of],
            part.kind,
            chapter.operation,
            sequence=sequence,
            evidence=part.evidence,
            parent_start_seconds=part.start,
            parent_end_seconds=part.end,
            parent_frame=part.frame,
        )
        for sequence, part in enumerate(chapter.parts)
    ]
    if edges and not await _are_linked(rooms, home, ids[chapter.key]):
        await link.link(rooms.graph, actor, [home], edges)


async def _are_linked(rooms: Rooms, home: str, asset_id: str) -> bool:
    found = await lineage.parents(rooms.graph, [home], [asset_id], limit=1)
    return bool(found.get(asset_id))


async def _afterthoughts(rooms: Rooms, actor: Actor, home: str, ids: dict[str, str]) -> None:
    """A claim that turned out wrong, a picture that was thrown away, and what it is all of."""
    wrong = EdgeKey(ids["gate"], ids["reference"], EdgeKind.VARIANT_OF, 7)
    claim = NewEdge(ids["gate"], ids["reference"], wrong.kind, Operation.DERIVE, wrong.sequence)
    await link.link(rooms.graph, actor, [home], [claim])
    await link.unlink(rooms.graph, actor, [home], [wrong])
    await tombstone.delete(rooms.graph, actor, home, [ids["knight-odd"]])
    for kind, name, description, keys in SUBJECTS:
        one = await subject.create(
            rooms.graph,
            actor,
            home,
            kind=kind,
            name=name,
            description=description,
            once=f"demo:{name}",
        )
        if keys:
            await subject.assign(rooms.graph, actor, home, [ids[key] for key in keys], one.id)
