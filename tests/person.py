"""People for tests: each a real user of their own."""

from graph import user, workspace
from graph.actor import Actor
from graph.driver import Graph
from graph.identifier import new_id
from graph.role import Role

SYSTEM = Actor("system", None, "test")


def address(label: str = "person") -> str:
    return f"{label}-{new_id()}@example.org"


async def person(graph: Graph, label: str = "person") -> Actor:
    """Someone new, who belongs nowhere yet."""
    made = await user.create(graph, SYSTEM, email=address(label), name=label)
    return Actor(made.id, None, new_id())


async def place(graph: Graph, owner: Actor) -> str:
    """The id of a new workspace of this owner."""
    return (await workspace.create(graph, owner, "Test")).id


async def member(graph: Graph, owner: Actor, workspace_id: str, role: Role) -> Actor:
    """Someone new, who is a member in this role."""
    made = await workspace.put_member(graph, owner, workspace_id, address(role.lower()), role)
    return Actor(made.user.id, None, new_id())
