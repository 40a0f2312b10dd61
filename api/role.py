"""Roles as GraphQL shows them."""

from api.enum import describe
from graph.role import Role

ROLES = {
    Role.OWNER: "May do everything: also manage members and their tokens, and read the audit.",
    Role.EDITOR: "May read and change assets and their lineage.",
    Role.VIEWER: "May read.",
    Role.AUDITOR: "May read, also the audit entries, and change nothing.",
}

describe(Role, "What a member may do in a workspace.", ROLES)
