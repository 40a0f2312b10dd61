"""What every resolver has at hand: who asks, and what there is to ask."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import strawberry

from api.authentication import Authenticator
from api.error import NotAllowedError
from api.loader import Loaders
from api.media import Links
from api.viewer import Viewer
from graph.actor import Actor
from graph.asset import Asset
from graph.driver import Graph
from graph.error import InvalidInput, NotFound
from graph.role import Permission
from workers.feed_event import Told
from workers.rooms import Rooms


@dataclass
class Context:
    """One per request."""

    rooms: Rooms
    viewer: Viewer
    request_id: str
    links: Links
    authenticator: Authenticator
    told: Told | None = None

    @property
    def graph(self) -> Graph:
        return self.rooms.graph

    @cached_property
    def readable(self) -> list[str]:
        return self.viewer.workspaces(Permission.READ)

    @cached_property
    def loaders(self) -> Loaders:
        return Loaders(self.graph, self.readable, self.told)

    @property
    def actor(self) -> Actor:
        return Actor(self.viewer.user_id, self.viewer.token_id, self.request_id)

    def renew(self, viewer: Viewer, told: Told | None = None) -> None:
        """Goes on as this viewer, who is the same user looked up again, or with what an event told:
        what was read for the roles they had, or before it, is forgotten."""
        self.viewer, self.told = viewer, told
        for name in ("readable", "loaders"):
            self.__dict__.pop(name, None)

    def workspace(self, wanted: str | None, permission: Permission) -> str:
        """The workspace an operation is for: the one named, or the only one there is."""
        if wanted is not None:
            if wanted not in self.readable:
                raise NotFound("workspace", "there is no such workspace")
            self.require(permission, wanted)
            return wanted
        fitting = self.viewer.workspaces(permission)
        if len(fitting) == 1:
            return fitting[0]
        if not fitting:
            raise NotAllowedError("Your role allows this in no workspace; ask an owner.")
        raise InvalidInput(
            "workspace", "you belong to more than one", "name one; `viewer` lists them"
        )

    def require(self, permission: Permission, workspace: str) -> None:
        if not self.viewer.may(permission, workspace):
            raise NotAllowedError(
                f"This needs the permission to {permission.lower()} in workspace {workspace}; "
                "ask one of its owners."
            )

    async def assets(
        self, ids: Mapping[str, str], permission: Permission = Permission.READ
    ) -> dict[str, Asset]:
        """The assets that input fields name, as {field: id}; refuses by the field's name."""
        found = await self.loaders.asset.load_many(list(ids.values()))
        assets = dict(zip(ids, found, strict=True))
        for field, asset in assets.items():
            if asset is None:
                raise NotFound(field, "there is no such asset")
            self.require(permission, asset.workspace_id)
        return {field: asset for field, asset in assets.items() if asset}

    async def writable_by(self, ids: Mapping[str, str]) -> list[str]:
        """The workspaces of the assets that input fields name, if all may be changed."""
        found = await self.assets(ids, Permission.WRITE)
        return list({asset.workspace_id for asset in found.values()})


Info = strawberry.Info[Context, None]
