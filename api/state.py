"""What an API process holds from its start to its end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from api.authentication import Authenticator
from api.context import Context
from api.media import Links
from api.persisted import Documents
from api.viewer import Viewer
from graph.migration import migrate
from media.secret import signing_secret
from settings import Settings
from workers import rooms
from workers.rooms import Rooms


@dataclass(frozen=True)
class State:
    """The servers and rooms behind the edge."""

    rooms: Rooms
    authenticator: Authenticator
    secret: str
    documents: Documents

    @property
    def settings(self) -> Settings:
        return self.rooms.settings

    def context(self, viewer: Viewer, request_id: str, base_url: str) -> Context:
        links = self.links(base_url, viewer)
        return Context(self.rooms, viewer, request_id, links, self.authenticator)

    def links(self, base_url: str, viewer: Viewer) -> Links:
        address = str(self.settings.public_url or base_url)
        return Links(self.secret, address, self.settings.link_seconds, viewer.user_id)


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[State]:
    """Connects, migrates, and lets go of everything at the end."""
    documents = Documents.of(settings)
    async with rooms.opened(settings) as found:
        await migrate(found.graph)
        async with Authenticator(found.graph, settings) as authenticator:
            yield State(found, authenticator, signing_secret(settings), documents)
