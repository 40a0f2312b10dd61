"""What can go wrong in the graph, named so that the edge can answer it."""


class GraphError(Exception):
    """Base of every error this room raises."""


class Unavailable(GraphError):
    """Neo4j cannot be reached or is not ready; retry after the given seconds."""

    def __init__(self, message: str, retry_in: float = 2.0) -> None:
        super().__init__(message)
        self.retry_in = retry_in


class QueryTimeout(GraphError):
    """The query ran into its time limit and was stopped by Neo4j."""


class AlreadyThere(GraphError):
    """A uniqueness constraint refused a write: another writer was first."""


class Refused(GraphError):
    """The graph refuses a change; `field` names the input at fault."""

    def __init__(self, field: str, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.field = field
        self.message = message
        self.hint = hint


class InvalidInput(Refused):
    """The input contradicts itself or a rule of the graph."""


class Conflict(Refused):
    """What was asked collides with what is there already."""


class NotFound(Refused):
    """Nothing with that id is visible to the one who asks."""
