"""Imports a stream of lines: read, and written a batch at a time, the next while one is written."""

import asyncio
import hashlib
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterator

import anyio

from graph import import_batch, import_run
from graph.actor import Actor
from graph.driver import Graph
from graph.error import Conflict, GraphError, Refused, Unavailable
from graph.import_line import Batch
from graph.import_run import ImportRun, ImportState
from workers.bulk_line import Lines

LINES_MAX = 4_000
EDGES_MAX = 12_000
BYTES_MAX = 8 * 1024 * 1024
LINE_MAX = 1024 * 1024
# How many lines are read before others of the process get their turn.
TURN = 200
BOM = b"\xef\xbb\xbf"
HEAD_BYTES = 64 * 1024

Tell = Callable[[ImportRun], None]


def key_of_file(name: str, size: int | None, head: bytes) -> str:
    """What names the import of a file that was given no key: its name, size and beginning."""
    digest = hashlib.sha256(f"{name}\n{size}\n".encode() + head[:HEAD_BYTES])
    return f"file:{digest.hexdigest()}"


async def take_in(
    graph: Graph,
    actor: Actor,
    run: ImportRun,
    chunks: AsyncIterable[bytes],
    *,
    start: int = 0,
    tell: Tell = lambda _: None,
) -> ImportRun:
    """Goes on with an import: `chunks` are its stream from byte `start` on, of which what is in
    already is passed over. Tells of every batch that is in."""
    if start > run.bytes:
        raise Conflict("fromByte", f"the import is at byte {run.bytes}, not at {start} yet")
    batches = _batches(run, _from(chunks, run.bytes - start))
    try:
        return await _write_all(graph, actor, run, batches, tell)
    except (Unavailable, Refused):  # it can go on as soon as that is over
        raise
    except GraphError as error:
        await import_run.fail(graph, actor, run, str(error))
        raise


async def _write_all(
    graph: Graph, actor: Actor, run: ImportRun, batches: AsyncIterator[Batch], tell: Tell
) -> ImportRun:
    """While a batch writes its edges, the one behind it writes its assets, and the next is read."""
    reading = asyncio.create_task(_next(batches))
    ahead: asyncio.Task[ImportRun] | None = None
    writing: asyncio.Task[ImportRun] | None = None
    names: set[str] = set()
    try:
        while (batch := await reading) is not None:
            reading = asyncio.create_task(_next(batches))
            own = batch.names()
            if ahead and not names.isdisjoint(own):  # what it finds must be in
                await ahead
            writing = asyncio.create_task(import_batch.write(graph, actor, run, batch, ahead))
            if ahead:
                run = await ahead
                tell(run)
            ahead, names = writing, own
        if ahead:
            run = await ahead
            tell(run)
        return run
    finally:
        # What was received whole is written whole, whatever ended the stream.
        reading.cancel()
        with anyio.CancelScope(shield=True):
            tasks = [task for task in (reading, ahead, writing) if task]
            await asyncio.gather(*tasks, return_exceptions=True)


async def _next(batches: AsyncIterator[Batch]) -> Batch | None:
    return await anext(batches, None)


async def _batches(run: ImportRun, chunks: AsyncIterator[bytes]) -> AsyncIterator[Batch]:
    """The lines of a stream, by the batch; the last says so."""
    reading = _Reading(run)
    cutter = Cutter()
    async for chunk in chunks:
        for read, (size, line) in enumerate(cutter.cut(chunk), start=1):
            reading.add(size, line)
            if reading.is_full:
                yield reading.batch()
            if read % TURN == 0:
                await asyncio.sleep(0)
    for size, line in cutter.end():
        reading.add(size, line)
    if reading.size or run.state is not ImportState.COMPLETED:
        yield reading.batch(last=True)


class _Reading:
    """Collects lines until they make a batch."""

    def __init__(self, run: ImportRun) -> None:
        self._run = run
        self._at = run.bytes
        self._number = run.lines
        self._begin()

    def _begin(self) -> None:
        self._lines = Lines(self._run)
        self._count = 0
        self.size = 0

    def add(self, size: int, line: bytes | None) -> None:
        self._number += 1
        self._count += 1
        self.size += size
        if line is None:
            self._lines.refuse(self._number, None, f"is longer than {LINE_MAX} bytes")
        else:
            self._lines.add(self._number, line.removeprefix(BOM) if self._number == 1 else line)

    @property
    def is_full(self) -> bool:
        return (
            self._count >= LINES_MAX
            or self.size >= BYTES_MAX
            or len(self._lines.edges) >= EDGES_MAX
        )

    def batch(self, *, last: bool = False) -> Batch:
        lines, start = self._lines, self._at
        self._at += self.size
        made = Batch(start, self._at, self._count, lines.assets, lines.edges, lines.problems, last)
        self._begin()
        return made


class Cutter:
    """Cuts a stream into lines, each with its size in the stream; None for one too long."""

    def __init__(self) -> None:
        self._rest = b""
        self._passed = 0  # bytes of a line too long that were let go

    def cut(self, chunk: bytes) -> Iterator[tuple[int, bytes | None]]:
        first, *others = chunk.split(b"\n")
        if not others:
            self._keep(self._rest + first)
            return
        *middle, last = others
        yield self._line(self._rest + first, 1)
        for line in middle:
            yield self._line(line, 1)
        self._keep(last)

    def end(self) -> Iterator[tuple[int, bytes | None]]:
        """The last line, if it was not ended."""
        if self._rest or self._passed:
            yield self._line(self._rest, 0)
            self._rest = b""

    def _line(self, text: bytes, end: int) -> tuple[int, bytes | None]:
        size, long = self._passed + len(text) + end, self._passed or len(text) > LINE_MAX
        self._passed = 0
        return size, None if long else text

    def _keep(self, rest: bytes) -> None:
        self._rest = rest
        if self._passed or len(rest) > LINE_MAX:
            self._passed += len(rest)
            self._rest = b""


async def _from(chunks: AsyncIterable[bytes], passed: int) -> AsyncIterator[bytes]:
    """What follows the bytes to pass over."""
    async for chunk in chunks:
        if passed < len(chunk):
            yield chunk[passed:]
        passed = max(0, passed - len(chunk))
