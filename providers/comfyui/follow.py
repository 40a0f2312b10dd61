"""What becomes of a job: told by its server's websocket while that holds, else by its queue and
history, which are asked again and again."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass
from time import monotonic

from providers.comfyui.ending import read_end
from providers.comfyui.progress import Tracker
from providers.comfyui.server import Server
from providers.comfyui.socket import Said, Seen, Socket, SocketLost
from providers.comfyui.standing import Ended, Item, Running, Waiting
from providers.error import JobGone
from providers.event import Accepted, Cancelled, Event, Preview, Queued
from providers.http import pause

PREVIEW_BYTES_MAX = 256 * 1024
ENDS = ("execution_success", "execution_error", "execution_interrupted")
STEPS = ("execution_start", "execution_cached", "executing", "executed", "progress")
OURS = frozenset((*ENDS, *STEPS, "progress_state"))
HASTY_TIMES = 25


@dataclass(frozen=True)
class Pace:
    """How often a server is asked, in seconds."""

    poll: float = 2.0  # without a websocket, or when its queue has moved
    quiet: float = 10.0  # with one that says nothing of the job
    end: float = 0.2  # until a job that has ended is in the history
    reconnect: float = 10.0  # between tries to open a websocket
    # The longest to wait for a word of how full or well it is: one that hangs must not make all
    # of them late for whoever asks.
    probe: float = 5.0
    call: float = 30.0  # the longest that any other call may take
    lost: float = 600.0  # without an answer, until it is given up


class Follower:
    """One job on one server, from wherever it stands now to its end."""

    def __init__(
        self, server: Server, prompt_id: str, client_id: str, news: asyncio.Event, pace: Pace
    ) -> None:
        self._server = server
        self._id = prompt_id
        self._client_id = client_id
        self._news = news
        self._pace = pace
        self._socket: Socket | None = None
        self._next_try = 0.0
        self._accepted = False
        self._queued: Queued | None = None
        self._item: Item | None = None
        self._tracker: Tracker | None = None
        # It waited when it was looked at last, and the websocket has been there ever since.
        self._waits = False
        # It has ended, and so often its history is asked for in haste.
        self._hasty = 0

    async def events(self) -> AsyncGenerator[Event, None]:
        """All from now on. It listens before it looks, so that nothing falls between."""
        try:
            while True:
                await self._connect()
                standing = await self._server.standing(self._id)
                if isinstance(standing, Ended):
                    break
                for event in self._look(standing):
                    yield event
                if standing is None:
                    return
                async for event in self._listen():
                    yield event
        finally:
            await self._disconnect()
        for event in await read_end(self._server, self._id, standing.entry):
            yield event

    def _look(self, standing: Waiting | Running | None) -> Iterator[Event]:
        """What it means that it stands there."""
        if standing is None:
            yield self._missed()
            return
        self._item = standing.item
        if not self._accepted:
            self._accepted = True
            yield Accepted()
        self._waits = isinstance(standing, Waiting) and self._socket is not None
        if isinstance(standing, Running):
            yield from self._begin()
        elif self._queued != (queued := Queued(standing.position)):
            self._queued = queued
            yield queued

    def _missed(self) -> Event:
        """Nothing but a person takes a job that waits away from a server that goes on."""
        if self._waits and self._socket is not None and self._socket.alive:
            return Cancelled()
        raise JobGone(f"ComfyUI at {self._server.url} does not know the job any more")

    def _begin(self) -> Iterator[Event]:
        self._waits = False
        if self._tracker is None and self._item is not None:
            self._tracker = Tracker(self._item)
            yield self._tracker.last

    async def _listen(self) -> AsyncGenerator[Event, None]:
        """What is said of the job until it is time to look where it stands."""
        if self._hasty or self._socket is None:
            await pause(self._pace.end if self._hasty else self._pace.poll, self._news)
            self._hasty = max(self._hasty - 1, 0)
            return
        looked = monotonic()
        due = looked + self._pace.quiet
        try:
            while not self._hasty and (left := due - monotonic()) > 0:
                heard = await self._socket.hear(left)
                if self._is_ours(heard):
                    due = monotonic() + self._pace.quiet
                    for event in self._hear(heard):
                        yield event
                elif self._waits and isinstance(heard, Said) and heard.type == "status":
                    due = min(due, looked + self._pace.poll)
        except SocketLost:
            await self._disconnect()

    def _is_ours(self, heard: Said | Seen | None) -> bool:
        """Only this job is sent under our client id; what names no prompt is of it, save what
        everybody is told, such as the length of the queue."""
        if heard is None or (isinstance(heard, Said) and heard.type not in OURS):
            return False
        return heard.prompt_id == self._id or (heard.prompt_id is None and not self._waits)

    def _hear(self, heard: Said | Seen | None) -> Iterator[Event]:
        yield from self._begin()
        if isinstance(heard, Seen) and len(heard.data) <= PREVIEW_BYTES_MAX:
            yield Preview(heard.mime, heard.data)
        elif isinstance(heard, Said) and heard.prompt_id and is_end(heard):
            self._hasty = HASTY_TIMES
        elif isinstance(heard, Said) and self._tracker and (told := self._tracker.hear(heard)):
            yield told

    async def _connect(self) -> None:
        """A websocket, if there is none and it was not tried just now."""
        if self._socket is not None or monotonic() < self._next_try:
            return
        self._next_try = monotonic() + self._pace.reconnect
        self._socket = Socket(self._server.url, self._client_id)
        try:
            await self._socket.open()
        except SocketLost:
            self._socket = None  # Its queue and history tell the same, only later.

    async def _disconnect(self) -> None:
        self._waits = False
        if socket := self._socket:
            self._socket = None
            await socket.close()


def is_end(said: Said) -> bool:
    """Whether a job has ended with this; its history is written at about the same time."""
    return said.type in ENDS or (said.type == "executing" and said.data.get("node") is None)
