"""`pedigree import`: assets and their lineage from a file, a stream or a folder."""

import asyncio
import gc
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO

import anyio
import anyio.to_thread
import click

from cli.graph import opened_rooms
from cli.place import the_workspace
from graph import import_run
from graph.actor import Actor
from graph.driver import Graph
from graph.error import GraphError, Refused
from graph.identifier import new_id
from graph.import_run import ImportRun
from media.errors import MediaError
from workers import bulk, folder
from workers.folder import FileDone
from workers.rooms import Rooms

CHUNK = 1024 * 1024
SHOWN = 20


@click.command(name="import")
@click.argument("source", type=click.Path(exists=True, allow_dash=True, path_type=Path))
@click.option("--workspace", "name", help="Its name or id; needed if there are several.")
@click.option("--key", help="A name for this import: used again, it goes on where it stopped.")
def command(source: Path, name: str | None, key: str | None) -> None:
    """Import SOURCE: a file of NDJSON (docs/import.md), - for standard input, or a folder of
    ComfyUI files, whose metadata tells what was made from what.

    Bad lines and files are told and the rest is kept; then the exit code is 1. The same import
    again does no harm: it goes on where it stopped."""
    # Millions of short-lived rows: looking through them for cycles costs a quarter of the time.
    gc.set_threshold(200_000, 20, 100)
    try:
        good = asyncio.run(_import(source, name, key))
    except Refused as error:
        raise click.ClickException(f"{error.field}: {error.message}") from error
    except (GraphError, MediaError) as error:
        raise click.ClickException(f"{error}; import it again to go on from there") from error
    sys.exit(0 if good else 1)


async def _import(source: Path, name: str | None, key: str | None) -> bool:
    async with opened_rooms() as rooms:
        actor = Actor("command line", None, new_id())
        workspace = (await the_workspace(rooms.graph, name)).id
        if await anyio.Path(source).is_dir():
            return await _take_in_folder(rooms, actor, workspace, source)
        if str(source) == "-":
            run = await import_run.start(
                rooms.graph, actor, workspace, key or f"stdin:{new_id()}", name="standard input"
            )
            return await _take_in(rooms.graph, actor, run, sys.stdin.buffer, 0)
        with source.open("rb") as file:
            return await _take_in_file(rooms.graph, actor, workspace, key, source, file)


async def _take_in_file(
    graph: Graph, actor: Actor, workspace: str, key: str | None, path: Path, file: BinaryIO
) -> bool:
    size = os.fstat(file.fileno()).st_size
    key = key or bulk.key_of_file(path.name, size, file.read(bulk.HEAD_BYTES))
    run = await import_run.start(graph, actor, workspace, key, name=path.name, size=size)
    if run.bytes:
        click.echo(f"going on after line {run.lines}", err=True)
    file.seek(run.bytes)
    return await _take_in(graph, actor, run, file, run.bytes)


async def _take_in(graph: Graph, actor: Actor, run: ImportRun, file: BinaryIO, start: int) -> bool:
    before = run.problem_count
    run = await bulk.take_in(graph, actor, run, _chunks(file), start=start, tell=_progress)
    click.echo(
        f"{run.lines} lines: {run.assets_created} assets new, {run.assets_found} found; "
        f"{run.edges_created} edges new, {run.edges_found} found; {run.problem_count} problems"
    )
    await _show_problems(graph, run, before)
    return not run.problem_count


def _progress(run: ImportRun) -> None:
    if sys.stderr.isatty():
        share = "" if run.progress is None else f"{run.progress:4.0%}  "
        click.echo(f"\r{share}{run.lines} lines, {run.problem_count} problems", err=True, nl=False)
        if run.state is import_run.ImportState.COMPLETED:
            click.echo(err=True)


async def _show_problems(graph: Graph, run: ImportRun, before: int) -> None:
    found = await import_run.problems(
        graph, [run.workspace_id], [run.id], after=before, limit=SHOWN
    )
    for problem in found.get(run.id, []):
        field = f"{problem.field}: " if problem.field else ""
        click.echo(f"line {problem.line}: {field}{problem.message}", err=True)
    if run.problem_count - before > SHOWN:
        click.echo(f'further problems: importRun(id: "{run.id}") in GraphiQL', err=True)


async def _chunks(file: BinaryIO) -> AsyncIterator[bytes]:
    while chunk := await anyio.to_thread.run_sync(file.read, CHUNK):
        yield chunk


async def _take_in_folder(rooms: Rooms, actor: Actor, workspace: str, source: Path) -> bool:
    done: list[FileDone] = []
    async for one in folder.take_in_folder(rooms, actor, workspace, source):
        done.append(one)
        for said in (*one.notes, *([one.problem] if one.problem else [])):
            click.echo(f"{one.path.relative_to(source)}: {said}", err=True)
    new = sum(one.created for one in done)
    known = sum(one.asset_id is not None for one in done) - new
    foreign = sum(not one.is_media for one in done)
    bad = len(done) - new - known - foreign
    click.echo(
        f"{len(done)} files: {new} assets new, {known} found; {sum(one.edges for one in done)} "
        f"edges new; {foreign} are no media, {bad} could not be taken in"
    )
    return not bad
