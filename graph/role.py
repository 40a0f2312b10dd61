"""Roles: what a member may do in a workspace."""

from enum import StrEnum


class Permission(StrEnum):
    """What can be allowed in a workspace."""

    READ = "READ"
    WRITE = "WRITE"
    AUDIT = "AUDIT"
    MANAGE = "MANAGE"


class Role(StrEnum):
    """What a member is to a workspace."""

    OWNER = "OWNER"
    EDITOR = "EDITOR"
    VIEWER = "VIEWER"
    AUDITOR = "AUDITOR"


PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.EDITOR: frozenset({Permission.READ, Permission.WRITE}),
    Role.VIEWER: frozenset({Permission.READ}),
    Role.AUDITOR: frozenset({Permission.READ, Permission.AUDIT}),
}
_ROLES = {allowed: role for role, allowed in PERMISSIONS.items()}


def capped(role: Role, cap: Role | None) -> Role:
    """The role that may do only what both may; a test holds that there always is one."""
    return _ROLES[PERMISSIONS[role] & PERMISSIONS[cap]] if cap else role
