"""Who asks, and what they may do where."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from graph.role import PERMISSIONS, Permission, Role


class Unauthenticated(Exception):
    """Nobody we know asks. `challenge` is the answer's WWW-Authenticate header."""

    def __init__(self, message: str, error: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        told = f', error="{error}", error_description="{message}"' if error else ""
        self.challenge = f'Bearer realm="pedigree"{told}'


@dataclass(frozen=True)
class Viewer:
    """A user, by the token they showed; `roles` says what they are in each workspace.

    `limited` tells that the token may do less than its user: it must not be able to make
    itself, or anything else of the user's, into more.
    """

    user_id: str
    token_id: str | None
    roles: Mapping[str, Role]
    expires_at: datetime
    limited: bool = False

    def workspaces(self, permission: Permission) -> list[str]:
        """The workspaces where this is allowed, in the order of their ids."""
        return sorted(w for w, role in self.roles.items() if permission in PERMISSIONS[role])

    def may(self, permission: Permission, workspace: str) -> bool:
        role = self.roles.get(workspace)
        return role is not None and permission in PERMISSIONS[role]

    def may_issue(self, user_id: str, workspace: str | None) -> bool:
        """Whether they may issue a token of this user: their own, or one within a workspace
        they own."""
        if workspace is not None and self.may(Permission.MANAGE, workspace):
            return True
        return user_id == self.user_id and not self.limited
